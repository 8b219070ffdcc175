"""The pages of a search: as it was when the first page was shown, none too large.

https://hl7.org/fhir/R4/http.html#paging
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from fhir_kb.search.cursor import CURSOR, Place, read_cursor, write_cursor
from fhir_kb.search.query import Query
from fhir_kb.search.result import Pairs
from fhir_kb.store.interface import Store
from fhir_kb.store.pages import cut_page
from fhir_kb.store.resource import StoredResource

_TOGETHER = 50
"""Resources that are read at once: so many may be read in vain where a page is cut."""


class Page(NamedTuple):
    """What stands on a page: ``rows`` and their resources, ``start`` matches lie ahead of it."""

    start: int
    rows: Sequence[int]
    resources: Sequence[StoredResource]


class Paging:
    """The pages of one query's matches in ``store``: as it was when the first page was shown.

    A page has as many matches as were asked for, or fewer where they are too large together. The
    page ahead of one ends where that begins, so that both ways lead past every match. Refuses a
    cursor that is not of this query, and one of a state that is no longer kept.
    """

    def __init__(self, store: Store, type: str, query: Query) -> None:
        self._origin = store.origin
        self._pairs = tuple(query.effective)
        self._bound_to = (("", type), *self._pairs)
        self._size = 0 if query.count_only else query.page_size
        self._bytes_max = query.limits.bytes_max
        self._is_begun = query.cursor is not None
        self._place = Place(store.sequence, 0)
        if query.cursor is not None:
            self._place = read_cursor(query.cursor, self._origin, self._bound_to)
        self._total = 0
        self.store = store.at(self._place.sequence)

    def span(self, total: int) -> tuple[int, int]:
        """Return from and up to which of ``total`` matches this page would go, whatever size."""
        self._total = total
        place = min(self._place.offset, total)
        if self._place.backwards:
            return max(place - self._size, 0), place
        return place, min(place + self._size, total)

    def cut(self, rows: Sequence[int], start: int) -> Page:
        """Return the page of these rows, or of those nearest to its place that are not too much."""
        if not self._place.backwards:
            resources = within(self.store, rows, self._bytes_max)
            return Page(start, rows[: len(resources)], resources)
        resources = within(self.store, rows[::-1], self._bytes_max)[::-1]
        cut_off = len(rows) - len(resources)
        return Page(start + cut_off, rows[cut_off:], resources)

    def this(self) -> Pairs:
        """Return the query for this page."""
        return self._at(self._place) if self._is_begun else self._pairs

    def first(self) -> Pairs | None:
        """Return the query for the first page."""
        if not self._is_begun:
            return self._pairs if self._size else None
        return self._from(0)

    def last(self) -> Pairs | None:
        """Return the query for the last page."""
        if not self._size:
            return None
        start = max(self._total - 1, 0) // self._size * self._size
        return self._from(start) if start else self.first()

    def before(self, start: int) -> Pairs | None:
        """Return the query for the page that ends where a page starts; None for the first."""
        return self._from(start, backwards=True) if start > 0 else None

    def after(self, end: int) -> Pairs | None:
        """Return the query for the page that starts where a page ends; None for the last."""
        return self._from(end) if end < self._total else None

    def _from(self, offset: int, *, backwards: bool = False) -> Pairs | None:
        place = Place(self._place.sequence, offset, backwards)
        return self._at(place) if self._size else None

    def _at(self, place: Place) -> Pairs:
        return (*self._pairs, (CURSOR, write_cursor(self._origin, self._bound_to, place)))


def within(store: Store, rows: Sequence[int], bytes_max: int) -> list[StoredResource]:
    """Return the resources of these rows up to so many bytes, at least one if there is any."""
    found, _ = cut_page(_read(store, rows), len(rows), bytes_max, lambda each: len(each.body))
    return found


def _read(store: Store, rows: Sequence[int]) -> Iterator[StoredResource]:
    for start in range(0, len(rows), _TOGETHER):
        yield from store.resources(rows[start : start + _TOGETHER])
