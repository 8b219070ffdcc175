"""Constraints that profiles state, in FHIRPath."""

from collections.abc import Callable
from typing import Any

import pytest

from fhir_kb.formats import Json
from fhir_kb.validation import Issue

Make = Callable[..., Json]
Find = Callable[..., Any]

BASE = "http://hl7.org/fhir/StructureDefinition/"
PATIENT: Json = {"resourceType": "Patient", "id": "a", "name": [{"text": "A"}, {"family": "B"}]}


def constraint(expression: str, severity: str = "error", key: str = "x-1") -> Json:
    row = {"key": key, "severity": severity, "human": "Must be so.", "expression": expression}
    return {"constraint": [row]}


@pytest.mark.parametrize(
    ("id", "expression", "expected"),
    [
        ("Patient", "name.count() = 2", []),
        ("Patient", "birthDate.exists()", [("invariant", "Patient")]),
        ("Patient.name", "text.exists()", [("invariant", "Patient.name[1]")]),
        ("Patient.name", "%resource.id = 'a'", []),
        ("Patient.birthDate", "false", []),
        ("Patient", f"conformsTo('{BASE}Patient')", []),
        ("Patient", f"conformsTo('{BASE}Observation')", [("invariant", "Patient")]),
        ("Patient", "today() > @2020-01-01", []),
    ],
)
def test_a_constraint_holds_where_its_element_is(
    id: str, expression: str, expected: list[Any], profile: Make, faults: Find
) -> None:
    asked = profile("Patient", {"id": id, **constraint(expression)})
    assert faults(PATIENT, asked) == expected


def test_a_message_names_the_key_the_words_and_the_profile(
    profile: Make, issues_of: Callable[..., list[Issue]]
) -> None:
    asked = profile("Patient", {"id": "Patient", **constraint("false", "warning")})
    (issue,) = [each for each in issues_of(PATIENT, asked) if "x-1" in each.source]
    assert (issue.severity, issue.message) == ("warning", "x-1: Must be so")
    assert issue.source == "http://example.org/p#x-1"


def test_a_constraint_can_ask_for_another_profile(profile: Make, faults: Find) -> None:
    other = profile("Patient", {"id": "Patient.birthDate", "min": 1}, url="other")
    asked = profile("Patient", {"id": "Patient", **constraint(f"conformsTo('{other['url']}')")})
    assert faults(PATIENT, asked, other) == [("invariant", "Patient")]
    assert faults({**PATIENT, "birthDate": "1990"}, asked, other) == []


def test_a_constraint_that_cannot_be_run_is_mentioned(
    profile: Make, issues_of: Callable[..., list[Issue]]
) -> None:
    """It comes from a package: whatever it says, the rest of the profile is checked."""
    asked = profile(
        "Patient",
        {"id": "Patient", **constraint("nonsense(")},
        {"id": "Patient.birthDate", "min": 1},
    )
    found = {each.message_id for each in issues_of(PATIENT, asked)}
    assert {"invariant-not-checked", "profile-min"} <= found


def test_what_a_type_states_itself_is_not_checked_twice(profile: Make, faults: Find) -> None:
    """A snapshot repeats every invariant of the specification."""
    asked = profile("Patient", {"id": "Patient", **constraint("false", key="dom-2")})
    assert faults(PATIENT, asked) == []


def test_an_entry_is_seen_from_its_bundle(profile: Make, faults: Find) -> None:
    """%resource is what the profile is of, not what the constraint happens to look at."""
    asked = profile("Bundle", {"id": "Bundle.entry.resource", **constraint("%resource is Bundle")})
    entry = {"fullUrl": "http://e.org/Patient/a", "resource": PATIENT}
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [entry]}
    assert faults(bundle, asked) == []
