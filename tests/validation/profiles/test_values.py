"""Fixed values and patterns: the very same, or at least as much."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from fhir_kb.formats import Json
from fhir_kb.validation import Issue
from fhir_kb.validation.profiles.values import Wanted

CONCEPT: Json = {"coding": [{"system": "http://s.org", "code": "a", "display": "A"}], "text": "A"}


@pytest.mark.parametrize(
    ("wanted", "found", "as_pattern", "as_fixed"),
    [
        ("a", "a", True, True),
        ("a", "b", False, False),
        (1, Decimal("1.0"), True, True),
        (True, 1, False, False),
        ({"a": 1}, {"a": 1}, True, True),
        ({"a": 1}, {"a": 1, "b": 2}, True, False),
        ({"a": 1}, {"a": 1, "id": "x"}, True, True),
        ({"a": 1, "b": 2}, {"a": 1}, False, False),
        ({"a": {"b": 1}}, {"a": {"b": 1, "c": 2}}, True, False),
        ([1], [1], True, True),
        ([1], [2, 1], True, False),
        ([2, 1], [1, 2], True, False),
        ([1, 3], [1, 2], False, False),
        ([{"a": 1}], [{"a": 2}, {"a": 1, "b": 1}], True, False),
        ("a", None, False, False),
        ("a", ["a"], False, False),
    ],
)
def test_what_matches(wanted: Any, found: Any, as_pattern: bool, as_fixed: bool) -> None:
    """A pattern's list may stand anywhere in the list found; a fixed list is that list."""
    assert Wanted(wanted, exact=False).matches(found) is as_pattern
    assert Wanted(wanted, exact=True).matches(found) is as_fixed


@pytest.mark.parametrize(
    ("element", "expected"),
    [
        ({"patternCodeableConcept": {"text": "A"}}, []),
        ({"patternCodeableConcept": {"text": "B"}}, [("other-value", "Observation.code.text")]),
        (
            {"patternCodeableConcept": {"coding": [{"system": "http://s.org", "code": "b"}]}},
            [("other-value", "Observation.code.coding[0].code")],
        ),
        (
            {"patternCodeableConcept": {"coding": [{"version": "1"}]}},
            [("value-missing", "Observation.code.coding[0].version")],
        ),
        (
            {"patternCodeableConcept": {"coding": [{"code": "a"}, {"code": "b"}]}},
            [("value-missing", "Observation.code.coding")],
        ),
        ({"fixedCodeableConcept": CONCEPT}, []),
        (
            {"fixedCodeableConcept": {"text": "A"}},
            [("not-in-fixed-value", "Observation.code.coding")],
        ),
    ],
)
def test_each_difference_is_said_where_it_is(
    element: Json, expected: list[Any], profile: Callable[..., Json], faults: Callable[..., Any]
) -> None:
    resource = {"resourceType": "Observation", "status": "final", "code": CONCEPT}
    asked = profile("Observation", {"id": "Observation.code", **element})
    assert faults(resource, asked) == expected


def test_a_message_says_what_is_there_and_what_should_be(
    profile: Callable[..., Json], issues_of: Callable[..., list[Issue]]
) -> None:
    asked = profile("Patient", {"id": "Patient.gender", "fixedCode": "female"})
    found = issues_of({"resourceType": "Patient", "gender": "male"}, asked)
    (issue,) = [each for each in found if each.is_error]
    assert issue.message == (
        "Patient.gender is 'male'; 'female' is asked for (profile http://example.org/p)"
    )


def test_a_value_is_asked_for_only_where_the_element_is(
    profile: Callable[..., Json], faults: Callable[..., Any]
) -> None:
    """A fixed value does not make its element required."""
    asked = profile("Patient", {"id": "Patient.gender", "fixedCode": "female"})
    assert faults({"resourceType": "Patient", "active": True}, asked) == []
