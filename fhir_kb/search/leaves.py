"""One place of a search parameter: how what stands there becomes index entries.

https://hl7.org/fhir/R4/search.html#ptypes
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from fhir_kb.search.reference_entries import REFERENCES
from fhir_kb.search.text_entries import STRINGS, URIS
from fhir_kb.search.token_entries import TOKENS
from fhir_kb.search.value_entries import DATES, NUMBERS
from fhir_kb.store.index import IndexRows, TokenEntry

Add = Callable[[IndexRows, str, Any], None]

CONVERSIONS: Mapping[str, Mapping[str, Add]] = {
    "token": TOKENS,
    "string": STRINGS,
    "uri": URIS,
    "reference": REFERENCES,
    "date": DATES,
    "number": NUMBERS,
    "quantity": NUMBERS,
}
"""By search type, how each element type becomes index entries; other elements are not indexed."""

Systems = Mapping[str, Iterable[str]]
"""The systems that a required binding takes a code from: in resources they are not written."""


class Mark(Protocol):
    """What a place is marked with: it turns what stands there into index entries."""

    def add(self, rows: IndexRows, value: Any) -> None:
        """Add the entries of a value."""
        ...


class Leaf:
    """A parameter at one place; ``type`` is the element's type, ``systems`` those of a code."""

    __slots__ = ("_add", "_is_object", "_systems", "code", "is_plain_date")

    def __init__(self, code: str, search_type: str, type: str, add: Add, systems: Systems) -> None:
        self.code = code
        self.is_plain_date = search_type == "date" and type in _DATES
        self._add = add
        self._systems = systems
        self._is_object = type[:1].isupper() and not type.startswith("System.")

    def add(self, rows: IndexRows, value: Any) -> None:
        """Add the entries of a value; one that is not of the element's JSON form has none."""
        if (value.__class__ is dict) != self._is_object or value.__class__ is list:
            return
        self._add(rows, self.code, value)
        if self._systems:
            tokens = rows.tokens.setdefault(self.code, [])
            tokens.extend(TokenEntry(system, value) for system in self._systems.get(value, ()))


def leaf_of(code: str, search_type: str, type: str, systems: Systems) -> Leaf | None:
    """Return the leaf of a parameter at an element of this type; None when it is not indexed."""
    add = CONVERSIONS[search_type].get(type)
    return None if add is None else Leaf(code, search_type, type, add, systems)


_DATES = frozenset({"date", "dateTime", "instant", "System.Date", "System.DateTime"})
