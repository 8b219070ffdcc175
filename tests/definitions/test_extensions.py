"""The extensions that the specification defines."""

import pytest

from fhir_kb.definitions import Definitions, ExtensionContext, ExtensionDefinition, load
from fhir_kb.definitions.extensions import decode_extension, encode_extension

EXTENSION = "http://hl7.org/fhir/StructureDefinition/"


def extension(definitions: Definitions, name: str) -> ExtensionDefinition:
    found = definitions.extension(EXTENSION + name)
    assert found is not None
    return found


def types(definition: ExtensionDefinition) -> set[str]:
    assert definition.value is not None
    return {type.code for type in definition.value.types}


@pytest.mark.parametrize(("release", "count"), [("R4", 684), ("R4B", 685), ("R5", 680)])
def test_every_published_extension_is_there(release: str, count: int) -> None:
    assert count == len(load(release)._extensions)


def test_a_simple_extension_has_a_value(definitions: Definitions) -> None:
    birth_place = extension(definitions, "patient-birthPlace")
    assert {"Address"} == types(birth_place)
    assert (birth_place.min, birth_place.max, birth_place.modifier) == (0, 1, False)
    assert ExtensionContext("element", "Patient") in birth_place.contexts
    assert birth_place.extensions == {}


def test_a_complex_extension_has_extensions_in_place_of_a_value(definitions: Definitions) -> None:
    nationality = extension(definitions, "patient-nationality")
    assert nationality.value is None
    assert list(nationality.extensions) == ["code", "period"]
    assert {"CodeableConcept"} == types(nationality.extensions["code"])
    assert {"Period"} == types(nationality.extensions["period"])


def test_an_extension_may_change_the_meaning(r4: Definitions) -> None:
    assert extension(r4, "request-doNotPerform").modifier


def test_a_value_may_be_bound(r4: Definitions) -> None:
    value = extension(r4, "data-absent-reason").value
    assert value is not None
    assert value.binding is not None
    assert value.binding.strength == "required"
    assert r4.value_set(value.binding.value_set) is not None


def test_what_a_release_allowed_stays_allowed(r4: Definitions, r5: Definitions) -> None:
    """R4 gives an initial value as text, the maintained definition as an Expression."""
    assert {"Expression", "string"} == types(extension(r4, "cqf-initialValue"))
    assert {"Expression"} == types(extension(r5, "cqf-initialValue"))


def test_a_release_has_only_types_that_it_defines(definitions: Definitions) -> None:
    def unknown(definition: ExtensionDefinition) -> set[str]:
        inner = {code for each in definition.extensions.values() for code in unknown(each)}
        own = types(definition) if definition.value else set()
        return inner | {code for code in own if definitions.type(code) is None}

    for url in definitions._extensions:
        found = definitions.extension(url)
        assert found is not None
        assert unknown(found) == set()


def test_an_unknown_extension_is_none(definitions: Definitions) -> None:
    assert definitions.extension("http://example.org/extension") is None


def test_an_extension_survives_its_row(r4: Definitions) -> None:
    nationality = extension(r4, "patient-nationality")
    assert nationality == decode_extension(nationality.url, encode_extension(nationality))
