"""References up and down a hierarchy of resources: an organization and all its parts.

https://hl7.org/fhir/R5/search.html#modifierbelow

A hierarchy is what the parameter ``partof`` or ``part-of`` of a type makes, where it refers to
that type itself.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache

from pyroaring import BitMap

from fhir_kb.definitions import Definitions, SearchParameter
from fhir_kb.errors import UnsupportedModifier
from fhir_kb.fhirpath import types_of
from fhir_kb.search.places import places_of
from fhir_kb.search.question import Question, union
from fhir_kb.search.table import SearchTable
from fhir_kb.store.interface import Field, Rows
from fhir_kb.store.keys import reference_key

_PART_OF = ("partof", "part-of")


def parent_parameter(table: SearchTable, type: str) -> str | None:
    """Return the parameter by which resources of a type are parts of each other, if any is."""
    known = table.parameters.get(type, {})
    return next((code for code in _PART_OF if code in known and type in known[code].targets), None)


def is_canonical(table: SearchTable, parameter: SearchParameter) -> bool:
    """Whether a reference parameter finds canonical URLs, whose steps are a hierarchy."""
    return not _types_found(table.definitions, parameter.expression).isdisjoint(_CANONICAL)


def finds_identifiers(table: SearchTable, parameter: SearchParameter) -> bool:
    """Whether a parameter finds identifiers, which have a type."""
    return "Identifier" in _types_found(table.definitions, parameter.expression)


_CANONICAL = frozenset({"canonical", "uri"})


@lru_cache(maxsize=4096)
def _types_found(definitions: Definitions, expression: str) -> frozenset[str]:
    root = expression.lstrip("(").partition(".")[0]
    places = places_of(expression, root, types_of(definitions))
    return frozenset(place.type for place in places or ())


def referring_below(question: Question, type: str, id: str) -> Rows:
    """Return the rows that refer to the resource or to anything that is a part of it."""
    field = Field(type, _parent(question, type), "reference")

    def parts(row: int, identity: tuple[str, str]) -> Iterable[int]:
        return question.index.term(field, reference_key(*identity))

    return _referring(question, type, id, parts)


def referring_above(question: Question, type: str, id: str) -> Rows:
    """Return the rows that refer to the resource or to anything that it is a part of."""
    parameter = _parent(question, type)

    def wholes(row: int, identity: tuple[str, str]) -> Iterable[int]:
        for link in question.index.links(row):
            if link.parameter == parameter and link.type == type and link.id:
                above = question.index.row(type, link.id)
                if above is not None:
                    yield above

    return _referring(question, type, id, wholes)


def _parent(question: Question, type: str) -> str:
    parameter = parent_parameter(question.table, type)
    if parameter is None:
        raise UnsupportedModifier(
            f"{question.name}: resources of type {type} are not parts of each other in "
            f"{question.table.version}; :above and :below need such a hierarchy",
            expression=question.name,
        )
    return parameter


def _referring(
    question: Question,
    type: str,
    id: str,
    following: Callable[[int, tuple[str, str]], Iterable[int]],
) -> Rows:
    start = question.index.row(type, id)
    field = question.field("reference")
    if start is None:
        return question.index.term(field, reference_key(type, id))
    seen, waiting = BitMap([start]), [start]
    found: list[Rows] = []
    while waiting:
        row = waiting.pop()
        ((own_type, own_id),) = question.index.identities([row])
        found.append(question.index.term(field, reference_key(own_type, own_id)))
        for other in following(row, (own_type, own_id)):
            if other not in seen:
                seen.add(other)
                waiting.append(other)
    return union(found)
