"""The filters of a value set: which concepts of a code system it selects.

https://hl7.org/fhir/R5/valueset-filter-operator.html
"""

from collections.abc import Callable, Mapping

import regex

from fhir_kb.errors import InvalidParameter
from fhir_kb.terminology.code_system import CodeSystem, Concept

Selects = Callable[[CodeSystem, Concept, str, str], bool]
"""Whether (system, concept, property, value) holds."""

_SECONDS = 0.02
"""Time for one match: a value set, and its pattern, may come from anywhere."""


def _values(system: CodeSystem, concept: Concept, property: str) -> tuple[str, ...]:
    match property:
        case "code" | "concept":
            return (concept.code,)
        case "display":
            return (concept.display,) if concept.display else ()
        case "parent":
            return concept.parents
        case "child":
            return system.children.get(concept.code, ())
        case _:
            return concept.values(property)


def _in(system: CodeSystem, concept: Concept, property: str, value: str) -> bool:
    wanted = {each.strip() for each in value.split(",")}
    return not wanted.isdisjoint(_values(system, concept, property))


def _matches(system: CodeSystem, concept: Concept, property: str, value: str) -> bool:
    try:
        return any(
            regex.fullmatch(value, each, timeout=_SECONDS)
            for each in _values(system, concept, property)
        )
    except (regex.error, TimeoutError) as error:
        raise InvalidParameter(
            f"The filter {property} regex {value!r} cannot be used: {error}"
        ) from error


def _is_below(system: CodeSystem, concept: Concept, value: str) -> bool:
    return concept.code != value and system.is_a(concept.code, value)


def _is(system: CodeSystem, concept: Concept, property: str, value: str) -> bool:
    return value in _values(system, concept, property)


def _exists(system: CodeSystem, concept: Concept, property: str, value: str) -> bool:
    return bool(_values(system, concept, property)) == (value == "true")


OPERATORS: Mapping[str, Selects] = {
    "=": _is,
    "is-a": lambda system, concept, _, value: system.is_a(concept.code, value),
    "is-not-a": lambda system, concept, _, value: not system.is_a(concept.code, value),
    "descendent-of": lambda system, concept, _, value: _is_below(system, concept, value),
    "descendent-leaf": lambda system, concept, _, value: (
        _is_below(system, concept, value) and concept.code not in system.children
    ),
    "child-of": lambda system, concept, _, value: value in concept.parents,
    "generalizes": lambda system, concept, _, value: system.is_a(value, concept.code),
    "in": _in,
    "not-in": lambda *arguments: not _in(*arguments),
    "regex": _matches,
    "exists": _exists,
}
"""All operators of FHIR, by their codes."""
