"""Whatever a resource or a package holds, the answer is a list of issues."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from fhir_kb.formats import Json

JUNK = [None, "", [], {}, "x", 0, True, ["a"], {"a": 1}, "#x", [[]], "a" * 3000, 10**30]
REFERRING: Json = {
    "resourceType": "Observation",
    "status": "final",
    "code": {"coding": [{"system": "http://s.org", "code": "a"}]},
    "subject": {"reference": "Patient/1"},
    "component": [{"code": {"text": "x"}, "valueQuantity": {"value": 1, "unit": "g"}}],
}


def places(value: Any) -> list[tuple[Any, Any]]:
    """Each key or index in a JSON value, with what holds it."""
    if isinstance(value, dict | list):
        keys = list(value) if isinstance(value, dict) else range(len(value))
        return [place for key in keys for place in ((value, key), *places(value[key]))]
    return []


def asking(profile: Callable[..., Json]) -> Json:
    """A profile with something of everything."""
    row = {"key": "k", "severity": "error", "human": "h", "expression": "true"}
    discriminator = [{"type": "value", "path": "code.text"}, {"type": "type", "path": "value"}]
    return profile(
        "Observation",
        {"id": "Observation", "constraint": [row]},
        {
            "id": "Observation.code",
            "binding": {"strength": "required", "valueSet": "http://example.org/v"},
            "patternCodeableConcept": {"coding": [{"code": "a"}]},
        },
        {
            "id": "Observation.subject",
            "type": [{"code": "Reference", "targetProfile": ["http://example.org/t"]}],
        },
        {
            "id": "Observation.component",
            "slicing": {"discriminator": discriminator, "rules": "closed", "ordered": True},
        },
        {"id": "Observation.component:a", "min": 1, "max": "1", "mustSupport": True},
        {"id": "Observation.component:a.code.text", "fixedString": "x"},
        {"id": "Observation.component:a.value[x]", "type": [{"code": "Quantity"}]},
        {"id": "Observation.component:a.valueQuantity.value", "minValueDecimal": 0},
        {"id": "Observation.extension:e", "type": [{"code": "Extension", "profile": ["u"]}]},
        context=[{"type": "element", "expression": "Observation"}],
    )


@pytest.mark.parametrize("turn", range(len(JUNK)), ids=lambda turn: repr(JUNK[turn])[:12])
def test_no_profile_brings_the_validator_down(
    turn: int, profile: Callable[..., Json], issues_of: Callable[..., Any]
) -> None:
    """Each place of a profile holds something else once, the kinds of it by turns."""
    for index in range(turn, len(places(asking(profile))), len(JUNK)):
        asked = asking(profile)
        holder, key = places(asked)[index]
        holder[key] = deepcopy(JUNK[turn])
        assert isinstance(issues_of(REFERRING, asked, ask="http://example.org/p"), list)


@pytest.mark.parametrize("turn", range(len(JUNK)), ids=lambda turn: repr(JUNK[turn])[:12])
def test_no_resource_brings_a_profile_down(
    turn: int, profile: Callable[..., Json], issues_of: Callable[..., Any]
) -> None:
    """Each place of a resource holds something else once: it is wrong, and said to be."""
    asked = asking(profile)
    for index in range(turn, len(places(REFERRING)), len(JUNK)):
        resource = deepcopy(REFERRING)
        holder, key = places(resource)[index]
        holder[key] = deepcopy(JUNK[turn])
        assert issues_of(resource, asked)
