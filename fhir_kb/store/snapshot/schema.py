"""The tables of a snapshot file, and the checks that every stored blob carries.

https://sqlite.org/fileformat2.html

SQLite has no page checksums: a changed byte inside a page passes its integrity check. Each index
blob is therefore sealed with a CRC-32, each resource row with a CRC-32 over what stands beside
the body, and each body with its SHA-256.
"""

import sqlite3
from pathlib import Path
from zlib import crc32

from fhir_kb.errors import StoreError

FORMAT = 2
APPLICATION_ID = 0x46484B42
LINK_SEPARATOR = "\x1e"

# Large pages: bodies of 2 to 6 kB waste little of them and seldom need overflow chains.
SCHEMA = f"""
PRAGMA page_size = 32768;
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {FORMAT};
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA locking_mode = EXCLUSIVE;
PRAGMA cache_size = -65536;
CREATE TABLE manifest (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE resource_type (type INTEGER PRIMARY KEY, name TEXT NOT NULL, rows BLOB NOT NULL);
CREATE TABLE row_set (name TEXT PRIMARY KEY, rows BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE resource (
    row INTEGER PRIMARY KEY, type INTEGER NOT NULL, id TEXT NOT NULL, version_id TEXT NOT NULL,
    last_updated TEXT NOT NULL, digest BLOB NOT NULL, links TEXT NOT NULL, seal INTEGER NOT NULL,
    body BLOB NOT NULL
);
CREATE TABLE field (
    field INTEGER PRIMARY KEY, type TEXT NOT NULL, parameter TEXT NOT NULL, kind TEXT NOT NULL,
    component INTEGER
);
CREATE TABLE presence (
    type TEXT, parameter TEXT, rows BLOB NOT NULL, PRIMARY KEY (type, parameter)
) WITHOUT ROWID;
CREATE TABLE term (
    field INTEGER, key TEXT, rows BLOB NOT NULL, PRIMARY KEY (field, key)
) WITHOUT ROWID;
CREATE TABLE interval_series (
    id INTEGER PRIMARY KEY, field INTEGER NOT NULL, unit TEXT NOT NULL, typecode TEXT NOT NULL,
    single INTEGER NOT NULL, firsts_low BLOB NOT NULL, firsts_high BLOB
);
CREATE TABLE interval_chunk (
    series INTEGER, side TEXT, chunk INTEGER, ends BLOB NOT NULL, opposite BLOB,
    rows BLOB NOT NULL, members BLOB NOT NULL, PRIMARY KEY (series, side, chunk)
);
CREATE TABLE sort_order (
    type TEXT, parameter TEXT, descending INTEGER, rows BLOB NOT NULL, ranks BLOB NOT NULL,
    ordered BLOB NOT NULL, PRIMARY KEY (type, parameter, descending)
);
CREATE TABLE occurrence (
    type TEXT, parameter TEXT, rows BLOB NOT NULL, PRIMARY KEY (type, parameter)
);
"""

IMPORTED = "imported"
"""The row set of imported resources; all others are curated."""

RESOURCE_IDENTITY = "CREATE UNIQUE INDEX resource_identity ON resource (type, id)"


def resource_seal(
    row: int, type: int, id: str, version_id: str, last_updated: str, digest: bytes, links: str
) -> int:
    """Return the CRC-32 that binds a body's digest to its row, identity and links."""
    head = f"{row}\n{type}\n{id}\n{version_id}\n{last_updated}\n{links}\n"
    return crc32(digest, crc32(head.encode()))


def open_snapshot(path: Path) -> sqlite3.Connection:
    """Return a read-only connection; refuse a file that is no snapshot of this format."""
    try:
        connection = sqlite3.connect(
            path.resolve().as_uri() + "?mode=ro&immutable=1",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
        )
    except sqlite3.Error as error:
        raise StoreError(f"The knowledge {path} cannot be opened: {error}") from error
    try:
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (format,) = connection.execute("PRAGMA user_version").fetchone()
        # An empty file opens as a valid, empty database: only these two numbers tell.
        if (application, format) != (APPLICATION_ID, FORMAT):
            raise StoreError(
                f"{path} is not built knowledge of format {FORMAT}; build the knowledge again"
            )
        connection.execute("PRAGMA mmap_size = 2147418112")
    except sqlite3.DatabaseError as error:
        connection.close()
        raise StoreError(f"The knowledge {path} cannot be read: {error}") from error
    except StoreError:
        connection.close()
        raise
    return connection
