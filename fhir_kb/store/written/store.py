"""Curated knowledge with what clients wrote above it, and the way to write more.

https://hl7.org/fhir/R4/http.html#transaction
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from threading import Lock, Thread

from fhir_kb.errors import CorruptedResource, DeletedResource
from fhir_kb.formats import Json
from fhir_kb.formats.json import read_json
from fhir_kb.store.cache import ByteBoundedCache
from fhir_kb.store.index import IndexRows
from fhir_kb.store.interface import Store
from fhir_kb.store.journal.interface import HistoryPage, Journal, JournalEntry, VersionsAsked
from fhir_kb.store.journal.rows import packed_rows
from fhir_kb.store.resource import StoredResource
from fhir_kb.store.snapshot.reader import Snapshot
from fhir_kb.store.written.history import WrittenHistory
from fhir_kb.store.written.state import WrittenState
from fhir_kb.store.written.transaction import WrittenTransaction

BODIES_BYTES = 32_000_000

VERSIONS_KEPT = 20_000
"""Commits back to which a sequence of pages may be followed after a start."""

RENEWAL = "fhir_kb renewal"
"""The name of the thread that makes a state anew."""


class WrittenStore:
    """Follows ``journal.interface.WritableStore``.

    ``snapshots`` gives the knowledge in force, ``index`` makes the rows that a resource is found
    by, and ``indexed_by`` names its rules: rows that other rules made are made anew.
    """

    def __init__(
        self,
        snapshots: Callable[[], Snapshot],
        journal: Journal,
        index: Callable[[Json], IndexRows],
        indexed_by: str = "",
    ) -> None:
        self._snapshots = snapshots
        self._journal = journal
        self._index = index
        self._indexed_by = indexed_by
        self._lock = Lock()
        self._bodies: ByteBoundedCache[int, StoredResource] = ByteBoundedCache(BODIES_BYTES)
        self._is_renewed = False
        self._state = self._started(snapshots())

    def current(self) -> Store:
        """Return the state to answer one request from: every commit so far is in it."""
        sequence = self._journal.sequence()
        state = self._state
        store = state.store
        if state.below is self._snapshots() and store.sequence >= sequence:
            return store
        with self._lock:
            return self._grown().store

    def version(self, type: str, id: str, version_id: str) -> StoredResource | None:
        """Return one version; None when there is none; refuse (DeletedResource) a deletion."""
        found = self._journal.version(type, id, version_id)
        if found is None:
            held = self._snapshots().read(type, id)
            return held if held is not None and held.version_id == version_id else None
        if found.deleted:
            raise DeletedResource(f"Version {version_id} of {type}/{id} is its deletion")
        return found.resource

    def history(
        self,
        type: str | None = None,
        id: str | None = None,
        *,
        since: int | None = None,
        at: tuple[int, int] | None = None,
        page: str | None = None,
        limit: int = 50,
    ) -> HistoryPage:
        """Return a page of versions of one resource, one type or everything, newest first."""
        with self._lock:
            state = self._grown()
        asked = VersionsAsked(state.store.sequence, type, id, since, at)
        history = WrittenHistory(state.below, self._journal, state.masked)
        return history.page(asked, page, limit)

    @contextmanager
    def transaction(self) -> Iterator[WrittenTransaction]:
        """Begin writing, as the only writer; commit when the block ends, else nothing happened."""
        snapshot = self._snapshots()
        with self._journal.transaction(snapshot.newest) as journal:
            with self._lock:
                committed = self._grown()
            yield WrittenTransaction(committed, journal, self._index, self._indexed_by)

    def check_room(self) -> None:
        """Refuse (StoreUnavailable) when nothing can be written now."""
        self._journal.check_room()

    def close(self) -> None:
        """Close the journal; nothing may be asked afterwards."""
        self._journal.close()

    def _grown(self) -> WrittenState[Snapshot]:
        """Return the state above the knowledge in force, with every commit in it."""
        snapshot = self._snapshots()
        if self._state.below is not snapshot:
            self._state = self._state.above(snapshot, snapshot.is_curated)
        entries = self._journal.entries(self._state.timeline.sequence)
        self._state.add(map(self._by_our_rules, entries))
        self._renew_in_time()
        return self._state

    def _started(self, snapshot: Snapshot) -> WrittenState[Snapshot]:
        """Return a state with the versions that are in force, or were at a page still kept."""
        kept_from = max(self._journal.sequence() - VERSIONS_KEPT, 0)
        state = WrittenState(
            snapshot,
            snapshot.is_curated,
            self._resources,
            self._journal.identity,
            kept_from=kept_from,
        )
        entries = self._journal.entries(0, replaced_after=kept_from)
        state.add(map(self._by_our_rules, entries))
        return state

    def _renew_in_time(self) -> None:
        """Begin a new state, without what nobody can ask for, before this one grows too large."""
        timeline = self._state.timeline
        replaced = timeline.replaced_by(timeline.sequence - VERSIONS_KEPT)
        if replaced > max(VERSIONS_KEPT, timeline.current) and not self._is_renewed:
            self._is_renewed = True
            Thread(target=self._renew, name=RENEWAL, daemon=True).start()

    def _renew(self) -> None:
        try:
            state = self._started(self._snapshots())
            with self._lock:
                self._state = state
        finally:
            self._is_renewed = False

    def _by_our_rules(self, entry: JournalEntry) -> JournalEntry:
        """Return the entry with index rows as this release makes them."""
        is_ours = entry.rows is not None and entry.indexed_by == self._indexed_by
        if is_ours or entry.method == "DELETE":
            return entry
        try:
            (resource,) = self._resources([entry.sequence])
        except CorruptedResource:
            # It is told whenever this resource is asked for; the others are served.
            return entry
        return replace(
            entry,
            rows=packed_rows(self._index(read_json(resource.body, max_bytes=len(resource.body)))),
        )

    def _resources(self, sequences: Sequence[int]) -> list[StoredResource]:
        """Return versions by number, from memory when they were read and checked before."""
        found = {number: self._bodies.get(number) for number in sequences}
        missing = [number for number, resource in found.items() if resource is None]
        if missing:
            for number, resource in zip(missing, self._journal.resources(missing), strict=True):
                self._bodies.put(number, resource, 500 + len(resource.body))
                found[number] = resource
        return [held for number in sequences if (held := found[number]) is not None]
