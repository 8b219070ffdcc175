"""A small SQLite file beside the knowledge, made when it is first written.

https://sqlite.org/wal.html, https://sqlite.org/pragma.html#pragma_application_id
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Literal

from fhir_kb.errors import StoreError


@dataclass(frozen=True)
class Form:
    """What a file of one kind is: its name in messages, its identity, its tables.

    ``synchronous`` is FULL where a power cut must lose nothing that was acknowledged.
    """

    name: str
    application_id: int
    format: int
    tables: str
    synchronous: Literal["FULL", "NORMAL"]


@dataclass(frozen=True)
class OwnFile:
    """One file of a form; a file that is something else is refused and not touched."""

    path: Path
    form: Form
    # One connection at a time: SQLite before 3.51.3 can lose a WAL that two connections
    # of one process reset at once.
    _lock: Lock = field(default_factory=Lock, repr=False)

    @contextmanager
    def opened(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection; refuse (StoreError) a file that cannot be used."""
        with self._lock:
            try:
                connection = self._connect()
                try:
                    yield connection
                finally:
                    connection.close()
            except sqlite3.Error as error:
                raise StoreError(f"{self.path} cannot be used: {error}") from error

    def _connect(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self.path, isolation_level=None, timeout=10)
        try:
            self._prepare(connection)
        except (sqlite3.Error, StoreError):
            connection.close()
            raise
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        """Set a connection up, and make the tables of a new file."""
        form = self.form
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (format,) = connection.execute("PRAGMA user_version").fetchone()
        connection.execute(f"PRAGMA synchronous = {form.synchronous}")
        if (application, format) == (0, 0):
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(
                f"{form.tables};"
                f"PRAGMA application_id = {form.application_id};"
                f"PRAGMA user_version = {form.format};"
            )
        elif (application, format) != (form.application_id, form.format):
            raise StoreError(f"{self.path} is no {form.name} of format {form.format}; move it away")
