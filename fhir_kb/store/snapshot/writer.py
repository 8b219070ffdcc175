"""Writes a snapshot: one immutable file of resources and everything they are found by.

https://sqlite.org/atomiccommit.html

The file is written beside its destination, forced to disk and renamed over it, so that a reader
sees the old knowledge or the new, never a part. The same entries give the same file.
"""

import gc
import os
import sqlite3
from array import array
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from heapq import merge
from pathlib import Path

from pyroaring import BitMap

from fhir_kb.errors import StoreError
from fhir_kb.store.instants import microseconds
from fhir_kb.store.resource import Entry, StoredResource
from fhir_kb.store.sealing import sealed
from fhir_kb.store.snapshot.index_writer import IndexWriter
from fhir_kb.store.snapshot.records_writer import RecordsWriter
from fhir_kb.store.snapshot.schema import IMPORTED, SCHEMA
from fhir_kb.store.snapshot.sort_order_writer import write_id_order

BATCH = 100_000
"""Resources between two spills of the index; bounds the memory of a build."""

INDEX_CONTENT = (
    "SELECT * FROM field ORDER BY field",
    "SELECT * FROM term ORDER BY field, key",
    "SELECT * FROM interval_chunk ORDER BY series, side, chunk",
)
"""What the fingerprint covers beside the resources: a page sequence depends on it too."""


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: the number of resources, and the fingerprint of their content."""

    total: int
    fingerprint: str


def in_row_order(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries oldest first and, within one instant, by type and id backwards.

    Searches show the largest row first: newest first, then by type and id.
    """
    by_identity = sorted(
        entries, key=lambda entry: (entry.resource.type, entry.resource.id), reverse=True
    )
    return sorted(by_identity, key=lambda entry: microseconds(entry.resource.last_updated))


def merged(*parts: Iterable[Entry]) -> Iterator[Entry]:
    """Yield the entries of all parts, each of them in row order, in row order."""
    return merge(*parts, key=_Place)


class _Place:
    """Where an entry stands among others: by instant, then by type and id backwards."""

    __slots__ = ("identity", "updated")

    def __init__(self, entry: Entry) -> None:
        self.updated = microseconds(entry.resource.last_updated)
        self.identity = (entry.resource.type, entry.resource.id)

    def __lt__(self, other: "_Place") -> bool:
        if self.updated != other.updated:
            return self.updated < other.updated
        return self.identity > other.identity


def write_snapshot(path: Path, entries: Iterable[Entry], *, version: str, release: str) -> Written:
    """Write the entries to ``path`` in one step and return what was written.

    ``version`` is the FHIR version's name, ``release`` the knowledge release. Entries come oldest
    first (``in_row_order``); any number of them is read once, in constant memory but for the
    sorted values. Refuses (StoreError) entries out of order, an id that comes twice, and a disk
    that cannot be written; ``path`` is then as it was.
    """
    with _uncollected(), _beside(path) as partial:
        records = RecordsWriter(path.parent)
        try:
            with closing(sqlite3.connect(partial, isolation_level=None)) as connection:
                connection.executescript(SCHEMA)
                written = _Writing(connection, records).run(entries, version, release)
            records.append_to(partial)
        except sqlite3.Error as error:
            raise StoreError(f"The knowledge {path} cannot be written: {error}") from error
        finally:
            records.close()
    return written


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the collector of cycles away: it would look through all lists of rows again and again.

    Nothing here makes a cycle.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """Yield a new file's path that replaces ``path`` when the block succeeds."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _remove_abandoned(path)
        try:
            yield partial
            _sync(partial)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
        _sync(path.parent)
    except OSError as error:
        raise StoreError(f"The knowledge {path} cannot be written: {error}") from error


def _remove_abandoned(path: Path) -> None:
    """Remove what builds that were killed left beside ``path``; those under way keep theirs."""
    for partial in path.parent.glob(f".{path.name}.*.partial"):
        process = partial.name.split(".")[-2]
        if not process.isdigit() or not _is_running(int(process)):
            partial.unlink(missing_ok=True)


def _is_running(process: int) -> bool:
    if process == os.getpid():
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class _OfType:
    """The resources of one type: its number, their rows and ids."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.rows = array("I")
        self.ids: list[str] = []


class _Writing:
    """The state of one build."""

    def __init__(self, connection: sqlite3.Connection, records: RecordsWriter) -> None:
        self._connection = connection
        self._records = records
        self._types: dict[str, _OfType] = {}
        self._imported = array("I")
        self._content = sha256()
        self._index = IndexWriter(connection)
        self._newest = 0
        self._total = 0

    def run(self, entries: Iterable[Entry], version: str, release: str) -> Written:
        connection = self._connection
        connection.execute("BEGIN")
        self._add(entries)
        for name, held in self._types.items():
            connection.execute(
                "INSERT INTO resource_type VALUES (?, ?, ?)",
                (held.number, name, _sealed_set(held.rows)),
            )
            write_id_order(connection, name, held.rows, held.ids)
        connection.execute(
            "INSERT INTO row_set VALUES (?, ?)", (IMPORTED, _sealed_set(self._imported))
        )
        self._index.finish()
        for statement in INDEX_CONTENT:
            for row in connection.execute(statement):
                for cell in row:
                    self._content.update(cell if isinstance(cell, bytes) else f"{cell}\n".encode())
        fingerprint = self._content.hexdigest()[:32]
        about = {
            "version": version,
            "release": release,
            "fingerprint": fingerprint,
            "newest": str(self._newest),
        }
        connection.executemany("INSERT INTO manifest VALUES (?, ?)", about.items())
        connection.execute("COMMIT")
        return Written(self._total, fingerprint)

    def _add(self, entries: Iterable[Entry]) -> None:
        index, add_record, add_content = self._index, self._records.add, self._content.update
        for row, (resource, rows, imported) in enumerate(entries):
            self._check_order(resource)
            name, id, version_id = resource.type, resource.id, resource.version_id
            held = self._types.get(name)
            if held is None:
                held = self._types[name] = _OfType(len(self._types))
            held.rows.append(row)
            held.ids.append(id)
            if imported:
                self._imported.append(row)
            digest = bytes.fromhex(resource.digest)
            add_record(row, held.number, resource, digest, index.add(name, row, rows))
            add_content(f"{name}/{id}/{version_id}\n".encode() + digest)
            self._total = row + 1
            if self._total % BATCH == 0:
                index.spill()

    def _check_order(self, resource: StoredResource) -> None:
        updated = microseconds(resource.last_updated)
        if updated < self._newest and self._total:
            raise StoreError(
                f"{resource.type}/{resource.id} was updated before the resource written ahead of "
                "it; a snapshot is written oldest first, see in_row_order"
            )
        self._newest = updated


def _sealed_set(rows: "array[int]") -> bytes:
    found = BitMap(rows)
    found.run_optimize()
    return sealed(found.serialize())
