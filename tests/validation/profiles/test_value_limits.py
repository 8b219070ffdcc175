"""The least and the greatest value, its length, and whether it must be there."""

from collections.abc import Callable
from typing import Any

import pytest

from fhir_kb.formats import Json

LATER = "http://hl7.org/fhir/5.0/StructureDefinition/extension-ElementDefinition."
ABSENT: Json = {
    "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
    "valueCode": "unknown",
}
MINE: Json = {"url": "http://example.org/mine", "valueBoolean": True}


def ucum(value: float, code: str) -> Json:
    return {"value": int(value), "system": "http://unitsofmeasure.org", "code": code}


@pytest.mark.parametrize(
    ("element", "value", "expected"),
    [
        ({"minValueQuantity": ucum(1, "g")}, ucum(1000, "mg"), []),
        ({"minValueQuantity": ucum(1, "g")}, ucum(999, "mg"), [("value-too-small", "")]),
        ({"maxValueQuantity": ucum(1, "g")}, ucum(1001, "mg"), [("value-too-large", "")]),
        ({"maxValueQuantity": ucum(1, "g")}, ucum(1001, "s"), []),
    ],
)
def test_a_quantity_has_limits_in_any_unit(
    element: Json,
    value: Json,
    expected: list[Any],
    profile: Callable[..., Json],
    faults: Callable[..., Any],
) -> None:
    """What cannot be compared is not beyond a limit."""
    asked = profile("Observation", {"path": "Observation.valueQuantity", **element})
    resource = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "x"},
        "valueQuantity": value,
    }
    assert [(each[0], "") for each in faults(resource, asked)] == expected


@pytest.mark.parametrize(
    ("element", "born", "expected"),
    [
        ({"minValueDate": "1950-01-01"}, "1949-12-31", ["value-too-small"]),
        ({"minValueDate": "1950-01-01"}, "1950-01-01", []),
        ({"maxValueDate": "1950-01-01"}, "1950-01-02", ["value-too-large"]),
        ({"minValueDate": "1950-01-01"}, "1950", []),
        ({"maxValueQuantity": ucum(0, "d")}, "2500-01-01", ["value-too-large"]),
        ({"minValueQuantity": ucum(120, "a")}, "1700-01-01", ["value-too-small"]),
        ({"minValueQuantity": ucum(120, "furlong")}, "1700-01-01", []),
        ({"maxLength": 4}, "1950", []),
        ({"maxLength": 4}, "1950-01", ["profile-text-too-long"]),
    ],
)
def test_a_date_has_limits_of_its_own_or_counted_from_today(
    element: Json,
    born: str,
    expected: list[str],
    profile: Callable[..., Json],
    faults: Callable[..., Any],
) -> None:
    """A duration is taken from today for the earliest date, and added for the latest."""
    asked = profile("Patient", {"id": "Patient.birthDate", **element})
    found = faults({"resourceType": "Patient", "birthDate": born}, asked)
    assert [each[0] for each in found] == expected


@pytest.mark.parametrize(
    ("element", "birth", "expected"),
    [
        ({"mustHaveValue": True}, {"birthDate": "1990"}, []),
        ({"mustHaveValue": True}, {"_birthDate": {"extension": [ABSENT]}}, ["value-required"]),
        ({"mustHaveValue": False}, {"_birthDate": {"extension": [ABSENT]}}, []),
        ({"valueAlternatives": [MINE["url"]]}, {"_birthDate": {"extension": [MINE]}}, []),
        (
            {"valueAlternatives": [MINE["url"]]},
            {"_birthDate": {"extension": [ABSENT]}},
            ["value-required"],
        ),
        (
            {"extension": [{"url": f"{LATER}mustHaveValue", "valueBoolean": True}]},
            {"_birthDate": {"extension": [ABSENT]}},
            ["value-required"],
        ),
    ],
)
def test_a_value_must_be_there(
    element: Json,
    birth: Json,
    expected: list[str],
    profile: Callable[..., Json],
    faults: Callable[..., Any],
) -> None:
    """R5 has elements for this; a profile of R4 says it by extensions with their names."""
    asked = profile("Patient", {"id": "Patient.birthDate", **element})
    found = faults({"resourceType": "Patient", **birth}, asked)
    assert [each[0] for each in found] == expected
