"""Extension definitions of a release and as they are maintained."""

from dataclasses import replace

from fhir_kb.definitions import Binding, ExtensionContext, ExtensionDefinition, load
from fhir_kb.definitions.building.corrector import Corrector
from fhir_kb.definitions.building.extensions import extension_definitions, merged
from fhir_kb.definitions.building.types import TypeReader
from fhir_kb.formats import Json


def definition() -> ExtensionDefinition:
    found = load("R4").extension("http://hl7.org/fhir/StructureDefinition/patient-birthPlace")
    assert found is not None
    return found


def test_contexts_of_both_are_kept_once() -> None:
    patient = ExtensionContext("element", "Patient")
    person = ExtensionContext("element", "Person")
    own = replace(definition(), contexts=(patient, person))
    maintained = replace(definition(), contexts=(patient,))
    assert (patient, person) == merged(own, maintained).contexts


def test_an_extension_that_lost_its_value_stays_without_one() -> None:
    assert merged(definition(), replace(definition(), value=None)).value is None


def test_an_extension_is_read_with_those_inside_it(structures: list[Json], nickname: Json) -> None:
    reader = TypeReader(structures, Corrector())
    found = extension_definitions([*structures, nickname], reader, reader.definitions())
    assert list(found) == [nickname["url"]]
    outer = found[nickname["url"]]
    assert (outer.min, outer.max, outer.modifier, outer.value) == (0, None, True, None)
    assert outer.contexts == (ExtensionContext("element", "Thing"),)
    assert outer.context_invariants == ("name.exists()",)
    assert [each.key for each in outer.constraints] == ["res-1"]
    inner = outer.extensions["short"]
    assert (inner.min, inner.max) == (1, 2)
    assert inner.value is not None
    assert inner.value.binding == Binding("extensible", "http://example.org/short")


def test_types_that_the_release_lacks_are_left_out(structures: list[Json], nickname: Json) -> None:
    """The maintained extensions name types of R5 in their R4 form too."""
    reader = TypeReader(structures, Corrector())
    (outer,) = extension_definitions([nickname], reader, reader.definitions()).values()
    value = outer.extensions["short"].value
    assert value is not None
    assert [type.code for type in value.types] == ["string"]
