"""Writes the order of resources by each parameter, read off the terms and sorted columns.

https://hl7.org/fhir/R4/search.html#sort
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from pyroaring import FrozenBitMap

from fhir_kb.store.interface import Field, Kind
from fhir_kb.store.interval_writer import IntervalSeries
from fhir_kb.store.keys import SEPARATOR
from fhir_kb.store.snapshot_schema import unsealed
from fhir_kb.store.sort_orders import StoredOrder, order_of, order_of_values, packed

_SORTED: frozenset[Kind] = frozenset({"token", "string", "uri", "reference"})

_FORWARD = "SELECT key, rows FROM term WHERE field = ? ORDER BY key"
_BACKWARD = "SELECT key, rows FROM term WHERE field = ? ORDER BY key DESC"


def write_term_orders(connection: sqlite3.Connection, fields: Mapping[int, Field]) -> None:
    """Write the orders of all fields whose values are terms.

    The order with the largest value first is written only where a resource has several values;
    elsewhere it is the other one backwards.
    """
    for number, field in fields.items():
        if field.kind in _SORTED and field.component is None:
            order, repeated = order_of(_groups(connection, _FORWARD, number))
            _insert(connection, field, order, descending=False)
            if repeated:
                order, _ = order_of(_groups(connection, _BACKWARD, number))
                _insert(connection, field, order, descending=True)


def write_value_orders(
    connection: sqlite3.Connection, field: Field, all_series: Sequence[IntervalSeries]
) -> None:
    """Write the orders of a field of dates or numbers, whatever their units."""
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


def write_id_orders(connection: sqlite3.Connection, types: Mapping[str, int]) -> None:
    """Write the order of each type by ``_id``."""
    for name, number in types.items():
        cursor = connection.execute(
            "SELECT row FROM resource INDEXED BY resource_identity WHERE type = ? ORDER BY id",
            (number,),
        )
        order = order_of_values((place, row) for place, (row,) in enumerate(cursor))
        _insert(connection, Field(name, "_id", "token"), order, descending=False)


def _groups(connection: sqlite3.Connection, statement: str, field: int) -> Iterator[FrozenBitMap]:
    """Yield the rows of each distinct value; keys with the same first part are one value."""
    terms = connection.execute(statement, (field,))
    for _, members in groupby(terms, key=lambda term: term[0].partition(SEPARATOR)[0]):
        sets = [FrozenBitMap.deserialize(bytes(unsealed(blob, "terms"))) for _, blob in members]
        yield sets[0] if len(sets) == 1 else FrozenBitMap.union(*sets)


def _insert(
    connection: sqlite3.Connection, field: Field, order: StoredOrder, *, descending: bool
) -> None:
    # A reference parameter may have terms of two kinds; the first of them gives the order.
    connection.execute(
        "INSERT OR IGNORE INTO sort_order VALUES (?, ?, ?, ?, ?, ?)",
        (field.type, field.parameter, descending, *packed(order)),
    )
