"""Which engine keeps the journal: a file beside the knowledge, or a database of its own.

https://sqlite.org/whentouse.html
"""

from importlib import import_module
from pathlib import Path
from typing import cast

from fhir_kb.errors import StoreError
from fhir_kb.store.journal.interface import Journal
from fhir_kb.store.journal.sqlite import SqliteJournal


def open_journal(folder: Path, mount: str, database: str = "") -> Journal:
    """Return the journal of one FHIR version, made when missing.

    Without a ``database`` it is a file in ``folder``. Refuses (StoreError) a database of a kind
    that is not known, and a file that is no journal.
    """
    if not database:
        return SqliteJournal(journal_path(folder, mount))
    kind = database.partition(":")[0]
    if kind in ("postgresql", "postgres"):
        return _postgres(database, mount)
    raise StoreError(
        f"The setting database begins with {kind!r}; leave it empty for SQLite in the data folder, "
        "or write postgresql://user@host/name"
    )


def journal_path(folder: Path, mount: str) -> Path:
    """Return the file of a journal without a database, which may not be there yet."""
    return folder / f"written-{mount}.sqlite"


def _postgres(url: str, mount: str) -> Journal:
    # Loaded only when it is asked for: its driver is an extra, and costs a start 50 ms.
    try:
        engine = import_module("fhir_kb.store.journal.postgres")
    except ModuleNotFoundError as error:
        raise StoreError(
            f"The setting database asks for PostgreSQL, but {error.name} is not installed; "
            "install fhir_kb[postgresql]"
        ) from error
    return cast("Journal", engine.PostgresJournal(url, mount))
