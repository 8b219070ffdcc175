"""Imported resources on their way into a snapshot, and how far each file of them was read.

https://hl7.org/fhir/uv/bulkdata/export.html

A batch of resources is committed together with the place in the file behind it, so that an import
that was killed goes on where it stopped. The snapshot is built from all that is kept here, again
with every release of the knowledge.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from fhir_kb.errors import StoreError, StoreUnavailable
from fhir_kb.store.instants import microseconds
from fhir_kb.store.resource import StoredResource

FORMAT = 1
APPLICATION_ID = 0x464B4249

_SCHEMA = """
CREATE TABLE source (
    source INTEGER PRIMARY KEY, name TEXT NOT NULL, digest TEXT NOT NULL UNIQUE,
    place INTEGER NOT NULL DEFAULT 0, line INTEGER NOT NULL DEFAULT 0,
    loaded INTEGER NOT NULL DEFAULT 0, refused INTEGER NOT NULL DEFAULT 0,
    finished INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE staged (
    type TEXT NOT NULL, id TEXT NOT NULL, version_id TEXT NOT NULL, last_updated TEXT NOT NULL,
    updated INTEGER NOT NULL, source INTEGER NOT NULL, line INTEGER NOT NULL, body BLOB NOT NULL
);
CREATE UNIQUE INDEX staged_identity ON staged (type, id);
CREATE INDEX staged_order ON staged (updated, type DESC, id DESC);
CREATE TABLE pending (is_pending INTEGER NOT NULL);
INSERT INTO pending VALUES (0);
"""


class Staged(NamedTuple):
    """A resource that was read, and the line of its file that it stood on."""

    resource: StoredResource
    line: int


@dataclass(frozen=True, slots=True)
class Source:
    """A file and how far it was read: to the byte ``place``, behind ``line`` lines."""

    number: int
    name: str
    digest: str
    place: int
    line: int
    loaded: int
    refused: int
    finished: bool


class Staging:
    """The imports of one FHIR version, in one SQLite file; opened by one process at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(path, isolation_level=None, timeout=2)
            self._connection.execute("PRAGMA page_size = 32768")
            self._connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._connection.execute("PRAGMA synchronous = FULL")
            with self._changing():
                found = self._connection.execute("PRAGMA application_id").fetchone()[0]
            if not found:
                self._make()
            self._check_format()
        except (OSError, sqlite3.Error) as error:
            raise self._unusable(error) from error

    def close(self) -> None:
        """Let another process have the file."""
        self._connection.close()

    def source(self, name: str, digest: str) -> Source:
        """Return the file of this SHA-256, whatever it was called, noted now if it is new."""
        with self._changing():
            self._connection.execute(
                "INSERT OR IGNORE INTO source (name, digest) VALUES (?, ?)", (name, digest)
            )
        return next(source for source in self.sources() if source.digest == digest)

    def sources(self) -> list[Source]:
        """Return every file of which something was read, in the order they came."""
        return [
            Source(number, name, digest, place, line, loaded, refused, finished=bool(finished))
            for number, name, digest, place, line, loaded, refused, finished in (
                self._connection.execute("SELECT * FROM source ORDER BY source")
            )
        ]

    def line_of(self, source: int, type: str, id: str) -> int | None:
        """Return the line of this file that a resource was read from; None for no such."""
        found = self._connection.execute(
            "SELECT line FROM staged WHERE type = ? AND id = ? AND source = ?", (type, id, source)
        ).fetchone()
        return None if found is None else int(found[0])

    def add(
        self, source: int, batch: Sequence[Staged], refused: int, place: int, line: int
    ) -> None:
        """Keep a batch, with the place behind it, in one step; what had the same id goes."""
        with self._changing():
            self._connection.executemany(
                "INSERT OR REPLACE INTO staged VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (_row(source, staged) for staged in batch),
            )
            self._connection.execute(
                "UPDATE source SET place = ?, line = ?, loaded = loaded + ?, refused = refused + ? "
                "WHERE source = ?",
                (place, line, len(batch), refused, source),
            )
            self._connection.execute("UPDATE pending SET is_pending = 1")

    def finish(self, source: int) -> None:
        """Note that a file was read to its end."""
        with self._changing():
            self._connection.execute("UPDATE source SET finished = 1 WHERE source = ?", (source,))

    def remove(self, source: int) -> int:
        """Forget a file and the resources that came from it; return how many these were."""
        with self._changing():
            gone = self._connection.execute("DELETE FROM staged WHERE source = ?", (source,))
            self._connection.execute("DELETE FROM source WHERE source = ?", (source,))
            self._connection.execute("UPDATE pending SET is_pending = 1")
        return gone.rowcount

    @property
    def is_pending(self) -> bool:
        """Whether something changed since the last snapshot was built."""
        return bool(self._connection.execute("SELECT is_pending FROM pending").fetchone()[0])

    def built(self) -> None:
        """Note that a snapshot holds all that is kept here."""
        with self._changing():
            self._connection.execute("UPDATE pending SET is_pending = 0")

    @property
    def types(self) -> frozenset[str]:
        """The resource types that are kept."""
        return frozenset(
            name for (name,) in self._connection.execute("SELECT DISTINCT type FROM staged")
        )

    def __len__(self) -> int:
        (number,) = self._connection.execute("SELECT count(*) FROM staged").fetchone()
        return int(number)

    def resources(self) -> Iterator[StoredResource]:
        """Yield everything in the order of a snapshot's rows."""
        rows = self._connection.execute(
            "SELECT type, id, version_id, last_updated, body FROM staged INDEXED BY staged_order "
            "ORDER BY updated, type DESC, id DESC"
        )
        for row in rows:
            yield StoredResource.of(*row)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        try:
            self._connection.execute("BEGIN EXCLUSIVE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    def _make(self) -> None:
        marks = f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {FORMAT};"
        self._connection.executescript(f"BEGIN EXCLUSIVE; {marks} {_SCHEMA} COMMIT;")

    def _check_format(self) -> None:
        numbers = [
            self._connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("application_id", "user_version")
        ]
        if numbers != [APPLICATION_ID, FORMAT]:
            raise StoreError(f"{self._path} does not hold imports of format {FORMAT}")

    def _unusable(self, error: Exception) -> StoreUnavailable:
        why = "another import is under way" if "locked" in str(error) else str(error)
        return StoreUnavailable(f"The imports in {self._path} cannot be used now: {why}")


def _row(source: int, staged: Staged) -> tuple[object, ...]:
    resource = staged.resource
    return (
        resource.type,
        resource.id,
        resource.version_id,
        resource.last_updated,
        microseconds(resource.last_updated),
        source,
        staged.line,
        resource.body,
    )
