"""Sort orders of a store with written resources merged into them.

https://hl7.org/fhir/R4/search.html#sort
"""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from pyroaring import AbstractBitMap, BitMap

from fhir_kb.store.interface import Field, Rows, SortOrder, Store
from fhir_kb.store.keys import SEPARATOR
from fhir_kb.store.mixed_orders import mixed_order
from fhir_kb.store.snapshot.sort_orders import SORTED_KINDS
from fhir_kb.store.value_groups import Value
from fhir_kb.store.written.index import WrittenIndex
from fhir_kb.store.written.order_places import Place, Places
from fhir_kb.store.written.views import View

Groups = list[tuple[Value, list[int]]]
"""Written rows by value in the order asked for, newest first within one value."""


@dataclass(frozen=True, slots=True)
class MergedOrder:
    """Follows ``interface.SortOrder``; ranks of the order below are spread by ``step``."""

    rows: Rows
    ordered: "array[int]"
    below: SortOrder | None
    ranks: dict[int, int]
    step: int

    def rank(self, row: int) -> int:
        """Return the place of a row's value in the order; equal values share it."""
        rank = self.ranks.get(row)
        if rank is None and self.below is not None:
            return self.below.rank(row) * self.step + self.step - 1
        return -1 if rank is None else rank


class OverlaidOrders:
    """The orders of one view; each is merged when it is first asked for."""

    def __init__(self, below: Store, places: Places, index: WrittenIndex, view: View) -> None:
        self._below = below
        self._places = places
        self._index = index
        self._view = view
        self._merged: dict[tuple[str, str, bool], SortOrder | None] = {}

    def order(self, type: str, parameter: str, *, descending: bool) -> SortOrder | None:
        """Return the order by smallest value, or largest value when descending; None without."""
        key = (type, parameter, descending)
        if key not in self._merged:
            below = self._below.sort_order(type, parameter, descending=descending)
            self._merged[key] = self._merge(below, (type,), parameter, descending)
        return self._merged[key]

    def mixed_order(self, types: tuple[str, ...], parameter: str, *, descending: bool) -> SortOrder:
        """Return the order of all types together, made of that of the store below."""
        below = mixed_order(self._below, types, parameter, descending=descending)
        return self._merge(below, types, parameter, descending) or below

    def _merge(
        self, below: SortOrder | None, types: tuple[str, ...], parameter: str, descending: bool
    ) -> SortOrder | None:
        groups = self._groups(types, parameter, descending)
        if not groups and (below is None or not self._view.masked):
            return below
        places = [self._places.of(type, parameter, descending=descending) for type in types]
        return merged_order(below, groups, _together(places), self._view.masked)

    def _groups(self, types: tuple[str, ...], parameter: str, descending: bool) -> Groups:
        pairs = (pair for type in types for pair in self._pairs(type, parameter, descending))
        in_order = sorted(pairs, key=lambda pair: pair[0], reverse=descending)
        seen = BitMap()
        groups: Groups = []
        for value, members in groupby(in_order, key=lambda pair: pair[0]):
            rows = BitMap().union(*(rows for _, rows in members)) - seen
            if rows:
                seen |= rows
                groups.append((value, list(reversed(rows.to_array()))))
        return groups

    def _pairs(
        self, type: str, parameter: str, descending: bool
    ) -> Iterator[tuple[Value, AbstractBitMap]]:
        """Yield the written rows of a type by their values, in no order."""
        if parameter == "_id":
            return self._ids(type)
        if any(self._index.intervals(field) for field in _columns(type, parameter)):
            return self._ends(type, parameter, descending)
        return self._parts(type, parameter)

    def _ids(self, type: str) -> Iterator[tuple[Value, AbstractBitMap]]:
        for row in self._index.rows_of_type(type) & self._view.rows:
            yield self._index.identity(row)[1], BitMap((row,))

    def _ends(
        self, type: str, parameter: str, descending: bool
    ) -> Iterator[tuple[Value, AbstractBitMap]]:
        for field in _columns(type, parameter):
            for column in self._index.intervals(field).values():
                for end, row in column.values("high" if descending else "low", self._view.rows):
                    yield end, BitMap((row,))

    def _parts(self, type: str, parameter: str) -> Iterator[tuple[Value, AbstractBitMap]]:
        for kind in SORTED_KINDS:
            terms = self._index.terms(Field(type, parameter, kind))
            if terms is not None:
                for key in terms.keys():  # noqa: SIM118  # no dict
                    yield key.partition(SEPARATOR)[0], terms.owners(key) & self._view.rows


def _columns(type: str, parameter: str) -> tuple[Field, Field]:
    return Field(type, parameter, "date"), Field(type, parameter, "quantity")


def _together(places: Sequence[Place]) -> Place:
    """Return the places in an order of several types: ahead is what is ahead in any of them."""

    def place(value: Value) -> tuple[int, int]:
        starts, ends = zip(*(of_type(value) for of_type in places), strict=True)
        return sum(starts), sum(ends)

    return places[0] if len(places) == 1 else place


def merged_order(
    below: SortOrder | None, groups: Groups, place: Place, masked: AbstractBitMap
) -> MergedOrder:
    """Return the order of the rows below and of the written rows as one."""
    held: Sequence[int] = array("I") if below is None else below.ordered
    step = len(groups) + 1
    ordered = array("I")
    ranks: dict[int, int] = {}
    position = 0
    for number, (value, rows) in enumerate(groups):
        start, end = place(value)
        ordered.extend(held[position:start])
        position = start
        ordered.extend(rows)
        rank = _rank_at(below, held, start) * step + (step - 1 if end > start else number)
        ranks.update(dict.fromkeys(rows, rank))
    ordered.extend(held[position:])
    above = BitMap(ranks)
    if below is None:
        return MergedOrder(above, ordered, None, ranks, step)
    if not masked.isdisjoint(below.rows):
        ordered = array("I", (row for row in ordered if row not in masked))
    return MergedOrder((below.rows - masked) | above, ordered, below, ranks, step)


def _rank_at(below: SortOrder | None, held: Sequence[int], position: int) -> int:
    """Return the rank of the row at a position; behind the last, the rank that would follow."""
    if below is None or not held:
        return 0
    if position < len(held):
        return below.rank(held[position])
    return below.rank(held[-1]) + 1
