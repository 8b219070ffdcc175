"""The journal in one SQLite file: what is told as written is on disk.

https://sqlite.org/wal.html, https://sqlite.org/pragma.html#pragma_synchronous
"""

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile

from fhir_kb.errors import CorruptedResource, StoreError, StoreUnavailable
from fhir_kb.store.instants import now
from fhir_kb.store.journal.appending import JournalAppending
from fhir_kb.store.journal.interface import JournalEntry, Version, VersionsAsked
from fhir_kb.store.journal.questions import ENTRIES, LATEST, NOT_REPLACED, SELECT, condition
from fhir_kb.store.journal.seal import checked_entry, checked_version
from fhir_kb.store.journal.sqlite_connections import JournalConnections, told, writing_connection
from fhir_kb.store.journal.sqlite_schema import is_prepared, prepare_journal
from fhir_kb.store.journal.writers_lock import WritersLock
from fhir_kb.store.resource import StoredResource

LOCK_SECONDS = 10.0
_ROOM = bytes(65_536)

_INSERT = "INSERT INTO version VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


class SqliteJournal:
    """The journal in ``path``, made when missing; follows ``journal.interface.Journal``.

    The file is for one machine: SQLite's log does not work over a network file system.
    """

    def __init__(
        self, path: Path, *, clock: Callable[[], int] = now, lock_seconds: float = LOCK_SECONDS
    ) -> None:
        self._path = path
        self._clock = clock
        self._lock = WritersLock(path.with_name(path.name + ".lock"), lock_seconds)
        self._connections = JournalConnections(path)
        self._writer: sqlite3.Connection | None = None
        self._writer_of = os.getpid()
        self._inherited: list[sqlite3.Connection] = []
        self._prepare()
        self._place = _place_of(path)
        with self._connections.reading() as reader:
            (self.identity,) = reader.one("SELECT value FROM about WHERE name = 'identity'")

    def _prepare(self) -> None:
        try:
            with told(self._path):
                is_there = is_prepared(self._path)
            if not is_there:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                with self._lock.held(), told(self._path):
                    prepare_journal(self._path)
        except OSError as error:
            raise StoreUnavailable(
                f"{self._path} cannot be made or read: {error.strerror}"
            ) from error

    def sequence(self) -> int:
        """Return the number of the latest committed version, 0 for none."""
        with self._connections.reading() as reader:
            return reader.sequence()

    def entries(self, after: int, *, replaced_after: int = 0) -> Iterator[JournalEntry]:
        """Yield the versions behind number ``after`` in order."""
        statement, values = ENTRIES, [after]
        if replaced_after:
            statement, values = statement + NOT_REPLACED, [after, replaced_after]
        with self._connections.reading() as reader:
            for columns in reader.each(statement + " ORDER BY sequence", values):
                yield checked_entry(columns)

    def resources(self, sequences: Sequence[int]) -> list[StoredResource]:
        """Return the versions of these numbers in this order, each checked."""
        with self._connections.reading() as reader:
            found = [reader.one(SELECT + " WHERE sequence = ?", (n,)) for n in sequences]
        if None in found:
            raise CorruptedResource(
                f"Version number {sequences[found.index(None)]} is missing in {self._path}; "
                "restore it from a backup"
            )
        return [checked_version(columns).resource for columns in found]

    def version(self, type: str, id: str, version_id: str) -> Version | None:
        """Return one version, checked; None when there is none."""
        statement = SELECT + " WHERE type = ? AND id = ? AND version_id = ?"
        with self._connections.reading() as reader:
            found = reader.one(statement, (type, id, version_id))
        return None if found is None else checked_version(found)

    def versions(self, asked: VersionsAsked, *, before: int | None, limit: int) -> list[Version]:
        """Return versions newest first, those below the number ``before`` that paging came to."""
        where, values = condition(asked, before)
        statement = f"{SELECT} WHERE {where} ORDER BY sequence DESC LIMIT ?"
        with self._connections.reading() as reader:
            return [checked_version(columns) for columns in reader.all(statement, [*values, limit])]

    def count(self, asked: VersionsAsked) -> int:
        """Return how many versions are asked for."""
        where, values = condition(asked)
        with self._connections.reading() as reader:
            found = reader.one(f"SELECT count(*) FROM version WHERE {where}", values)  # noqa: S608
        return found[0] if found else 0

    @contextmanager
    def transaction(self, not_before: int = 0) -> Iterator[JournalAppending]:
        """Take the writers' lock; commit when the block ends, roll back when it raises."""
        with self._lock.held(), told(self._path):
            writer = self._writing()
            try:
                writer.execute("BEGIN IMMEDIATE")
                sequence, instant = writer.execute(LATEST).fetchone() or (0, 0)
                yield JournalAppending(
                    sequence,
                    max(instant, not_before, self._clock()),
                    lambda columns: writer.execute(_INSERT, columns),
                )
                writer.execute("COMMIT")
            except BaseException:
                self._forget_writer()
                raise

    def check_room(self) -> None:
        """Refuse (StoreUnavailable) a folder that takes nothing more, or takes nothing.

        A few pages are written beside the journal and dropped: a full or read-only disk is known
        by nothing less.
        """
        folder = self._path.parent
        try:
            with TemporaryFile(dir=folder, buffering=0) as file:
                if file.write(_ROOM) < len(_ROOM):
                    raise StoreUnavailable(f"{folder} is full; nothing can be written")
        except OSError as error:
            raise StoreUnavailable(f"{folder} cannot be written: {error.strerror}") from error

    def close(self) -> None:
        """Free what is held; nothing may be asked afterwards."""
        self._connections.close()
        if self._writer is not None:
            # The last one to close moves the log into the file: no other may commit meanwhile.
            with self._lock.held():
                self._forget_writer()

    def _writing(self) -> sqlite3.Connection:
        if self._place != _place_of(self._path):
            raise StoreError(
                f"{self._path} was moved or replaced while it was in use; nothing can be written "
                "until the server is started again"
            )
        if self._writer is not None and self._writer_of != os.getpid():
            # In a process that was forked a connection may neither be used nor closed.
            self._inherited.append(self._writer)
            self._writer = None
        if self._writer is None:
            self._writer = writing_connection(self._path)
            self._writer_of = os.getpid()
        return self._writer

    def _forget_writer(self) -> None:
        """Close the connection, which rolls back: after a failure its state is not trusted."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None


def _place_of(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino
