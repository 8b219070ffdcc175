"""Where a value would stand in a store's sort order, without reading any resource.

https://hl7.org/fhir/R4/search.html#sort
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from functools import lru_cache
from heapq import merge
from itertools import groupby

from pyroaring import AbstractBitMap, BitMap

from fhir_kb.store.interface import Field, Kind, Store
from fhir_kb.store.keys import SEPARATOR
from fhir_kb.store.snapshot.sort_orders import SORTED_KINDS

Value = str | float
"""What rows are sorted by: the first part of a term, an id, or an end of an interval."""

Place = Callable[[Value], tuple[int, int]]
"""Returns the start and end in ``SortOrder.ordered`` of the rows with this value."""

Groups = list[tuple[Value, AbstractBitMap]]
"""Rows by value in rising order; a row may have several values."""

_COLUMNS: tuple[Kind, ...] = ("date", "quantity")
"""The kinds of intervals that resources are sorted by."""

_IDS_KEPT = 100_000


class Places:
    """The places in the orders of one store that never changes; each order is read through once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._of: dict[tuple[str, str, bool], Place] = {}

    def of(self, type: str, parameter: str, *, descending: bool) -> Place:
        """Return where values stand in the order of a type by a parameter."""
        key = (type, parameter, descending)
        if key not in self._of:
            self._of[key] = self._read(type, parameter, descending)
        return self._of[key]

    def _read(self, type: str, parameter: str, descending: bool) -> Place:
        if parameter == "_id":
            return _id_places(self._store, type, descending)
        groups = _ends(self._store, type, parameter, descending) or _parts(
            self._store, type, parameter
        )
        return _places(groups, descending)


def _id_places(store: Store, type: str, descending: bool) -> Place:
    order = store.sort_order(type, "_id", descending=False)
    ordered: Sequence[int] = () if order is None else order.ordered

    def id_of(row: int) -> str:
        ((_, id),) = store.identities([row])
        return id

    @lru_cache(_IDS_KEPT)
    def place(value: Value) -> tuple[int, int]:
        start = bisect_left(ordered, str(value), key=id_of)
        # An id that is held twice is masked below: there are never rows with an equal value.
        start = len(ordered) - start if descending else start
        return start, start

    return place


def _ends(store: Store, type: str, parameter: str, descending: bool) -> Groups:
    """Return the rows by low end, or by high end when descending, in rising order."""
    for kind in _COLUMNS:
        columns = store.intervals(Field(type, parameter, kind)).values()
        if columns:
            ends = merge(*(held.ends("high" if descending else "low") for held in columns))
            by_end = groupby(ends, key=lambda pair: pair[0])
            return [(end, BitMap(row for _, row in pairs)) for end, pairs in by_end]
    return []


def _parts(store: Store, type: str, parameter: str) -> Groups:
    """Return the rows by first part of their terms, in rising order."""
    terms = merge(
        *(store.terms(Field(type, parameter, kind), "", None) for kind in SORTED_KINDS),
        key=_first_part,
    )
    return [
        (part, BitMap().union(*(rows for _, rows in members)))
        for part, members in groupby(terms, key=_first_part)
    ]


def _first_part(term: tuple[str, AbstractBitMap]) -> str:
    return term[0].partition(SEPARATOR)[0]


def _places(groups: Groups, descending: bool) -> Place:
    """Return places by the number of rows ahead; a row counts where it comes first."""
    seen = BitMap()
    values: list[Value] = []
    starts = [0]
    for value, rows in reversed(groups) if descending else groups:
        fresh = rows - seen
        if fresh:
            seen |= fresh
            values.append(value)
            starts.append(len(seen))
    if descending:
        values.reverse()
        starts.reverse()

    def place(value: Value) -> tuple[int, int]:
        position = bisect_left(values, value)
        is_held = position < len(values) and values[position] == value
        if descending:
            # Read from the top: the value below begins where this one would end.
            start = starts[position + 1] if is_held else starts[position]
            return start, starts[position]
        return starts[position], starts[position + 1] if is_held else starts[position]

    return place
