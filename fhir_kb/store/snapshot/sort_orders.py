"""The order of a type's resources by one search parameter, as two arrays.

https://hl7.org/fhir/R4/search.html#sort
"""

from array import array
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from pyroaring import BitMap, FrozenBitMap

from fhir_kb.store.interface import Kind
from fhir_kb.store.sealing import sealed, unsealed

SORTED_KINDS: tuple[Kind, ...] = ("token", "string", "uri", "reference")
"""The kinds of terms that resources are sorted by."""


@dataclass(frozen=True, slots=True)
class StoredOrder:
    """Rows that have a value, in order, and the rank of each by its place among those rows."""

    rows: FrozenBitMap
    ranks: "array[int]"
    ordered: "array[int]"

    def rank(self, row: int) -> int:
        """Return the place of a row's value in the order; equal values share it."""
        return self.ranks[self.rows.rank(row) - 1]

    @property
    def size(self) -> int:
        """About how many bytes this order takes."""
        return 8 * len(self.ranks) + 1000


class GroupedOrder:
    """An order made of groups of equal value as they come, the smallest value first.

    A row counts where it comes first; inside a group the newest row comes first. ``repeated``
    says whether any row came in two groups.
    """

    def __init__(self) -> None:
        self.repeated = False
        self._seen = BitMap()
        self._ordered = array("I")
        self._ranks = array("I")
        self._rank = 0

    def add_group(self, group: BitMap | FrozenBitMap) -> None:
        """Take in the rows of the next value; an empty group is none."""
        if not self._seen.isdisjoint(group):
            self.repeated = True
            group = group - self._seen
        if group:
            self._seen |= group
            members = group.to_array()
            members.reverse()
            self._ordered.extend(members)
            self._ranks.extend(array("I", [self._rank]) * len(members))
            self._rank += 1

    def finished(self) -> StoredOrder:
        """Return the order of all groups."""
        return order_of_ranks(self._ordered, self._ranks)


def order_of_ranks(ordered: "array[int]", ranks: "array[int]") -> StoredOrder:
    """Return the order of rows that are in order already, each with its rank; ranks rise."""
    rows = FrozenBitMap(ordered)
    if ranks and not ranks[-1]:
        # All have one value, as nearly everything has in some parameter.
        return StoredOrder(rows, ranks, ordered)
    by_row = dict(zip(ordered, ranks, strict=True))
    return StoredOrder(rows, array("I", map(by_row.__getitem__, rows.to_array())), ordered)


def order_of_values(pairs: Iterable[tuple[float, int]]) -> StoredOrder:
    """Return the order of rows by value; ``pairs`` are in that order, newest first within one.

    A row counts where it comes first.
    """
    seen: set[int] = set()
    ordered = array("I")
    ranks_in_order = array("I")
    rank = -1
    last: float | None = None
    for value, row in pairs:
        if row not in seen:
            seen.add(row)
            rank += value != last
            last = value
            ordered.append(row)
            ranks_in_order.append(rank)
    return order_of_ranks(ordered, ranks_in_order)


def reversed_order(order: StoredOrder) -> StoredOrder:
    """Return the order with the largest value first, where each row has one value only."""
    sizes = Counter(order.ranks)
    last = len(sizes) - 1
    ordered = array("I")
    end = len(order.ordered)
    for rank in range(last, -1, -1):
        start = end - sizes[rank]
        ordered.extend(order.ordered[start:end])
        end = start
    ranks = array("I", [last - rank for rank in order.ranks])
    return StoredOrder(order.rows, ranks, ordered)


def packed(order: StoredOrder) -> tuple[bytes, bytes, bytes]:
    """Return rows, ranks and ordered rows as sealed blobs."""
    return (
        sealed(order.rows.serialize()),
        sealed(order.ranks.tobytes()),
        sealed(order.ordered.tobytes()),
    )


def unpacked(blobs: tuple[bytes, bytes, bytes], what: str) -> StoredOrder:
    """Return what ``packed`` was given; refuse blobs that changed."""
    rows, ranks, ordered = (unsealed(blob, what) for blob in blobs)
    return StoredOrder(
        FrozenBitMap.deserialize(bytes(rows)), array("I", bytes(ranks)), array("I", bytes(ordered))
    )
