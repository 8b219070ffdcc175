"""The terms of one field of written resources: their owners by key, and the keys in order.

https://roaringbitmap.org/
"""

from bisect import bisect_left
from collections.abc import Sequence

from pyroaring import AbstractBitMap, BitMap

from fhir_kb.store.keys import first_part_range

NO_ROWS = BitMap()

TAIL = 64
"""Keys that are looked through one by one before the keys are sorted anew."""


class WrittenTerms:
    """Owners by key; what is there stays, so that one thread may add while others ask."""

    def __init__(self) -> None:
        # Most keys have one owner: a number is a tenth of a set.
        self._owners: dict[str, int | BitMap] = {}
        self._arrived: list[str] = []
        self._ordered: tuple[list[str], int] = [], 0

    def add(self, key: str, owners: Sequence[int]) -> None:
        """Take in the owners of a key; one may come twice."""
        held = self._owners.get(key)
        if isinstance(held, BitMap):
            held.update(owners)
        elif held is not None:
            self._owners[key] = BitMap((held, *owners))
        else:
            self._owners[key] = owners[0] if len(owners) == 1 else BitMap(owners)
            self._arrived.append(key)

    def owners(self, key: str) -> AbstractBitMap:
        """Return the owners of exactly this key; the set may still grow."""
        held = self._owners.get(key)
        if held is None:
            return NO_ROWS
        return held if isinstance(held, BitMap) else BitMap((held,))

    def beginning(self, part: str) -> AbstractBitMap:
        """Return the owners of the keys whose first part is ``part``."""
        found = BitMap()
        for key in self.keys(*first_part_range(part)):
            found |= self.owners(key)
        return found

    def keys(self, first: str = "", below: str | None = None) -> list[str]:
        """Return the keys from ``first`` up to, but without, ``below`` in order."""
        keys, size = self._in_order()
        start = bisect_left(keys, first)
        end = len(keys) if below is None else bisect_left(keys, below)
        fresh = [
            key for key in self._arrived[size:] if first <= key and (below is None or key < below)
        ]
        return sorted(keys[start:end] + fresh) if fresh else keys[start:end]

    def _in_order(self) -> tuple[list[str], int]:
        """Return the first keys that arrived, in order, and their number."""
        keys, size = self._ordered
        arrived = len(self._arrived)
        if arrived - size > TAIL:
            keys = sorted(keys + self._arrived[size:arrived])
            self._ordered = keys, arrived
        return self._ordered
