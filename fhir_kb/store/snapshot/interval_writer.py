"""Sorted columns of intervals, in chunks that also keep their rows as a set.

https://hl7.org/fhir/R4/search.html#prefix

A question such as "after 2020" is a position in a sorted column: the rows behind it are the
union of the sets of all whole chunks, and a part of one chunk.
"""

import sqlite3
from array import array
from collections.abc import Sequence
from functools import cached_property
from itertools import islice
from operator import le, ne, sub

from pyroaring import BitMap

from fhir_kb.store.sealing import sealed

CHUNK = 4096


class IntervalSeries:
    """The intervals of one field and unit in the order of their owners.

    ``typecode`` is q for microseconds and d for numbers. What is told of the whole series holds
    once nothing is added any more.
    """

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

    @cached_property
    def single(self) -> bool:
        """Whether no owner has two intervals."""
        return len(set(self.owners)) == len(self.owners)

    @cached_property
    def points(self) -> bool:
        """Whether every interval is a point."""
        return self.lows == self.highs

    @cached_property
    def by_low(self) -> Sequence[int]:
        """The places of the intervals by low end, those of equal ends newest first."""
        return sorted(range(len(self.lows) - 1, -1, -1), key=self.lows.__getitem__)

    @cached_property
    def is_parallel(self) -> bool:
        """Whether the order by low end is that by high end too, with the same ends equal."""
        if self.points:
            return True
        if self.typecode == "q" and len(set(map(sub, self.highs, self.lows))) == 1:
            # All are equally long, as days are: whole numbers are subtracted without a loss.
            return True
        lows = array(self.typecode, map(self.lows.__getitem__, self.by_low))
        highs = array(self.typecode, map(self.highs.__getitem__, self.by_low))
        rises = map(le, highs, islice(highs, 1, None))
        return all(rises) and list(changes(lows)) == list(changes(highs))

    @cached_property
    def by_high(self) -> Sequence[int]:
        """The places of the intervals by high end, those of equal ends newest first."""
        if self.is_parallel:
            return self.by_low
        return sorted(range(len(self.highs) - 1, -1, -1), key=self.highs.__getitem__)


def changes(values: "array[float]") -> "map[bool]":
    """Return, for each value but the first, whether it differs from the one before."""
    return map(ne, islice(values, 1, None), values)


def write_intervals(
    connection: sqlite3.Connection, id: int, field: int, unit: str, series: IntervalSeries
) -> None:
    """Write one series sorted by its low ends and, unless all are points, by its high ends."""
    # Where a resource has several intervals, both ends of each must be seen together.
    opposite = None if series.points or series.single else series.highs
    lows, highs = (id, "low"), (id, "high")
    firsts_low = _write_side(connection, lows, series, series.lows, series.by_low, opposite)
    firsts_high = None
    if not series.points:
        firsts_high = _write_side(connection, highs, series, series.highs, series.by_high, None)
    connection.execute(
        "INSERT INTO interval_series VALUES (?, ?, ?, ?, ?, ?, ?)",
        (id, field, unit, series.typecode, series.single, firsts_low, firsts_high),
    )


def _write_side(
    connection: sqlite3.Connection,
    series_side: tuple[int, str],
    series: IntervalSeries,
    ends: "array[float]",
    order: Sequence[int],
    opposite: "array[float] | None",
) -> bytes:
    """Write the chunks of one side; return the sealed first ends of all chunks."""
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
