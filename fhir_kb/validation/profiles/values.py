"""Whether a value is the one a profile fixes, or has all that a pattern has.

https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.pattern_x_
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fhir_kb.fhirpath import Node
from fhir_kb.formats import Json
from fhir_kb.formats.json import write_json
from fhir_kb.validation.profiles.place import Place
from fhir_kb.validation.walk import Rule, Walk
from fhir_kb.validation.wording import shortened

FIXED = "fixed"
PATTERN = "pattern"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A value that a profile asks for: this very one if ``exact``, else at least what it has."""

    value: Any
    exact: bool

    def matches(self, found: Any) -> bool:
        """Return whether a JSON value is what is asked for."""
        return next(_differences(self.value, found, self.exact, ""), None) is None

    def step(self, name: str) -> "list[Wanted]":
        """Return what is asked of a child element: one for each of several values."""
        if not isinstance(self.value, dict) or name not in self.value:
            return []
        value = self.value[name]
        return [
            Wanted(each, self.exact) for each in (value if isinstance(value, list) else [value])
        ]


@dataclass(frozen=True, slots=True)
class Difference:
    """At ``at`` below the node (empty for the node itself) the value is not the one wanted."""

    at: str
    wanted: Any
    found: Any


def wanted_by(element: Json) -> Wanted | None:
    """Return the value that an ElementDefinition fixes or gives as a pattern."""
    for key, value in element.items():
        if key.startswith(FIXED):
            return Wanted(value, exact=True)
        if key.startswith(PATTERN):
            return Wanted(value, exact=False)
    return None


def wanted_at(place: Place) -> list[Wanted]:
    """Return the values that a place's statements fix or give as patterns."""
    found = (wanted_by(statement.element) for statement in place.statements)
    return [wanted for wanted in found if wanted is not None]


def value_rule(wanted: Wanted, label: str, profile: str) -> Rule:
    """Return the rule that reports each difference of a node from the value ``wanted``."""

    def rule(walk: Walk, node: Node) -> None:
        for difference in _differences(wanted.value, node.value, wanted.exact, ""):
            _report(walk, node, difference, label, profile)

    return rule


def _report(walk: Walk, node: Node, difference: Difference, label: str, profile: str) -> None:
    element = f"{label}.{difference.at}" if difference.at else label
    facts: dict[str, Any] = {
        "element": element,
        "profile": profile,
        "wanted": shown(difference.wanted),
    }
    at, found = difference.at, difference.found
    if difference.wanted is _NOTHING:
        walk.report("not-in-fixed-value", node, at=at, source=profile, found=shown(found), **facts)
    elif found is None or found is _NOTHING:
        walk.report("value-missing", node, at=at, source=profile, **facts)
    else:
        walk.report("other-value", node, at=at, source=profile, found=shown(found), **facts)


_NOTHING = object()
"""What is wanted where a fixed value has nothing, and found where an array has no such item."""


def shown(value: Any) -> str:
    """Return a JSON value as a short line, a quantity as its value and unit."""
    if isinstance(value, str):
        return repr(shortened(value))
    if isinstance(value, dict) and "value" in value and ("unit" in value or "code" in value):
        return f"{value['value']} {value.get('unit', value.get('code'))}"
    return shortened(write_json(value).decode()) if value is not _NOTHING else "nothing"


def _differences(wanted: Any, found: Any, exact: bool, at: str) -> Iterator[Difference]:
    if isinstance(wanted, dict) and isinstance(found, dict):
        yield from _in_objects(wanted, found, exact, at)
    elif isinstance(wanted, list) and isinstance(found, list):
        yield from _in_arrays(wanted, found, exact, at)
    elif isinstance(wanted, bool) is not isinstance(found, bool) or wanted != found:
        yield Difference(at, wanted, found)


def _in_objects(wanted: Json, found: Json, exact: bool, at: str) -> Iterator[Difference]:
    for name, value in wanted.items():
        yield from _differences(value, found.get(name), exact, _below(at, name))
    if exact:
        for name in found.keys() - wanted.keys() - {"id"}:
            yield Difference(_below(at, name), _NOTHING, found[name])


def _in_arrays(wanted: list[Any], found: list[Any], exact: bool, at: str) -> Iterator[Difference]:
    if exact and len(wanted) == len(found):
        for index, (each, other) in enumerate(zip(wanted, found, strict=True)):
            yield from _differences(each, other, exact, f"{at}[{index}]")
    elif exact:
        yield Difference(at, wanted, found)
    elif len(wanted) == 1 == len(found):
        yield from _differences(wanted[0], found[0], exact, f"{at}[0]")
    else:
        for each in wanted:
            if not any(Wanted(each, exact).matches(other) for other in found):
                yield Difference(at, each, _NOTHING)


def _below(at: str, name: str) -> str:
    return f"{at}.{name}" if at else name
