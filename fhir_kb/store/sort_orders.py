"""The order of a type's resources by one search parameter, as two arrays.

https://hl7.org/fhir/R4/search.html#sort
"""

from array import array
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from pyroaring import BitMap, FrozenBitMap

from fhir_kb.store.snapshot_schema import sealed, unsealed


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


def order_of(groups: Iterable[BitMap | FrozenBitMap]) -> tuple[StoredOrder, bool]:
    """Return the order of ``groups`` of equal value, and whether any row is in more than one.

    A row counts where it comes first; inside a group the newest row comes first.
    """
    seen = BitMap()
    repeated = False
    ordered = array("I")
    ranks_in_order = array("I")
    rank = 0
    for group in groups:
        fresh = group - seen
        repeated = repeated or len(fresh) < len(group)
        if fresh:
            seen |= fresh
            members = fresh.to_array()
            members.reverse()
            ordered.extend(members)
            ranks_in_order.extend(array("I", [rank]) * len(members))
            rank += 1
    return StoredOrder(
        FrozenBitMap(seen), _ranks_by_row(ordered, ranks_in_order), ordered
    ), repeated


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
    return StoredOrder(FrozenBitMap(ordered), _ranks_by_row(ordered, ranks_in_order), ordered)


def _ranks_by_row(ordered: "array[int]", ranks_in_order: "array[int]") -> "array[int]":
    if not ordered:
        return array("I")
    first = min(ordered)
    by_row = array("I", bytes(4 * (max(ordered) - first + 1)))
    for row, rank in zip(ordered, ranks_in_order, strict=True):
        by_row[row - first] = rank
    return array("I", [by_row[row - first] for row in sorted(ordered)])


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
