"""The tables of a journal file, and how a file is made, known and brought up to date.

https://sqlite.org/pragma.html#pragma_user_version
"""

import os
import sqlite3
from pathlib import Path

from fhir_kb.errors import StoreError

APPLICATION_ID = 0x46484B4A

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    INSERT INTO about VALUES ('identity', lower(hex(randomblob(16))));
    CREATE TABLE version (
        sequence INTEGER PRIMARY KEY, method TEXT NOT NULL, type TEXT NOT NULL, id TEXT NOT NULL,
        version_id TEXT NOT NULL, last_updated TEXT NOT NULL, instant INTEGER NOT NULL,
        digest BLOB NOT NULL, seal INTEGER NOT NULL, indexed_by TEXT NOT NULL,
        index_rows BLOB NOT NULL, body BLOB NOT NULL
    );
    CREATE UNIQUE INDEX version_by_version_id ON version (type, id, version_id);
    CREATE INDEX version_by_resource ON version (type, id, sequence);
    CREATE INDEX version_by_type ON version (type, sequence);
    CREATE INDEX version_by_instant ON version (instant);
    """,
)
"""Each brings a file from the format of its place to the next; only ever added to."""

_UNAVAILABLE = frozenset(
    {"SQLITE_FULL", "SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_BUSY", "SQLITE_LOCKED"}
    | {"SQLITE_PERM", "SQLITE_NOMEM", "SQLITE_PROTOCOL", "SQLITE_IOERR", "SQLITE_INTERRUPT"}
)


def is_unavailable(error: sqlite3.Error) -> bool:
    """Whether the same may work later: disk full, file read-only, locked or out of reach."""
    name = getattr(error, "sqlite_errorname", "")
    return "_".join(name.split("_")[:2]) in _UNAVAILABLE


def reading_uri(path: Path) -> str:
    """Return how the file is opened for reading."""
    log = path.with_name(path.name + "-wal")
    is_read_only = bool(os.statvfs(path).f_flag & os.ST_RDONLY)
    # A read-only file system lets no log be made, and without one nothing can be missing.
    options = "?mode=ro&immutable=1" if is_read_only and not log.exists() else "?mode=ro"
    return path.resolve().as_uri() + options


def is_prepared(path: Path, migrations: tuple[str, ...] = MIGRATIONS) -> bool:
    """Whether the file is there and of this format, so that nothing has to be written.

    Refuses (StoreError) a file that is no journal, is empty, or was written by a newer release.
    """
    if not path.exists():
        return False
    if not path.stat().st_size:
        raise StoreError(
            f"{path} is empty, which a journal of written resources never is; restore it from a "
            "backup, or remove it to begin without any"
        )
    format = _format_of(path)
    if format > len(migrations):
        raise StoreError(
            f"{path} has format {format} of a newer fhir_kb; this one reads up to "
            f"{len(migrations)}. Run the newer one"
        )
    return format == len(migrations)


def prepare_journal(path: Path, migrations: tuple[str, ...] = MIGRATIONS) -> None:
    """Make the file when it is missing, else bring it up to date; call under the writers' lock.

    Refuses what ``is_prepared`` refuses.
    """
    if is_prepared(path, migrations):
        return
    if path.exists():
        _migrate(path, _format_of(path), migrations)
    else:
        _make(path, migrations)


def _make(path: Path, migrations: tuple[str, ...]) -> None:
    """Make the file complete beside its place, so that it is there whole or not at all."""
    log = path.with_name(path.name + "-wal")
    if log.exists() and log.stat().st_size:
        raise StoreError(
            f"{log} holds commits of a journal that is missing; put {path.name} back beside it, "
            "or remove both to begin without any"
        )
    partial = path.with_name(f".{path.name}.partial")
    partial.unlink(missing_ok=True)
    try:
        connection = sqlite3.connect(partial, isolation_level=None)
        try:
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            _apply(connection, 0, migrations)
            connection.execute("PRAGMA journal_mode = WAL")
        finally:
            connection.close()
        # What clients write may be about people; the log gets the rights of the file.
        partial.chmod(0o640)
        _sync(partial)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    _sync(path.parent)


def _format_of(path: Path) -> int:
    with path.open("rb") as file:
        is_database = file.read(16) == b"SQLite format 3\x00"
    if not is_database:
        raise StoreError(f"{path} is no journal of written resources; move it away")
    connection = sqlite3.connect(reading_uri(path), uri=True)
    try:
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (format,) = connection.execute("PRAGMA user_version").fetchone()
    finally:
        connection.close()
    if application != APPLICATION_ID:
        raise StoreError(f"{path} is a database of another application; move it away")
    return int(format)


def _migrate(path: Path, format: int, migrations: tuple[str, ...]) -> None:
    connection = sqlite3.connect(path, isolation_level=None, timeout=10)
    try:
        connection.execute("PRAGMA synchronous = FULL")
        _apply(connection, format, migrations)
    finally:
        connection.close()


def _apply(connection: sqlite3.Connection, format: int, migrations: tuple[str, ...]) -> None:
    """Apply what is missing in one transaction: a kill leaves the old format or the new."""
    steps = "".join(migrations[format:])
    connection.executescript(
        f"BEGIN IMMEDIATE; {steps} PRAGMA user_version = {len(migrations)}; COMMIT;"
    )


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
