"""A store with written resources above it: one store to whoever asks.

https://hl7.org/fhir/R4/search.html
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from heapq import merge
from itertools import groupby
from typing import TypeVar

from pyroaring import BitMap

from fhir_kb.errors import CorruptedResource, DeletedResource
from fhir_kb.store.cache import ByteBoundedCache
from fhir_kb.store.interface import Field, Intervals, Link, Rows, SortOrder, Store, Texts
from fhir_kb.store.resource import StoredResource
from fhir_kb.store.written.index import FIRST_ROW, WrittenIndex
from fhir_kb.store.written.order_places import Places
from fhir_kb.store.written.overlaid_intervals import OverlaidIntervals
from fhir_kb.store.written.overlaid_orders import OverlaidOrders
from fhir_kb.store.written.terms import NO_ROWS
from fhir_kb.store.written.views import Made, Timeline, View

T = TypeVar("T")

ROWS_BYTES = 4_000_000

Bodies = Callable[[Sequence[int]], list[StoredResource]]
"""Returns the versions of these numbers in this order, each checked."""


class Overlaid:
    """What ``below`` holds and, above it, written versions as one view sees them.

    Follows ``interface.Store``. It never changes: the index and the timeline may grow, the view
    says what of them is in force. ``at`` gives the same store at an earlier number.
    """

    def __init__(
        self,
        below: Store,
        index: WrittenIndex,
        timeline: Timeline,
        view: View,
        bodies: Bodies,
        places: Places,
        *,
        fingerprint: str,
        at: Callable[[int], Store],
    ) -> None:
        self.below = below
        self.release = below.release
        self.origin = below.origin
        self.sequence = view.sequence
        self.newest = max(below.newest, view.newest)
        self.is_in_update_order = below.is_in_update_order and timeline.oldest >= below.newest
        self.fingerprint = fingerprint
        self.at = at
        self._index = index
        self._timeline = timeline
        self._view = view
        self._bodies = bodies
        self._orders = OverlaidOrders(below, places, index, view)
        self._cache: ByteBoundedCache[tuple[object, ...], Rows] = ByteBoundedCache(ROWS_BYTES)

    def total(self, type: str) -> int:
        """Return the number of resources of this type; 0 for a type that is not held."""
        return len(self.rows_of_type(type)) if self._touches(type) else self.below.total(type)

    def read(self, type: str, id: str) -> StoredResource | None:
        """Return the current version, or None; refuse a corrupted one or a deleted one."""
        made = self._written(type, id)
        if made is None:
            return self.below.read(type, id)
        if made.deleted:
            raise DeletedResource(f"{type}/{id} was deleted; its history holds what it was")
        return self._bodies([made.sequence])[0]

    def rows_of_type(self, type: str) -> Rows:
        """Return the rows of all resources of this type."""
        return self._both(type, self.below.rows_of_type(type), self._index.rows_of_type(type))

    def row(self, type: str, id: str) -> int | None:
        """Return the row of a resource, or None."""
        made = self._written(type, id)
        if made is None:
            return self.below.row(type, id)
        return None if made.deleted else made.row

    def resources(self, rows: Iterable[int]) -> list[StoredResource]:
        """Return the resources of these rows in this order; refuse a corrupted one."""
        return self._by_part(
            rows,
            self.below.resources,
            lambda above: self._bodies([row - FIRST_ROW for row in above]),
        )

    def bodies(self, rows: Rows) -> Iterator[Texts]:
        """Yield the texts of these rows by type, in row order, each checked and none kept."""
        written = rows[rows.rank(self._index.first_row - 1) :] if rows else rows
        yield from self.below.bodies(rows - written)
        for row in written:
            texts: list[bytes] = []
            refused: list[CorruptedResource] = []
            try:
                texts = [self._bodies([row - FIRST_ROW])[0].body]
            except CorruptedResource as refusal:
                refused = [refusal]
            yield Texts(self._index.identity(row)[0], texts, refused)

    def identities(self, rows: Iterable[int]) -> list[tuple[str, str]]:
        """Return type and id of the resources of these rows in this order."""
        return self._by_part(
            rows, self.below.identities, lambda above: [self._index.identity(row) for row in above]
        )

    def links(self, row: int) -> tuple[Link, ...]:
        """Return the references that the resource of this row holds."""
        holder = self._index if row >= self._index.first_row else self.below
        return holder.links(row)

    def present(self, type: str, parameter: str) -> Rows:
        """Return the rows that hold any value, of any kind, under this parameter."""
        below = self.below.present(type, parameter)
        return self._both(type, below, self._index.present(type, parameter))

    def term(self, field: Field, key: str) -> Rows:
        """Return the owners of exactly this key."""
        written = self._index.terms(field)
        return self._owners(
            field, self.below.term(field, key), NO_ROWS if written is None else written.owners(key)
        )

    def term_start(self, field: Field, part: str) -> Rows:
        """Return the owners of the keys whose first part is ``part`` (see ``keys``)."""
        written = self._index.terms(field)
        return self._owners(
            field,
            self.below.term_start(field, part),
            NO_ROWS if written is None else written.beginning(part),
        )

    def keys(self, field: Field) -> Iterator[str]:
        """Return all keys of a field in order; some may have lost their owners."""
        written = self._index.terms(field)
        if written is None:
            return self.below.keys(field)
        return (key for key, _ in groupby(merge(self.below.keys(field), written.keys())))

    def terms(self, field: Field, first: str, below: str | None) -> Iterator[tuple[str, Rows]]:
        """Yield keys from ``first`` up to, but without, ``below`` (None: to the end) in order."""
        written = self._index.terms(field)
        above = (
            ()
            if written is None
            else ((key, True, written.owners(key)) for key in written.keys(first, below))
        )
        held = ((key, False, rows) for key, rows in self.below.terms(field, first, below))
        for key, parts in groupby(merge(held, above, key=lambda term: term[0]), lambda t: t[0]):
            sets = {is_written: rows for _, is_written, rows in parts}
            rows = self._owners(field, sets.get(False, NO_ROWS), sets.get(True, NO_ROWS))
            if rows:
                yield key, rows

    def intervals(self, field: Field) -> Mapping[str, Intervals]:
        """Return a field's intervals by unit key (see ``keys``); dates and numbers have ``""``."""
        held = self.below.intervals(field)
        written = self._index.intervals(field)
        if not self._touches(field.type):
            return held

        def owners(below: Rows, above: Rows) -> Rows:
            return self._owners(field, below, above)

        return {
            unit: OverlaidIntervals(held.get(unit), written.get(unit), owners)
            for unit in sorted(held.keys() | written.keys())
        }

    def sort_order(self, type: str, parameter: str, *, descending: bool) -> SortOrder | None:
        """Return the order by smallest value, or largest value when descending; None without."""
        if not self._touches(type):
            return self.below.sort_order(type, parameter, descending=descending)
        return self._orders.order(type, parameter, descending=descending)

    def mixed_order(self, types: tuple[str, ...], parameter: str, *, descending: bool) -> SortOrder:
        """Return the order of all these types together; see ``mixed_orders``, which keeps it."""
        return self._orders.mixed_order(types, parameter, descending=descending)

    def owners(self, type: str, parameter: str, occurrences: Rows) -> Rows:
        """Return the rows that hold these occurrences of a composite."""
        first = self._index.first_occurrence
        below = BitMap(occurrences)
        below.remove_range(first, 2**32)
        above = self._index.owners(type, parameter, occurrences - below)
        return self._both(type, self.below.owners(type, parameter, below), above)

    def remembered(self, question: tuple[object, ...], find: Callable[[], Rows]) -> Rows:
        """Return what ``find`` gave for this question before, or ask it now."""
        rows = self._cache.get(question)
        if rows is None:
            rows = find()
            self._cache.put(question, rows, len(rows.serialize()) + len(repr(question)))
        return rows

    def _touches(self, type: str) -> bool:
        return bool(self._index.rows_of_type(type))

    def _written(self, type: str, id: str) -> Made | None:
        """Return the latest written version of a resource, unless curated knowledge hides it."""
        made = self._timeline.latest(type, id, self.sequence)
        if made is None or made.row in self._view.rows:
            return made
        below = self.below.row(type, id)
        return made if below is None or below in self._view.masked else None

    def _owners(self, field: Field, below: Rows, above: Rows) -> Rows:
        if field.component is None:
            return self._both(field.type, below, above)
        # Occurrences: whether their rows are in force is asked of their owners.
        return below | above if above else below

    def _both(self, type: str, below: Rows, above: Rows) -> Rows:
        if not self._touches(type):
            return below
        if self._view.masked:
            below = below - self._view.masked
        above = above & self._view.rows
        return below | above if above else below

    def _by_part(
        self,
        rows: Iterable[int],
        below: Callable[[list[int]], list[T]],
        above: Callable[[list[int]], list[T]],
    ) -> list[T]:
        """Return what the two parts answer for their rows, in the order of ``rows``."""
        asked = list(rows)
        first = self._index.first_row
        found_below = iter(below([row for row in asked if row < first]))
        found_above = iter(above([row for row in asked if row >= first]))
        return [next(found_above if row >= first else found_below) for row in asked]
