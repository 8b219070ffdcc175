"""Writes that come to be together: stamped, indexed, and seen by whoever writes them.

https://hl7.org/fhir/R4/http.html#transaction, https://hl7.org/fhir/R4/resource.html#Meta
"""

from collections.abc import Callable, Sequence

from fhir_kb.errors import ReadOnly
from fhir_kb.formats import Json
from fhir_kb.formats.json import write_json
from fhir_kb.store.index import IndexRows
from fhir_kb.store.interface import Store
from fhir_kb.store.journal.interface import JournalTransaction, Method
from fhir_kb.store.resource import StoredResource
from fhir_kb.store.snapshot.reader import Snapshot
from fhir_kb.store.written.index import FIRST_ROW, WrittenIndex
from fhir_kb.store.written.state import WrittenState

OWN_OCCURRENCES = FIRST_ROW + 2**30
"""Number of the first occurrence of a composite in what is not committed yet."""

_STAMPED = ("versionId", "lastUpdated", "_versionId", "_lastUpdated")


class WrittenTransaction:
    """Follows ``journal.interface.Transaction``; ``committed`` is the state it begins with."""

    def __init__(
        self,
        committed: WrittenState[Snapshot],
        journal: JournalTransaction,
        index: Callable[[Json], IndexRows],
        indexed_by: str,
    ) -> None:
        self._snapshot = committed.below
        self._committed = committed
        self._journal = journal
        self._index = index
        self._indexed_by = indexed_by
        self._bodies: dict[int, StoredResource] = {}
        self._own = WrittenState(
            committed.store,
            lambda row: False,
            self._resources,
            "uncommitted",
            index=WrittenIndex(FIRST_ROW + journal.sequence + 1, OWN_OCCURRENCES),
            kept_from=journal.sequence,
        )

    @property
    def store(self) -> Store:
        """Everything committed, and what this transaction has written so far."""
        return self._own.store if self._bodies else self._committed.store

    def write(self, method: Method, type: str, id: str, resource: Json) -> StoredResource:
        """Write the next version of a resource, with its ``meta`` stamped, and return it."""
        self._check_writable(type, id)
        version_id = _next(self._version_id(type, id))
        meta = resource.get("meta", {})
        stamped = {
            "resourceType": type,
            "id": id,
            "meta": {
                "versionId": version_id,
                "lastUpdated": self._journal.instant,
                **{name: value for name, value in meta.items() if name not in _STAMPED},
            },
        }
        stamped |= {name: value for name, value in resource.items() if name not in stamped}
        body = write_json(stamped)
        stored = StoredResource.of(type, id, version_id, self._journal.instant, body)
        self._append(method, stored, self._index(stamped))
        return stored

    def delete(self, type: str, id: str) -> StoredResource | None:
        """Delete a resource; None when there is none, or it is deleted already."""
        if self.store.row(type, id) is None:
            return None
        self._check_writable(type, id)
        version_id = _next(self._version_id(type, id))
        stored = StoredResource.of(type, id, version_id, self._journal.instant, b"")
        self._append("DELETE", stored, IndexRows())
        return stored

    def _append(self, method: Method, resource: StoredResource, rows: IndexRows) -> None:
        entry = self._journal.append(method, resource, rows, self._indexed_by)
        self._bodies[entry.sequence] = resource
        self._own.add([entry])

    def _check_writable(self, type: str, id: str) -> None:
        row = self._snapshot.row(type, id)
        if row is not None and self._snapshot.is_curated(row):
            raise ReadOnly(
                f"{type}/{id} is curated knowledge, which clients cannot change; write a resource "
                "of your own under another id"
            )

    def _version_id(self, type: str, id: str) -> str | None:
        """Return the id of the latest version, of a deletion too; None when there was none."""
        latest = self._own.timeline.latest(type, id, self._journal.sequence)
        latest = latest or self._committed.timeline.latest(type, id, self._journal.sequence)
        if latest is not None:
            return latest.version_id
        held = self._snapshot.read(type, id)
        return None if held is None else held.version_id

    def _resources(self, sequences: Sequence[int]) -> list[StoredResource]:
        return [self._bodies[sequence] for sequence in sequences]


def _next(version_id: str | None) -> str:
    """Return the id of the version after this one."""
    if version_id is None:
        return "1"
    return str(int(version_id) + 1) if version_id.isdecimal() else "2"
