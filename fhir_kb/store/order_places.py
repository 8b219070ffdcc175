"""Where a value would stand in a store's sort order, without reading any resource.

https://hl7.org/fhir/R4/search.html#sort
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from heapq import merge
from itertools import groupby
from math import inf, nextafter

from pyroaring import AbstractBitMap, BitMap

from fhir_kb.store.interface import Field, Intervals, Kind, Store
from fhir_kb.store.keys import SEPARATOR
from fhir_kb.store.sort_orders import SORTED_KINDS

Value = str | float
"""What rows are sorted by: the first part of a term, an id, or an end of an interval."""

Place = Callable[[Value], tuple[int, int]]
"""Returns the start and end in ``SortOrder.ordered`` of the rows with this value."""

_STEPS: tuple[tuple[Kind, Callable[[float, float], float]], ...] = (
    ("date", lambda value, towards: value + (1 if towards > 0 else -1)),
    ("quantity", nextafter),
)
"""The next value of each kind: dates are whole microseconds, numbers are floats."""


def places_of(store: Store, type: str, parameter: str, descending: bool) -> Place:
    """Return where values stand in the order of a type by a parameter."""
    if parameter == "_id":
        return _id_places(store, type, descending)
    for kind, step in _STEPS:
        columns = store.intervals(Field(type, parameter, kind))
        if columns:
            return _interval_places(list(columns.values()), step, descending)
    return _term_places(store, type, parameter, descending)


def _id_places(store: Store, type: str, descending: bool) -> Place:
    order = store.sort_order(type, "_id", descending=False)
    ordered: Sequence[int] = () if order is None else order.ordered

    def id_of(row: int) -> str:
        ((_, id),) = store.identities([row])
        return id

    def place(value: Value) -> tuple[int, int]:
        start = bisect_left(ordered, str(value), key=id_of)
        # An id that is held twice is masked below: there are never rows with an equal value.
        start = len(ordered) - start if descending else start
        return start, start

    return place


def _interval_places(
    columns: Sequence[Intervals], step: Callable[[float, float], float], descending: bool
) -> Place:
    """Return places counted in the sorted columns: by low ends, or by high ends from the top."""

    def ahead(held: Intervals, value: float) -> AbstractBitMap:
        if descending:
            return held.ending(step(value, inf), inf)
        return held.starting(-inf, step(value, -inf))

    def equal(held: Intervals, value: float) -> AbstractBitMap:
        return held.ending(value, value) if descending else held.starting(value, value)

    def place(value: Value) -> tuple[int, int]:
        number = value if not isinstance(value, str) else float(value)
        before = BitMap().union(*(ahead(held, number) for held in columns))
        with_it = before.union(*(equal(held, number) for held in columns))
        return len(before), len(with_it)

    return place


def _term_places(store: Store, type: str, parameter: str, descending: bool) -> Place:
    """Return places found among all values of the parameter, which are gone through once."""
    values, starts = _value_starts(store, type, parameter, descending)

    def place(value: Value) -> tuple[int, int]:
        position = bisect_left(values, str(value))
        is_held = position < len(values) and values[position] == value
        if descending:
            # Read from the top: the value below ends where this one would stand.
            start = starts[position + 1] if is_held else starts[position]
            return start, starts[position] if is_held else start
        return starts[position], starts[position + 1] if is_held else starts[position]

    return place


def _value_starts(
    store: Store, type: str, parameter: str, descending: bool
) -> tuple[list[str], list[int]]:
    """Return the values in rising order, and where each begins: one more start than values."""
    terms = merge(
        *(store.terms(Field(type, parameter, kind), "", None) for kind in SORTED_KINDS),
        key=lambda term: term[0].partition(SEPARATOR)[0],
    )
    groups = [
        (value, BitMap().union(*(rows for _, rows in members)))
        for value, members in groupby(terms, key=lambda term: term[0].partition(SEPARATOR)[0])
    ]
    seen = BitMap()
    values: list[str] = []
    sizes: list[int] = []
    for value, rows in reversed(groups) if descending else groups:
        fresh = rows - seen
        if fresh:
            seen |= fresh
            values.append(value)
            sizes.append(len(fresh))
    starts = [0]
    for size in sizes:
        starts.append(starts[-1] + size)
    if descending:
        return values[::-1], starts[::-1]
    return values, starts
