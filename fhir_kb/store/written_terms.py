"""The terms of one field of written resources: their owners by key, and the keys in order.

https://roaringbitmap.org/
"""

from bisect import bisect_left

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

    def add(self, key: str, owner: int) -> None:
        """Take in an owner; it may come twice."""
        held = self._owners.get(key)
        if held is None:
            self._owners[key] = owner
            self._arrived.append(key)
        elif isinstance(held, BitMap):
            held.add(owner)
        elif held != owner:
            self._owners[key] = BitMap((held, owner))

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
