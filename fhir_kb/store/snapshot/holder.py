"""Follows a snapshot file that is swapped whole: each request gets the newest one.

https://sqlite.org/uri.html#uriimmutable
"""

from pathlib import Path
from threading import Lock

from fhir_kb.errors import StoreError
from fhir_kb.store.resource import StoredResource
from fhir_kb.store.snapshot.reader import Snapshot


class SnapshotHolder:
    """The current snapshot of ``path``.

    A snapshot that was handed out stays readable after a swap; its file is closed when nobody
    holds it any more. A new file that cannot be opened leaves the old snapshot in place, and
    ``refusal`` says why.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._seen = self._state()
        self._snapshot = Snapshot.open(path)
        self.refusal: StoreError | None = None

    def current(self) -> Snapshot:
        """Return the snapshot to answer one request from."""
        if self._state() != self._seen:
            with self._lock:
                self._reopen()
        return self._snapshot

    def curated(self, type: str, id: str) -> StoredResource | None:
        """Return the resource if it is one that only a release changes, else None."""
        return self.current().curated(type, id)

    def _reopen(self) -> None:
        state = self._state()
        if state is None or state == self._seen:
            return
        self._seen = state
        try:
            self._snapshot = Snapshot.open(self._path)
            self.refusal = None
        except StoreError as refusal:
            self.refusal = refusal

    def _state(self) -> tuple[int, int, int] | None:
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_ino, status.st_mtime_ns, status.st_size
