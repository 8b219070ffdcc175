"""Opening a release: what may be asked for, what it costs, what is refused."""

import time

import pytest

from fhir_kb.definitions import Definitions, load
from fhir_kb.definitions.releases import release
from fhir_kb.errors import NotAcceptable, UnknownType


@pytest.mark.parametrize(("name", "number"), [("R4", "4.0.1"), ("R4B", "4.3.0"), ("R5", "5.0.0")])
def test_a_release_has_its_name_and_number(name: str, number: str) -> None:
    assert (name, number) == (load(name).name, load(name).version)


def test_a_release_is_opened_once() -> None:
    """Every part of the server shares what has been decoded."""
    assert load("R4") is load("R4")


@pytest.mark.parametrize("name", ["R6", "r4", "4.0.1", ""])
def test_an_unknown_release_is_refused_and_the_known_ones_named(name: str) -> None:
    with pytest.raises(NotAcceptable, match="there are R4, R4B, R5") as refusal:
        load(name)
    assert repr(name) in refusal.value.message


@pytest.mark.parametrize("name", ["R4", "R4B", "R5"])
def test_opening_a_release_and_its_first_questions_take_little_time(name: str) -> None:
    """A command line tool pays this at every start: 60 ms is the limit, about 6 ms is usual."""
    times = []
    for _ in range(3):
        started = time.process_time()
        fresh = Definitions(release(name))
        fresh.type("Patient")
        fresh.search_parameters("Patient")
        times.append(time.process_time() - started)
    assert min(times) < 0.060


def test_nothing_is_read_before_it_is_asked_for() -> None:
    """A server that never validates never unpacks value sets, code systems and extensions."""
    fresh = Definitions(release("R4"))
    fresh.type("Patient")
    read = {name for name in vars(fresh) if not name.startswith("_decoded")}
    assert read == {"name", "version", "_types"}


def test_a_type_is_decoded_with_its_bases_and_nothing_else() -> None:
    fresh = Definitions(release("R4"))
    fresh.type("Patient")
    assert set(fresh._decoded_types) == {"Patient", "DomainResource", "Resource"}


def test_what_was_decoded_is_kept(r4: Definitions) -> None:
    assert r4.type("Patient") is r4.type("Patient")
    assert r4.search_parameters("Patient") is r4.search_parameters("Patient")


@pytest.mark.parametrize("name", ["Narnia", "patient", "Patient.name", ""])
def test_an_unknown_type_is_none(r4: Definitions, name: str) -> None:
    assert r4.type(name) is None


def test_search_parameters_of_an_unknown_type_are_refused(r4: Definitions) -> None:
    with pytest.raises(UnknownType, match="'ClinicalUseDefinition' is not a resource type of FHIR"):
        r4.search_parameters("ClinicalUseDefinition")
