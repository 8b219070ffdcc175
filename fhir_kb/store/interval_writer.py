"""Sorted columns of intervals, in chunks that also keep their rows as a set.

https://hl7.org/fhir/R4/search.html#prefix

A question such as "after 2020" is a position in a sorted column: the rows behind it are the
union of the sets of all whole chunks, and a part of one chunk.
"""

import sqlite3
from array import array
from collections.abc import Sequence

from pyroaring import BitMap

from fhir_kb.store.snapshot_schema import sealed

CHUNK = 4096


class IntervalSeries:
    """The intervals of one field and unit in the order of their owners.

    ``typecode`` is q for microseconds and d for numbers.
    """

    __slots__ = ("highs", "lows", "owners", "typecode")

    def __init__(self, typecode: str) -> None:
        self.typecode = typecode
        self.lows: array[float] = array(typecode)
        self.highs: array[float] = array(typecode)
        self.owners: array[int] = array("I")

    def add(self, owner: int, low: float, high: float) -> None:
        """Append an interval; owners come in rising order."""
        self.lows.append(low)
        self.highs.append(high)
        self.owners.append(owner)


def write_intervals(
    connection: sqlite3.Connection, id: int, field: int, unit: str, series: IntervalSeries
) -> None:
    """Write one series sorted by its low ends and, unless all are points, by its high ends."""
    points = series.lows == series.highs
    single = len(set(series.owners)) == len(series.owners)
    # Where a resource has several intervals, both ends of each must be seen together.
    opposite = None if points or single else series.highs
    firsts_low = _write_side(connection, (id, "low"), series, series.lows, opposite)
    firsts_high = None
    if not points:
        firsts_high = _write_side(connection, (id, "high"), series, series.highs, None)
    connection.execute(
        "INSERT INTO interval_series VALUES (?, ?, ?, ?, ?, ?, ?)",
        (id, field, unit, series.typecode, single, firsts_low, firsts_high),
    )


def _write_side(
    connection: sqlite3.Connection,
    series_side: tuple[int, str],
    series: IntervalSeries,
    ends: "array[float]",
    opposite: "array[float] | None",
) -> bytes:
    """Write the chunks of one side; return the sealed first ends of all chunks."""
    order = sorted(range(len(ends)), key=ends.__getitem__)
    firsts: array[float] = array(series.typecode)
    for number, start in enumerate(range(0, len(order), CHUNK)):
        chunk = order[start : start + CHUNK]
        firsts.append(ends[chunk[0]])
        rows = array("I", map(series.owners.__getitem__, chunk))
        connection.execute(
            "INSERT INTO interval_chunk VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                *series_side,
                number,
                _packed(series.typecode, ends, chunk),
                None if opposite is None else _packed(series.typecode, opposite, chunk),
                sealed(rows.tobytes()),
                sealed(BitMap(rows).serialize()),
            ),
        )
    return sealed(firsts.tobytes())


def _packed(typecode: str, values: "array[float]", chunk: Sequence[int]) -> bytes:
    return sealed(array(typecode, map(values.__getitem__, chunk)).tobytes())
