"""How many of an element a profile wants, on its own and after the profiles it is based on."""

from collections.abc import Callable
from typing import Any

import pytest

from fhir_kb.formats import Json
from fhir_kb.validation import Issue

PATIENT: Json = {"resourceType": "Patient", "name": [{"family": "A"}, {"family": "B"}]}

Make = Callable[..., Json]
Find = Callable[..., Any]


@pytest.mark.parametrize(
    ("element", "expected"),
    [
        ({"id": "Patient.name", "min": 2}, []),
        ({"id": "Patient.name", "min": 3}, [("profile-min", "Patient")]),
        ({"id": "Patient.name", "max": "2"}, []),
        ({"id": "Patient.name", "max": "1"}, [("profile-max", "Patient.name")]),
        ({"id": "Patient.name", "max": "0"}, [("profile-prohibits", "Patient.name")]),
        ({"id": "Patient.birthDate", "min": 1}, [("profile-min", "Patient")]),
        ({"id": "Patient.name.family", "min": 1}, []),
        (
            {"id": "Patient.name.given", "min": 1},
            [("profile-min", "Patient.name[0]"), ("profile-min", "Patient.name[1]")],
        ),
        ({"id": "Patient.contact.name", "min": 1}, []),
    ],
)
def test_bounds(element: Json, expected: list[Any], profile: Make, faults: Find) -> None:
    """A minimum below an element that is absent asks for nothing."""
    assert faults(PATIENT, profile("Patient", element)) == expected


def test_a_message_names_element_number_and_profile(
    profile: Make, issues_of: Callable[..., list[Issue]]
) -> None:
    """The reader has the profile open and looks for the element by its id there."""
    asked = profile("Patient", {"id": "Patient.name", "min": 3}, version="1.2")
    (issue,) = [each for each in issues_of(PATIENT, asked) if each.is_error]
    assert issue.message == (
        "Patient.name needs at least 3; found 2 (profile http://example.org/p|1.2)"
    )
    assert issue.source == "http://example.org/p|1.2"


def test_what_the_specification_asks_is_said_once(profile: Make, faults: Find) -> None:
    """A profile that repeats its base must not double every fault."""
    asked = profile("Observation", {"id": "Observation.code", "min": 1, "max": "1"})
    found = faults({"resourceType": "Observation", "status": "final"}, asked)
    assert found == [("missing-element", "Observation")]


def test_each_profile_of_a_chain_holds(profile: Make, faults: Find) -> None:
    outer = profile("Patient", {"id": "Patient.name", "max": "1"}, url="outer")
    inner = profile("Patient", {"id": "Patient.gender", "min": 1}, base="outer")
    assert faults(PATIENT, inner, outer) == [
        ("profile-max", "Patient.name"),
        ("profile-min", "Patient"),
    ]


def test_a_profile_cannot_loosen_the_one_it_is_based_on(profile: Make, faults: Find) -> None:
    """Authors do write this; a validator that follows them lets wrong resources pass."""
    outer = profile("Patient", {"id": "Patient.name", "min": 3, "max": "4"}, url="outer")
    inner = profile("Patient", {"id": "Patient.name", "min": 0, "max": "*"}, base="outer")
    assert faults(PATIENT, inner, outer) == [("profile-min", "Patient")]


@pytest.mark.parametrize(
    "path", ["Patient.nick", "Patient.name.nick", "Patient" + ".extension" * 99]
)
def test_an_element_that_is_none_is_said_not_to_be_checked(
    path: str, profile: Make, issues_of: Callable[..., list[Issue]]
) -> None:
    """Else a misspelt path would look like a profile that is met."""
    found = issues_of(PATIENT, profile("Patient", {"id": path, "min": 1}))
    assert "profile-not-whole" in {issue.message_id for issue in found}


def test_a_resource_of_another_type_does_not_meet_a_profile(profile: Make, faults: Find) -> None:
    asked = profile("Observation", {"id": "Observation.note", "min": 1})
    assert faults(PATIENT, asked) == [("other-type-of-profile", "Patient")]


def test_elements_that_must_be_supported_are_mentioned_once(
    profile: Make, issues_of: Callable[..., list[Issue]]
) -> None:
    """Absence is no fault, but a tester wants to know; two profiles need not say it twice."""
    marks = [{"id": f"Patient.{name}", "mustSupport": True} for name in ("name", "gender")]
    outer = profile("Patient", *marks, url="outer")
    inner = profile("Patient", *marks, base="outer")
    resource = {**PATIENT, "meta": {"profile": [outer["url"]]}}
    found = [
        each for each in issues_of(resource, inner, outer) if each.message_id == "must-support"
    ]
    assert [(each.severity, each.expression) for each in found] == [("information", "Patient")]
    assert "has no gender," in found[0].message
