"""Questions to the sorted columns of a snapshot.

https://hl7.org/fhir/R4/search.html#prefix
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from math import inf
from typing import Literal

from pyroaring import AbstractBitMap, BitMap, FrozenBitMap

from fhir_kb.store.cache import ByteBoundedCache
from fhir_kb.store.interface import Rows
from fhir_kb.store.sealing import unsealed
from fhir_kb.store.snapshot.connections import Connections

RowsCache = ByteBoundedCache[tuple[object, ...], Rows]

_CHUNK = "SELECT {} FROM interval_chunk WHERE series = ? AND side = ? AND chunk = ?"
_ENDS_AND_ROWS = _CHUNK.format("ends, rows")
_ENDS_AND_OPPOSITE = _CHUNK.format("ends, rows, opposite")
_MEMBERS = """SELECT members FROM interval_chunk
    WHERE series = ? AND side = ? AND chunk >= ? AND chunk < ?"""


class StoredIntervals:
    """One series of a snapshot; see ``interface.Intervals``.

    ``firsts`` are the sealed first ends of the chunks by low end and, unless every interval is a
    point, by high end. ``single`` says that no owner has two intervals.
    """

    def __init__(
        self,
        connections: Connections,
        cache: RowsCache,
        id: int,
        typecode: str,
        single: bool,
        firsts: tuple[bytes, bytes | None],
    ) -> None:
        self._connections = connections
        self._cache = cache
        self._id = id
        self._typecode = typecode
        self._single = single
        self._firsts = {
            side: self._array(blob)
            for side, blob in zip(("low", "high"), firsts, strict=True)
            if blob is not None
        }
        self._points = "high" not in self._firsts

    def within(self, low: float, high: float) -> Rows:
        """Return the owners of intervals that lie between the bounds."""
        if self._points:
            return self._between("low", low, high)
        if self._single:
            return self._between("low", low, inf) & self._between("high", -inf, high)
        return FrozenBitMap(row for end, row in self._pairs(low, high) if end <= high)

    def touching(self, low: float, high: float) -> Rows:
        """Return the owners of intervals that share a point with the bounds."""
        if self._points or low > high:
            return self._between("low", low, high)
        if self._single:
            return self._between("low", -inf, high) & self._between("high", low, inf)
        return FrozenBitMap(row for end, row in self._pairs(-inf, high) if end >= low)

    def starting(self, low: float, high: float) -> Rows:
        """Return the owners of intervals whose low end lies between the bounds."""
        return self._between("low", low, high)

    def ending(self, low: float, high: float) -> Rows:
        """Return the owners of intervals whose high end lies between the bounds."""
        return self._between("low" if self._points else "high", low, high)

    def ends(self, side: Literal["low", "high"]) -> Iterator[tuple[float, int]]:
        """Yield the low or high end of every interval with its owner, in rising order."""
        held = "low" if self._points else side
        for chunk in range(len(self._firsts[held])):
            ends, rows = self._read_chunk(_ENDS_AND_ROWS, held, chunk)
            yield from zip(ends, rows, strict=True)

    def _between(self, side: str, low: float, high: float) -> Rows:
        key = (self._id, side, low, high)
        rows = self._cache.get(key)
        if rows is None:
            rows = self._read_between(side, low, high)
            self._cache.put(key, rows, 200 + len(rows.serialize()))
        return rows

    def _read_between(self, side: str, low: float, high: float) -> FrozenBitMap:
        first, last = self._chunks(side, low, high)
        if first > last:
            return FrozenBitMap()
        parts: list[AbstractBitMap] = [self._part(side, last, low, high)]
        if first < last:
            parts.append(self._part(side, first, low, high))
            parts.extend(
                FrozenBitMap.deserialize(bytes(unsealed(members, "intervals")))
                for (members,) in self._connections.all(_MEMBERS, (self._id, side, first + 1, last))
            )
        return FrozenBitMap(BitMap.union(*parts))

    def _chunks(self, side: str, low: float, high: float) -> tuple[int, int]:
        """Return the first and last chunk that may hold an end between the bounds."""
        firsts = self._firsts[side]
        last = bisect_right(firsts, high) - 1
        return max(bisect_left(firsts, low) - 1, 0) if low <= high else last + 1, last

    def _part(self, side: str, chunk: int, low: float, high: float) -> BitMap:
        ends, rows = self._read_chunk(_ENDS_AND_ROWS, side, chunk)
        return BitMap(rows[bisect_left(ends, low) : bisect_right(ends, high)])

    def _pairs(self, low: float, high: float) -> Iterator[tuple[float, int]]:
        """Yield high end and owner of the intervals whose low end lies between the bounds."""
        first, last = self._chunks("low", low, high)
        for chunk in range(first, last + 1):
            ends, rows, opposite = self._read_chunk(_ENDS_AND_OPPOSITE, "low", chunk)
            part = slice(bisect_left(ends, low), bisect_right(ends, high))
            yield from zip(opposite[part], rows[part], strict=True)

    def _read_chunk(self, statement: str, side: str, chunk: int) -> "list[array[int]]":
        ends, rows, *opposite = self._connections.one(statement, (self._id, side, chunk))
        return [
            self._array(ends),
            array("I", bytes(unsealed(rows, "intervals"))),
            *map(self._array, opposite),
        ]

    def _array(self, blob: bytes) -> "array[int]":
        return array(self._typecode, bytes(unsealed(blob, "intervals")))
