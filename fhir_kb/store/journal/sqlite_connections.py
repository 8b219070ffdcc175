"""The connections of one process to a journal file: any number that read, one that writes.

https://sqlite.org/wal.html
"""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fhir_kb.errors import CorruptedResource, StoreError, StoreUnavailable
from fhir_kb.store.journal.sqlite_schema import is_unavailable, reading_uri

CHECKPOINT_PAGES = 1000
"""Pages in the write-ahead log after which a commit moves them into the file."""

LOG_BYTES_KEPT = 64_000_000
"""What is kept of the log's file after one large transaction."""


class ReadingConnection:
    """A read-only connection and the latest number that it has seen."""

    def __init__(self, path: Path) -> None:
        self.process = os.getpid()
        self.connection = _connect(reading_uri(path))
        self._seen = self._data_version()
        self._sequence = self._latest()

    def sequence(self) -> int:
        """Return the latest number; the table is asked only when another connection wrote."""
        version = self._data_version()
        if version != self._seen:
            self._sequence = self._latest()
            self._seen = version
        return self._sequence

    def one(self, statement: str, values: Sequence[Any] = ()) -> Any:
        """Return the first row, or None; text that cannot be stored is found nowhere."""
        try:
            return self.connection.execute(statement, values).fetchone()
        except UnicodeEncodeError:
            return None

    def all(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        """Return all rows; text that cannot be stored is found nowhere."""
        try:
            return self.connection.execute(statement, values).fetchall()
        except UnicodeEncodeError:
            return []

    def each(self, statement: str, values: Sequence[Any] = ()) -> Iterator[Any]:
        """Yield the rows as they are read."""
        yield from self.connection.execute(statement, values)

    def _data_version(self) -> int:
        (version,) = self.connection.execute("PRAGMA data_version").fetchone()
        return int(version)

    def _latest(self) -> int:
        (sequence,) = self.connection.execute("SELECT max(sequence) FROM version").fetchone()
        return sequence or 0


class JournalConnections:
    """The free reading connections; one serves one thread at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        # append and pop of a list are atomic: no lock is needed.
        self._free: list[ReadingConnection] = []
        self._inherited: list[ReadingConnection] = []

    @contextmanager
    def reading(self) -> Iterator[ReadingConnection]:
        """Give a connection for a block; its errors are told in the words of the store."""
        with told(self._path):
            reader = self._take()
            yield reader
            self._free.append(reader)

    def _take(self) -> ReadingConnection:
        try:
            reader = self._free.pop()
        except IndexError:
            return ReadingConnection(self._path)
        if reader.process == os.getpid():
            return reader
        # In a process that was forked a connection may neither be used nor closed.
        self._inherited.append(reader)
        return ReadingConnection(self._path)

    def close(self) -> None:
        """Close all that are free."""
        while self._free:
            self._free.pop().connection.close()


def writing_connection(path: Path) -> sqlite3.Connection:
    """Return a connection that forces every commit to disk before it is told."""
    connection = _connect(path.resolve().as_uri() + "?mode=rw")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    connection.execute(f"PRAGMA journal_size_limit = {LOG_BYTES_KEPT}")
    return connection


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Raise the store's errors for those of SQLite."""
    try:
        yield
    except sqlite3.Error as error:
        if is_unavailable(error):
            raise StoreUnavailable(f"{path} cannot be used now: {error}") from error
        if isinstance(error, sqlite3.DatabaseError) and "CORRUPT" in _name(error):
            raise CorruptedResource(
                f"{path} is damaged: {error}; restore it from a backup"
            ) from error
        raise StoreError(f"{path} cannot be used: {error}") from error


def _name(error: sqlite3.Error) -> str:
    return str(getattr(error, "sqlite_errorname", ""))


def _connect(uri: str) -> sqlite3.Connection:
    connection: Any = sqlite3.connect(
        uri, uri=True, isolation_level=None, check_same_thread=False, timeout=10
    )
    return connection  # type: ignore[no-any-return]
