"""Intervals of written resources: sorted columns, and a short tail of what came since.

https://hl7.org/fhir/R4/search.html#prefix
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from math import inf
from typing import Any, Literal, TypeAlias

from pyroaring import AbstractBitMap, BitMap

Side = Literal["low", "high"]
Numbers: TypeAlias = "array[Any]"

TAIL = 256
"""Intervals that are looked through one by one before the columns are sorted anew."""


class _Columns:
    """The first ``size`` intervals in the order of their low and of their high ends."""

    def __init__(self, lows: "Numbers", highs: "Numbers", owners: "array[int]", size: int) -> None:
        by_low = sorted(range(size), key=lows.__getitem__)
        by_high = sorted(range(size), key=highs.__getitem__)
        self.size = size
        self.single = len(set(owners[:size])) == size
        self.ends = {
            "low": array(lows.typecode, map(lows.__getitem__, by_low)),
            "high": array(highs.typecode, map(highs.__getitem__, by_high)),
        }
        self.owners = {
            "low": array("I", map(owners.__getitem__, by_low)),
            "high": array("I", map(owners.__getitem__, by_high)),
        }
        self.highs_by_low = array(highs.typecode, map(highs.__getitem__, by_low))

    def between(self, side: Side, low: float, high: float) -> BitMap:
        """Return the owners of intervals with this end between the bounds."""
        ends = self.ends[side]
        return BitMap(self.owners[side][bisect_left(ends, low) : bisect_right(ends, high)])

    def both(self, lows: tuple[float, float], highs: tuple[float, float]) -> AbstractBitMap:
        """Return the owners of intervals with each end between its bounds."""
        if self.single:
            return self.between("low", *lows) & self.between("high", *highs)
        ends = self.ends["low"]
        part = slice(bisect_left(ends, lows[0]), bisect_right(ends, lows[1]))
        pairs = zip(self.highs_by_low[part], self.owners["low"][part], strict=True)
        return BitMap(owner for high, owner in pairs if highs[0] <= high <= highs[1])


class WrittenIntervals:
    """The intervals of one field and unit; follows ``interface.Intervals``.

    ``typecode`` is q for microseconds and d for numbers. What is there stays, so that one thread
    may add while others ask.
    """

    def __init__(self, typecode: str) -> None:
        self._lows: Numbers = array(typecode)
        self._highs: Numbers = array(typecode)
        self._owners: array[int] = array("I")
        self._sorted = _Columns(self._lows, self._highs, self._owners, 0)

    def add(self, owner: int, low: float, high: float) -> None:
        """Append an interval."""
        self._lows.append(low)
        self._highs.append(high)
        self._owners.append(owner)

    def within(self, low: float, high: float) -> BitMap:
        """Return the owners of intervals that lie between the bounds."""
        return self._both((low, high), (low, high))

    def touching(self, low: float, high: float) -> BitMap:
        """Return the owners of intervals that share a point with the bounds."""
        return self._both((-inf, high), (low, inf))

    def starting(self, low: float, high: float) -> BitMap:
        """Return the owners of intervals whose low end lies between the bounds."""
        return self._both((low, high), (-inf, inf))

    def ending(self, low: float, high: float) -> BitMap:
        """Return the owners of intervals whose high end lies between the bounds."""
        return self._both((-inf, inf), (low, high))

    def ends(self, side: Side) -> Iterator[tuple[float, int]]:
        """Yield the low or high end of every interval with its owner, in rising order."""
        ends = self._lows if side == "low" else self._highs
        # Owners are appended last: what they number is complete.
        yield from sorted(zip(ends, self._owners, strict=False))

    def values(self, side: Side, rows: AbstractBitMap) -> "list[tuple[float, int]]":
        """Return this end of each interval that one of ``rows`` owns, with its owner."""
        ends = self._lows if side == "low" else self._highs
        # Owners are appended last: what they number is complete.
        pairs = zip(ends, self._owners, strict=False)
        return [(end, owner) for end, owner in pairs if owner in rows]

    def _both(self, lows: tuple[float, float], highs: tuple[float, float]) -> BitMap:
        columns = self._columns()
        found = BitMap()
        for place in range(columns.size, len(self._owners)):
            low, high = self._lows[place], self._highs[place]
            if lows[0] <= low <= lows[1] and highs[0] <= high <= highs[1]:
                found.add(self._owners[place])
        if lows == (-inf, inf):
            return found | columns.between("high", *highs)
        if highs == (-inf, inf):
            return found | columns.between("low", *lows)
        return found | columns.both(lows, highs)

    def _columns(self) -> _Columns:
        columns = self._sorted
        size = len(self._owners)
        if size - columns.size > max(TAIL, columns.size // 64):
            columns = self._sorted = _Columns(self._lows, self._highs, self._owners, size)
        return columns
