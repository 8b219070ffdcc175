"""The search types: how each finds rows, and the modifiers it takes.

https://hl7.org/fhir/R4/search.html#ptypes
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pyroaring import FrozenBitMap

from fhir_kb.definitions import SearchParameter
from fhir_kb.search import content, date, lists, quantity, reference, string, token, uri
from fhir_kb.search.composite import composite_of
from fhir_kb.search.escapes import unescape
from fhir_kb.search.hierarchy import finds_identifiers, is_canonical, parent_parameter
from fhir_kb.search.question import NO_ROWS, Match, Question
from fhir_kb.search.table import LIST, SearchTable
from fhir_kb.search.words import CONTENT, TEXT
from fhir_kb.store.interface import Rows


@dataclass(frozen=True, slots=True)
class SearchType:
    """How values of a type are found; ``modifiers`` in the order messages list them."""

    match: Match
    modifiers: tuple[str, ...] = ("missing",)


def _match_id(question: Question, value: str) -> Rows:
    row = question.index.row(question.type, unescape(value))
    return NO_ROWS if row is None else FrozenBitMap([row])


_SIMPLE: Mapping[str, SearchType] = {
    "token": SearchType(
        token.match, ("missing", "not", "text", "in", "not-in", "of-type", "above", "below")
    ),
    "string": SearchType(string.match, ("missing", "exact", "contains")),
    "reference": SearchType(reference.match, ("missing", "identifier", "above", "below")),
    "date": SearchType(date.match),
    "number": SearchType(quantity.match_number),
    "quantity": SearchType(quantity.match_quantity),
    "uri": SearchType(uri.match, ("missing", "below", "above")),
}

SEARCH_TYPES: Mapping[str, SearchType] = {
    **_SIMPLE,
    "composite": SearchType(
        composite_of({name: simple.match for name, simple in _SIMPLE.items()}), ()
    ),
}

_BY_CODE: Mapping[str, SearchType] = {
    "_id": SearchType(_match_id, ("not",)),
    TEXT: SearchType(content.match),
    CONTENT: SearchType(content.match),
    LIST: SearchType(lists.match, ()),
}


def search_type(parameter: SearchParameter) -> SearchType:
    """Return how a parameter is searched; some by their code, whatever their type is called."""
    return _BY_CODE.get(parameter.code) or SEARCH_TYPES[parameter.type]


def modifiers(table: SearchTable, parameter: SearchParameter) -> tuple[str, ...]:
    """Return the modifiers of a parameter.

    Only what finds identifiers takes ``:of-type``. A reference also takes the types it may refer
    to, and ``:above`` and ``:below`` only where resources of one of them are parts of each other,
    or where it is a canonical URL.
    """
    allowed = search_type(parameter).modifiers
    if parameter.code not in _BY_CODE:
        allowed += table.more_modifiers.get(parameter.type, ())
    if "of-type" in allowed and not finds_identifiers(table, parameter):
        allowed = tuple(name for name in allowed if name != "of-type")
    if parameter.type != "reference":
        return allowed
    if not (
        any(parent_parameter(table, target) for target in parameter.targets)
        or is_canonical(table, parameter)
    ):
        allowed = tuple(name for name in allowed if name not in ("above", "below"))
    return allowed + tuple(target for target in parameter.targets if target in table.parameters)
