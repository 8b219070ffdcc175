"""The specification's own profiles as rows: what a validator needs, and no prose."""

from fhir_kb.definitions import load
from fhir_kb.definitions.building.corrector import Corrector
from fhir_kb.definitions.building.profiles import bindings, profiles
from fhir_kb.formats import Json

URL = "http://hl7.org/fhir/StructureDefinition/"


def structure(id: str, type: str, *elements: Json, **more: object) -> Json:
    return {
        "resourceType": "StructureDefinition",
        "id": id,
        "url": URL + id,
        "kind": "resource",
        "type": type,
        "derivation": "constraint",
        "baseDefinition": URL + type,
        "differential": {"element": list(elements)},
        **more,
    }


def test_a_profile_keeps_what_can_be_checked_and_loses_its_prose() -> None:
    element = {"id": "Thing.name", "path": "Thing.name", "min": 1, "short": "A name"}
    published = structure("small", "Thing", element, snapshot={"element": []}, text={})
    (kept,) = profiles([published], Corrector()).values()
    assert kept["differential"]["element"] == [{"id": "Thing.name", "path": "Thing.name", "min": 1}]
    assert "snapshot" not in kept
    assert "text" not in kept


def test_types_extensions_and_logical_models_are_no_profiles() -> None:
    others = [
        structure("Thing", "Thing", derivation="specialization"),
        structure("nickname", "Extension"),
        structure("model", "Thing", kind="logical"),
    ]
    assert profiles(others, Corrector()) == {}


def test_a_wrong_invariant_and_a_wrong_strength_are_corrected() -> None:
    """As published, every vital sign over a period would be wrong, and oxygen's flow too."""
    vital_signs = load("R4").profiles[URL + "vitalsigns"]
    elements = {each["id"]: each for each in vital_signs["differential"]["element"]}
    (constraint,) = elements["Observation.effective[x]"]["constraint"]
    assert constraint["expression"].startswith("($this is dateTime) implies")
    assert elements["Observation.component.value[x]"]["binding"]["strength"] == "extensible"


def test_the_value_sets_of_profiles_are_kept() -> None:
    """What a profile binds to must be known offline, or its binding is never checked."""
    r5 = load("R5")
    names = {
        binding.value_set
        for profile in r5.profiles.values()
        for binding in bindings(profile)
        if binding.strength == "required"
    }
    assert names
    assert {name for name in names if r5.value_set(name) is None} == set()
