"""The tables that a snapshot is searched by; the resources themselves stand behind (``records``).

https://sqlite.org/fileformat2.html
"""

import sqlite3
from pathlib import Path

from fhir_kb.errors import StoreError

FORMAT = 3
APPLICATION_ID = 0x46484B42

# Large pages: sets of rows seldom need overflow chains.
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
        raise StoreError(
            f"The knowledge {path} cannot be read: {error}; build the knowledge again"
        ) from error
    except StoreError:
        connection.close()
        raise
    return connection
