"""Profiles that a resource must meet though it names none."""

from collections.abc import Callable
from typing import Any

import pytest

from fhir_kb.formats import Json


def observation(code: str, **elements: Any) -> Json:
    coding = {"system": "http://loinc.org", "code": code}
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [coding]},
        "subject": {"reference": "Patient/1"},
        "effectiveDateTime": "2026-11-21",
        **elements,
    }


CATEGORY = {
    "system": "http://terminology.hl7.org/CodeSystem/observation-category",
    "code": "vital-signs",
}
WEIGHT: Json = {"value": 70, "unit": "kg", "system": "http://unitsofmeasure.org", "code": "kg"}


@pytest.mark.parametrize("release", ["R4", "R4B", "R5"])
@pytest.mark.parametrize(
    ("code", "elements", "expected"),
    [
        ("29463-7", {"category": [{"coding": [CATEGORY]}], "valueQuantity": WEIGHT}, set()),
        ("29463-7", {"valueQuantity": WEIGHT}, {"profile-min"}),
        (
            "29463-7",
            {
                "category": [{"coding": [CATEGORY]}],
                "valueQuantity": {**WEIGHT, "unit": "st", "code": "[stone_av]"},
            },
            {"code-not-in-value-set"},
        ),
        ("1988-5", {"valueQuantity": WEIGHT}, set()),
    ],
    ids=["right", "no category", "other unit", "no vital sign"],
)
def test_vital_signs_meet_the_specification_s_profiles(
    release: str,
    code: str,
    elements: Json,
    expected: set[str],
    faults: Callable[..., Any],
) -> None:
    """FHIR asks it of every Observation with such a code; the profiles are in the definitions."""
    found = faults(observation(code, **elements), release=release)
    assert {each[0] for each in found} == expected


def test_codes_that_are_none_imply_nothing(faults: Callable[..., Any]) -> None:
    """The structure is checked elsewhere; this must only not fail."""
    for code in ({}, {"coding": {}}, {"coding": ["x", {"system": ["y"]}]}, "x"):
        assert "profile-min" not in {each[0] for each in faults({**observation(""), "code": code})}


def test_a_guide_asks_a_profile_of_all_resources_of_a_type(
    profile: Callable[..., Json], faults: Callable[..., Any]
) -> None:
    asked = profile("Patient", {"id": "Patient.name", "min": 1}, url="named")
    guide = {
        "resourceType": "ImplementationGuide",
        "url": "http://example.org/guide",
        "name": "G",
        "status": "draft",
        "packageId": "g",
        "fhirVersion": ["4.0.1"],
        "global": [
            {"type": "Patient", "profile": asked["url"]},
            {"type": "Group", "profile": "http://example.org/gone"},
        ],
    }
    patient = {"resourceType": "Patient", "active": True}
    base = "http://hl7.org/fhir/StructureDefinition/Patient"
    assert faults(patient, asked, guide, ask=base) == [("profile-min", "Patient")]
    assert faults(patient, asked, ask=base) == []
    other = {"resourceType": "Basic", "code": {"text": "x"}}
    assert faults(other, guide, ask=base.replace("Patient", "Basic")) == []


def test_a_package_does_not_bring_back_what_is_corrected(
    profile: Callable[..., Json], faults: Callable[..., Any]
) -> None:
    """The published profiles are in the packages of the specification, with their mistakes."""
    published = profile("Observation", {"id": "Observation.note", "min": 1})
    published["url"] = "http://hl7.org/fhir/StructureDefinition/vitalsigns"
    right = observation("29463-7", category=[{"coding": [CATEGORY]}], valueQuantity=WEIGHT)
    assert faults(right, published) == []
