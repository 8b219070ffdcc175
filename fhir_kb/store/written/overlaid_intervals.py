"""The intervals of a store and of what was written above it, as one.

https://hl7.org/fhir/R4/search.html#prefix
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from heapq import merge
from typing import Literal

from pyroaring import BitMap

from fhir_kb.store.interface import Intervals, Rows
from fhir_kb.store.written.terms import NO_ROWS


@dataclass(frozen=True, slots=True)
class OverlaidIntervals:
    """Follows ``interface.Intervals``; ``owners`` makes one set of what is found in each."""

    below: Intervals | None
    above: Intervals | None
    owners: Callable[[Rows, Rows], Rows]

    def within(self, low: float, high: float) -> Rows:
        """Return the owners of intervals that lie between the bounds."""
        return self._ask(lambda held: held.within(low, high))

    def touching(self, low: float, high: float) -> Rows:
        """Return the owners of intervals that share a point with the bounds."""
        return self._ask(lambda held: held.touching(low, high))

    def starting(self, low: float, high: float) -> Rows:
        """Return the owners of intervals whose low end lies between the bounds."""
        return self._ask(lambda held: held.starting(low, high))

    def ending(self, low: float, high: float) -> Rows:
        """Return the owners of intervals whose high end lies between the bounds."""
        return self._ask(lambda held: held.ending(low, high))

    def ends(self, side: Literal["low", "high"]) -> Iterator[tuple[float, int]]:
        """Yield the low or high end of every interval with its owner, in rising order."""
        below = [] if self.below is None else list(self.below.ends(side))
        above = [] if self.above is None else list(self.above.ends(side))
        rows = self.owners(BitMap(row for _, row in below), BitMap(row for _, row in above))
        return ((end, row) for end, row in merge(below, above) if row in rows)

    def _ask(self, question: Callable[[Intervals], Rows]) -> Rows:
        below = NO_ROWS if self.below is None else question(self.below)
        above = NO_ROWS if self.above is None else question(self.above)
        return self.owners(below, above)
