"""The resources of one type or several by the values of one search parameter, in rising order.

https://hl7.org/fhir/R4/search.html#sort
"""

from collections.abc import Iterator, Sequence
from heapq import merge
from itertools import groupby

from pyroaring import AbstractBitMap, BitMap

from fhir_kb.store.interface import Field, Intervals, Kind, Store
from fhir_kb.store.keys import SEPARATOR
from fhir_kb.store.snapshot.sort_orders import SORTED_KINDS

Value = str | float
"""What rows are sorted by: the first part of a term, an id, or an end of an interval."""

Groups = Iterator[tuple[Value, BitMap]]
"""Rows by value in rising order; a row may have several values."""

_COLUMNS: tuple[Kind, ...] = ("date", "quantity")
"""The kinds of intervals that resources are sorted by."""


def value_groups(store: Store, types: Sequence[str], parameter: str, *, descending: bool) -> Groups:
    """Yield the rows of these types by value: of intervals the high end when descending."""
    if parameter == "_id":
        return _ids(store, types)
    columns = [
        column
        for type in types
        for kind in _COLUMNS
        for column in store.intervals(Field(type, parameter, kind)).values()
    ]
    return _ends(columns, descending) if columns else _parts(store, types, parameter)


def _ids(store: Store, types: Sequence[str]) -> Groups:
    orders = (store.sort_order(type, "_id", descending=False) for type in types)
    held = [order.ordered for order in orders if order is not None]
    ids = merge(*(_identified(store, rows) for rows in held))
    for id, pairs in groupby(ids, key=lambda pair: pair[0]):
        yield id, BitMap(row for _, row in pairs)


def _identified(store: Store, rows: Sequence[int]) -> Iterator[tuple[str, int]]:
    identities = store.identities(rows)
    return ((id, row) for (_, id), row in zip(identities, rows, strict=True))


def _ends(columns: Sequence[Intervals], descending: bool) -> Groups:
    ends = merge(*(column.ends("high" if descending else "low") for column in columns))
    for end, pairs in groupby(ends, key=lambda pair: pair[0]):
        yield end, BitMap(row for _, row in pairs)


def _parts(store: Store, types: Sequence[str], parameter: str) -> Groups:
    """Yield the rows by first part of their terms."""
    terms = merge(
        *(
            store.terms(Field(type, parameter, kind), "", None)
            for type in types
            for kind in SORTED_KINDS
        ),
        key=_first_part,
    )
    for part, members in groupby(terms, key=_first_part):
        yield part, BitMap().union(*(rows for _, rows in members))


def _first_part(term: tuple[str, AbstractBitMap]) -> str:
    return term[0].partition(SEPARATOR)[0]
