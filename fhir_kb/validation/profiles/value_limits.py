"""The least and the greatest value, the length, and whether a value must be there at all.

https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.minValue_x_
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from fhir_kb.definitions import Definitions
from fhir_kb.errors import FHIRPathError
from fhir_kb.fhirpath import Node, compile_expression
from fhir_kb.validation.profiles.place import Place
from fhir_kb.validation.profiles.values import shown
from fhir_kb.validation.walk import Rule, Walk
from fhir_kb.validation.wording import listed

_LIMITS = {
    "minValue": ("$this < %limit", "$this < {clock} - {duration}", "value-too-small"),
    "maxValue": ("$this > %limit", "$this > {clock} + {duration}", "value-too-large"),
}
"""By the key's beginning: what must not be, the same counted from now, and the message."""

_CLOCKS = {"date": "today()", "dateTime": "now()", "instant": "now()"}
_CALENDAR = {
    "a": "years",
    "mo": "months",
    "wk": "weeks",
    "d": "days",
    "h": "hours",
    "min": "minutes",
    "s": "seconds",
}
"""UCUM's units of time in FHIRPath's words."""


def limit_rules(place: Place, definitions: Definitions) -> Iterator[Rule]:
    """Yield the rules of what a place states of its value's size and presence."""
    for statement in place.statements:
        for key, value in statement.element.items():
            if key[:8] in _LIMITS:
                type = _type_name(key[8:], definitions)
                yield _limit_rule(key[:8], Node(value, type), place.label, statement.profile)
    length = place.stated("maxLength")
    if length is not None:
        yield _length_rule(length.element["maxLength"], place.label, length.profile)
    required = place.stated("mustHaveValue")
    if required is not None and required.element["mustHaveValue"] is True:
        yield _presence_rule((), place.label, required.profile)
    alternatives = place.stated("valueAlternatives")
    if alternatives is not None:
        urls = tuple(alternatives.element["valueAlternatives"])
        yield _presence_rule(urls, place.label, alternatives.profile)


def _type_name(spelling: str, definitions: Definitions) -> str:
    """Return the type at the end of a key: ``Decimal`` is decimal, ``Quantity`` itself."""
    name = spelling[:1].lower() + spelling[1:]
    return spelling if definitions.type(name) is None else name


def _limit_rule(kind: str, limit: Node, label: str, url: str) -> Rule:
    plain, from_now, message_id = _LIMITS[kind]

    def rule(walk: Walk, node: Node) -> None:
        expression = plain
        if node.type in _CLOCKS and isinstance(limit.value, dict):
            duration = _duration(limit.value)
            if duration is None:
                return
            expression = from_now.format(clock=_CLOCKS[node.type], duration=duration)
        environment = replace(walk.environment, variables={"limit": limit})
        try:
            is_beyond = compile_expression(expression, walk.definitions).is_true(node, environment)
        except FHIRPathError:
            # The base type's checks say what is wrong with the value.
            return
        if is_beyond:
            walk.report(
                message_id,
                node,
                source=url,
                element=label,
                value=shown(node.value),
                limit=shown(limit.value),
                profile=url,
            )

    return rule


def _duration(quantity: dict[str, Any]) -> str | None:
    word = _CALENDAR.get(str(quantity.get("code", quantity.get("unit"))))
    return f"{quantity.get('value', 0)} {word}" if word is not None else None


def _length_rule(limit: int, label: str, url: str) -> Rule:
    def rule(walk: Walk, node: Node) -> None:
        if isinstance(node.value, str) and len(node.value) > limit:
            walk.report(
                "profile-text-too-long",
                node,
                source=url,
                element=label,
                length=len(node.value),
                limit=limit,
                profile=url,
            )

    return rule


def _presence_rule(alternatives: tuple[str, ...], label: str, url: str) -> Rule:
    instead = (
        f"without one, an extension: {listed(alternatives)}"
        if alternatives
        else "an extension does not stand in for it"
    )

    def rule(walk: Walk, node: Node) -> None:
        extensions = walk.children(node, "extension")
        urls = {each.value.get("url") for each in extensions if isinstance(each.value, dict)}
        if node.value is None and not urls.intersection(alternatives):
            walk.report(
                "value-required", node, source=url, element=label, instead=instead, profile=url
            )

    return rule
