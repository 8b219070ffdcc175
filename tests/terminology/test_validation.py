"""A wrong code must be told from one that cannot be checked here: both are common."""

import pytest

from fhir_kb.definitions import load
from fhir_kb.errors import InvalidParameter
from fhir_kb.formats import Json
from fhir_kb.terminology import Terminology, validate_code

DISEASES = "https://example.org/diseases"
GENDER = "http://hl7.org/fhir/administrative-gender"
GENDERS = "http://hl7.org/fhir/ValueSet/administrative-gender"
SNOMED = "http://snomed.info/sct"
UCUM = "http://unitsofmeasure.org"


@pytest.mark.parametrize(
    ("code", "system", "value_set", "verdict"),
    [
        pytest.param("male", GENDER, None, "valid", id="in its system"),
        pytest.param("man", GENDER, None, "invalid", id="not in its system"),
        pytest.param("male", GENDER, GENDERS, "valid", id="in the value set"),
        pytest.param("male", None, GENDERS, "valid", id="the value set tells the system"),
        pytest.param("man", None, GENDERS, "invalid", id="in no system of the value set"),
        pytest.param("male", DISEASES, GENDERS, "invalid", id="of another system"),
        pytest.param("MYELOMA", DISEASES, None, "valid", id="case does not matter"),
        pytest.param("toe", "https://example.org/parts", None, "unknown", id="fragment"),
        pytest.param("x", "https://example.org/none", None, "unknown", id="system not held"),
        pytest.param("x", None, "https://example.org/none", "unknown", id="value set not held"),
        pytest.param("109989006", SNOMED, None, "unknown", id="SNOMED CT code"),
        pytest.param("109989007", SNOMED, None, "invalid", id="SNOMED CT check digit"),
        pytest.param("718-7", "http://loinc.org", None, "unknown", id="LOINC number"),
        pytest.param("718-8", "http://loinc.org", None, "invalid", id="LOINC check digit"),
        pytest.param("mg/d", UCUM, None, "valid", id="unit"),
        pytest.param("mcg", UCUM, None, "invalid", id="no unit"),
        pytest.param("mg/d", UCUM, "http://hl7.org/fhir/ValueSet/ucum-units", "valid", id="units"),
        pytest.param(
            "mg", UCUM, "http://hl7.org/fhir/ValueSet/all-time-units", "unknown", id="some units"
        ),
        pytest.param(
            "application/fhir+json",
            None,
            "http://hl7.org/fhir/ValueSet/mimetypes",
            "valid",
            id="mime",
        ),
        pytest.param(
            "pdf", None, "http://hl7.org/fhir/ValueSet/mimetypes", "invalid", id="no mime"
        ),
    ],
)
def test_verdict_on_a_code(
    terminology: Terminology, code: str, system: str | None, value_set: str | None, verdict: str
) -> None:
    found = validate_code(terminology, code, system=system, value_set=value_set)
    assert found.verdict == verdict
    assert found.result == (verdict == "valid")
    assert (found.message is None) == (verdict == "valid")


@pytest.mark.parametrize(
    ("display", "verdict"),
    [("Multiple myeloma", "valid"), ("multiple  Myeloma", "valid"), ("Thalassemia", "invalid")],
)
def test_display_must_be_that_of_the_code(
    terminology: Terminology, display: str, verdict: str
) -> None:
    """A code chosen by mistake is seen by its display."""
    found = validate_code(terminology, "myeloma", system=DISEASES, display=display)
    assert found.verdict == verdict
    assert found.display == "Multiple myeloma"


def test_message_names_the_nearest_code(terminology: Terminology) -> None:
    found = validate_code(terminology, "femal", system=GENDER, value_set=GENDERS)
    assert found.message is not None
    assert "did you mean 'female'" in found.message


def test_code_of_two_systems_needs_its_system() -> None:
    includes: list[Json] = [
        {"system": system, "concept": [{"code": "1"}]} for system in (DISEASES, GENDER)
    ]
    value_set = {"resourceType": "ValueSet", "url": "v", "compose": {"include": includes}}
    found = validate_code(Terminology(load("R4"), [value_set]), "1", value_set="v")
    assert found.verdict == "unknown"
    assert found.message is not None
    assert "say which system" in found.message


def test_code_without_system_and_value_set_is_refused(terminology: Terminology) -> None:
    with pytest.raises(InvalidParameter, match="needs a system or a value set"):
        validate_code(terminology, "male")


def test_excluded_code_of_a_whole_system_is_invalid() -> None:
    compose = {
        "include": [{"system": UCUM}],
        "exclude": [{"system": UCUM, "concept": [{"code": "mg"}]}],
    }
    value_set = {"resourceType": "ValueSet", "url": "v", "compose": compose}
    found = validate_code(Terminology(load("R4"), [value_set]), "mg", system=UCUM, value_set="v")
    assert found.verdict != "valid"
