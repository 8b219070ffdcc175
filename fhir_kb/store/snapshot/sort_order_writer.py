"""Writes the order of resources by each parameter, read off the terms and sorted columns.

https://hl7.org/fhir/R4/search.html#sort
"""

import sqlite3
from array import array
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, chain, groupby, pairwise

from pyroaring import FrozenBitMap

from fhir_kb.errors import StoreError
from fhir_kb.store.interface import Field
from fhir_kb.store.keys import SEPARATOR
from fhir_kb.store.sealing import unsealed
from fhir_kb.store.snapshot.interval_writer import IntervalSeries, changes
from fhir_kb.store.snapshot.postings import Rows
from fhir_kb.store.snapshot.sort_orders import (
    SORTED_KINDS,
    GroupedOrder,
    StoredOrder,
    order_of_ranks,
    order_of_values,
    packed,
)

_TERMS = "SELECT key, rows FROM term WHERE field IN ({}) ORDER BY key {}"


class TermOrder(GroupedOrder):
    """The order by keys as they pass by; keys with the same first part are one value."""

    def __init__(self) -> None:
        super().__init__()
        self._part: str | None = None
        self._group: Rows = FrozenBitMap()

    def add(self, key: str, rows: Rows) -> None:
        """Take in the rows of the next key."""
        part = key.partition(SEPARATOR)[0]
        if part == self._part:
            self._group = self._group | rows
        else:
            self.add_group(self._group)
            self._part, self._group = part, rows

    def finished(self) -> StoredOrder:
        """Return the order of all keys."""
        self.add_group(self._group)
        self._group = FrozenBitMap()
        return super().finished()


def write_term_order(
    connection: sqlite3.Connection, number: int, field: Field, order: TermOrder
) -> None:
    """Write the order of a field whose values are terms, and their table is written.

    The order with the largest value first is written only where a resource has several values;
    elsewhere it is the other one backwards.
    """
    _insert(connection, field, order.finished(), descending=False)
    if order.repeated:
        backwards = GroupedOrder()
        for group in _groups(connection, [number], descending=True):
            backwards.add_group(group)
        _insert(connection, field, backwards.finished(), descending=True)


def write_shared_orders(connection: sqlite3.Connection, fields: Mapping[int, Field]) -> None:
    """Write one order for each parameter with several kinds of terms, which are written.

    A reference may be to a resource, to a URL, or by identifier: which kind came first must not
    decide what a parameter is sorted by.
    """
    kinds: dict[tuple[str, str], list[int]] = {}
    for number, field in fields.items():
        if field.kind in SORTED_KINDS and field.component is None:
            kinds.setdefault((field.type, field.parameter), []).append(number)
    for numbers in kinds.values():
        if len(numbers) > 1:
            for descending in (False, True):
                order = GroupedOrder()
                for group in _groups(connection, numbers, descending=descending):
                    order.add_group(group)
                _insert(connection, fields[numbers[0]], order.finished(), descending=descending)


def write_value_orders(
    connection: sqlite3.Connection, field: Field, all_series: Sequence[IntervalSeries]
) -> None:
    """Write the orders of a field of dates or numbers, whatever their units."""
    if len(all_series) == 1 and all_series[0].single and all_series[0].is_parallel:
        _insert(connection, field, _order_of_series(all_series[0]), descending=False)
        return
    lows = [(series.lows, series.owners) for series in all_series]
    highs = [(series.highs, series.owners) for series in all_series]
    for columns, sign in ((lows, 1), (highs, -1)):
        pairs = sorted(
            (sign * value, -owner)
            for column in columns
            for value, owner in zip(*column, strict=True)
        )
        order = order_of_values((value, -owner) for value, owner in pairs)
        _insert(connection, field, order, descending=sign < 0)


def write_id_order(
    connection: sqlite3.Connection, type: str, rows: "array[int]", ids: Sequence[str]
) -> None:
    """Write the order of a type by ``_id``; refuse (StoreError) an id that comes twice."""
    places = sorted(range(len(ids)), key=ids.__getitem__)
    for one, next in pairwise(places):
        if ids[one] == ids[next]:
            raise StoreError(f"Two resources share the identity {type}/{ids[one]}")
    ordered = array("I", map(rows.__getitem__, places))
    order = order_of_ranks(ordered, array("I", range(len(ordered))))
    _insert(connection, Field(type, "_id", "token"), order, descending=False)


def _order_of_series(series: IntervalSeries) -> StoredOrder:
    ordered = array("I", map(series.owners.__getitem__, series.by_low))
    values = array(series.typecode, map(series.lows.__getitem__, series.by_low))
    ranks = array("I", accumulate(chain((0,) * bool(values), changes(values))))
    return order_of_ranks(ordered, ranks)


def _groups(
    connection: sqlite3.Connection, fields: Sequence[int], *, descending: bool
) -> Iterator[FrozenBitMap]:
    """Yield the rows of each distinct value in order; keys with the same first part are one."""
    places = ", ".join("?" * len(fields))
    terms = connection.execute(_TERMS.format(places, "DESC" if descending else ""), fields)
    for _, members in groupby(terms, key=lambda term: term[0].partition(SEPARATOR)[0]):
        sets = [FrozenBitMap.deserialize(bytes(unsealed(blob, "terms"))) for _, blob in members]
        yield sets[0] if len(sets) == 1 else FrozenBitMap.union(*sets)


def _insert(
    connection: sqlite3.Connection, field: Field, order: StoredOrder, *, descending: bool
) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO sort_order VALUES (?, ?, ?, ?, ?, ?)",
        (field.type, field.parameter, descending, *packed(order)),
    )
