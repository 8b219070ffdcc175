"""What one process knows of a journal: an index of its versions above one snapshot.

https://hl7.org/fhir/R4/http.html#paging
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Generic, TypeVar

from fhir_kb.errors import ExpiredPage
from fhir_kb.store.index import IndexRows
from fhir_kb.store.interface import Rows, Store
from fhir_kb.store.journal.interface import JournalEntry
from fhir_kb.store.journal.rows import packed_rows
from fhir_kb.store.written.index import FIRST_ROW, WrittenIndex
from fhir_kb.store.written.order_places import Places
from fhir_kb.store.written.overlaid import Bodies, Overlaid
from fhir_kb.store.written.views import Masks, Timeline

VIEWS_KEPT = 32
"""Earlier states that are kept ready for the next page."""


B = TypeVar("B", bound=Store)


class WrittenState(Generic[B]):
    """Written versions in memory above ``below``; grows as entries come.

    One thread may add while any number of others use the stores that were handed out. ``name``
    goes into the fingerprint of each state.
    """

    def __init__(
        self,
        below: B,
        is_curated: Callable[[int], bool],
        bodies: Bodies,
        name: str,
        *,
        index: WrittenIndex | None = None,
        kept_from: int = 0,
    ) -> None:
        self.below = below
        self.timeline = Timeline(kept_from)
        self._index = index or WrittenIndex()
        self._masks = Masks(below, is_curated)
        self._places = Places(below)
        self._bodies = bodies
        self._name = name
        self._store: Store = below
        self._earlier = lru_cache(VIEWS_KEPT)(self._overlaid)

    @property
    def store(self) -> Store:
        """The state after the latest entry."""
        return self._store

    @property
    def masked(self) -> Rows:
        """The rows below that were ever written over."""
        return self._masks.masked(self.timeline.sequence)

    def add(self, entries: Iterable[JournalEntry]) -> None:
        """Take in versions in the order of their numbers."""
        number = self.timeline.sequence
        for entry in entries:
            row = FIRST_ROW + entry.sequence
            self._index.add(row, entry.type, entry.id, entry.rows or packed_rows(IndexRows()))
            self._masks.add(entry.sequence, entry.type, entry.id)
            self.timeline.add(entry)
        if self.timeline.sequence > number:
            self._store = self._overlaid(self.timeline.sequence)

    def above(self, below: B, is_curated: Callable[[int], bool]) -> "WrittenState[B]":
        """Return the same versions above another store; nothing may be added to this one then."""
        state = WrittenState(below, is_curated, self._bodies, self._name, index=self._index)
        state.timeline = self.timeline
        for sequence, type, id in self.timeline.writes():
            state._masks.add(sequence, type, id)
        if state.timeline.sequence:
            state._store = state._overlaid(state.timeline.sequence)
        return state

    def at(self, sequence: int) -> Store:
        """Return the state after an earlier number; refuse (ExpiredPage) what is not kept."""
        if sequence == self._store.sequence:
            return self._store
        if not self.timeline.kept_from <= sequence <= self.timeline.sequence:
            raise ExpiredPage(
                "What was there when this search began is no longer kept; search again from the "
                "first page"
            )
        return self._earlier(sequence)

    def _overlaid(self, sequence: int) -> Store:
        return Overlaid(
            self.below,
            self._index,
            self.timeline,
            self.timeline.view(sequence, self._masks),
            self._bodies,
            self._places,
            fingerprint=f"{self.below.fingerprint}-{self._name}-{sequence}",
            at=self.at,
        )
