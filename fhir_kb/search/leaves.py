"""One place of a search parameter: how what stands there becomes index entries, made once.

https://hl7.org/fhir/R4/search.html#ptypes

The same coding or reference stands in many resources. Its entries are made when it is first seen
and shared by all of them.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any

from fhir_kb.formats import Json
from fhir_kb.search.reference_entries import REFERENCES
from fhir_kb.search.text_entries import STRINGS, URIS
from fhir_kb.search.token_entries import TOKENS
from fhir_kb.search.value_entries import DATES, NUMBERS
from fhir_kb.store.index import IndexRows, Part, TokenEntry

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

_SHARED_MAX = 50_000
"""Values whose entries one place keeps."""

Systems = Mapping[str, Iterable[str]]
"""The systems that a required binding takes a code from: in resources they are not written."""


class Leaf:
    """A parameter at one place; ``type`` is the element's type, ``systems`` those of a code."""

    __slots__ = ("_add", "_is_object", "_key", "_shared", "_systems", "code", "is_plain_date")

    def __init__(self, code: str, search_type: str, type: str, add: Add, systems: Systems) -> None:
        self.code = code
        self.is_plain_date = search_type == "date" and type in _DATES
        self._add = add
        self._systems = systems
        self._is_object = type[:1].isupper() and not type.startswith("System.")
        self._key = _KEYS.get(type, _own if not self._is_object else _no_key)
        self._shared: dict[Hashable, Part] = {}

    def add(self, rows: IndexRows, value: Any) -> None:
        """Add the entries of a value; one that is not of the element's JSON form has none."""
        if (value.__class__ is dict) != self._is_object or value.__class__ is list:
            return
        self._add(rows, self.code, value)
        if self._systems:
            tokens = rows.tokens.setdefault(self.code, [])
            tokens.extend(TokenEntry(system, value) for system in self._systems.get(value, ()))

    def part(self, value: Any) -> Part:
        """Return the entries of a value, shared by all resources that have it."""
        try:
            key = self._key(value) if (value.__class__ is dict) == self._is_object else None
            part = None if key is None else self._shared.get(key)
        except (TypeError, AttributeError, LookupError):
            # Something inside is not of its form, such as a list for a text.
            key = part = None
        if key is None:
            return self._new(value)
        if part is None:
            if len(self._shared) >= _SHARED_MAX:
                self._shared.clear()
            part = self._shared[key] = self._new(value)
        return part

    def _new(self, value: Any) -> Part:
        rows = IndexRows()
        self.add(rows, value)
        return Part(rows)


def leaf_of(code: str, search_type: str, type: str, systems: Systems) -> Leaf | None:
    """Return the leaf of a parameter at an element of this type; None when it is not indexed."""
    add = CONVERSIONS[search_type].get(type)
    return None if add is None else Leaf(code, search_type, type, add, systems)


def _own(value: Any) -> Hashable:
    return value if value.__class__ is not list else None


def _no_key(value: Any) -> Hashable:
    return None


def _coding(value: Json) -> Hashable:
    return value.get("system"), value.get("code"), value.get("display")


def _concept(value: Json) -> Hashable:
    codings = value.get("coding")
    if codings is None:
        return (value.get("text"),)
    if len(codings) != 1:
        return None
    return value.get("text"), *_pick(codings[0])


def _pick(coding: Json) -> tuple[Hashable, ...]:
    return coding.get("system"), coding.get("code"), coding.get("display")


def _reference(value: Json) -> Hashable:
    if "identifier" in value:
        return None
    return value.get("reference"), value.get("display")


def _codeable_reference(value: Json) -> Hashable:
    concept, reference = value.get("concept"), value.get("reference")
    keys = (
        None if concept is None else _concept(concept),
        None if reference is None else _reference(reference),
    )
    is_whole = (concept is None or keys[0]) and (reference is None or keys[1])
    return keys if is_whole else None


def _period(value: Json) -> Hashable:
    return value.get("start"), value.get("end")


def _quantity(value: Json) -> Hashable:
    return tuple(map(value.get, ("value", "comparator", "system", "code", "unit")))


_DATES = frozenset({"date", "dateTime", "instant", "System.Date", "System.DateTime"})

_KEYS: Mapping[str, Callable[[Any], Hashable]] = {
    "Coding": _coding,
    "CodeableConcept": _concept,
    "Reference": _reference,
    "CodeableReference": _codeable_reference,
    "Period": _period,
    **dict.fromkeys(("Quantity", "SimpleQuantity", "Age", "Duration"), _quantity),
}
"""By element type, all that its entries depend on; None where they are made anew each time."""
