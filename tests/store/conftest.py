import os
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from postgresql import PostgreSQL, made, missing

from fhir_kb.store import Entry, IndexRows, Snapshot, StoredResource, in_row_order, write_snapshot
from fhir_kb.store.journal.interface import Journal
from fhir_kb.store.journal.sqlite import SqliteJournal

MakeEntry = Callable[..., Entry]
MakeSnapshot = Callable[..., Snapshot]


def entry(
    id: str,
    rows: IndexRows | None = None,
    type: str = "Group",
    updated: str = "2024-05-01T00:00:00Z",
) -> Entry:
    body = f'{{"resourceType":"{type}","id":"{id}","quantity":27.00}}'.encode()
    return Entry(StoredResource.of(type, id, "1", updated, body), rows or IndexRows())


@pytest.fixture(scope="session")
def make_entry() -> MakeEntry:
    return entry


@pytest.fixture
def make_snapshot(tmp_path: Path) -> MakeSnapshot:
    def make(entries: Iterable[Entry], name: str = "knowledge.db", release: str = "1") -> Snapshot:
        path = tmp_path / name
        write_snapshot(path, in_row_order(entries), version="R5", release=release)
        return Snapshot.open(path)

    return make


@pytest.fixture(scope="session")
def database() -> Iterator[PostgreSQL]:
    """Return a private PostgreSQL; where it cannot be had the tests say why they do not run."""
    reason = missing()
    if reason and os.environ.get("FHIR_KB_TEST_POSTGRESQL") == "required":
        pytest.fail(f"FHIR_KB_TEST_POSTGRESQL is required, but {reason}")
    if reason:
        pytest.skip(f"{reason}; FHIR_KB_TEST_POSTGRESQL=required makes this a failure")
    server = made()
    server.start()
    yield server
    server.remove()


@pytest.fixture(params=["sqlite", "postgresql"])
def open_journal(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[..., Journal]]:
    """Return what opens the same journal again, as another process would; in each engine."""
    opened: list[Journal] = []
    engine = sqlite_opener(tmp_path)
    if request.param == "postgresql":
        engine = postgres_opener(request.getfixturevalue("database"))

    def open(name: str = "written", **options: Any) -> Journal:
        opened.append(engine(name, options))
        return opened[-1]

    yield open
    for journal in opened:
        journal.close()


Opener = Callable[[str, dict[str, Any]], Journal]


def sqlite_opener(folder: Path) -> Opener:
    return lambda name, options: SqliteJournal(folder / f"{name}.sqlite", **options)


def postgres_opener(server: PostgreSQL) -> Opener:
    engine = import_module("fhir_kb.store.journal.postgres").PostgresJournal
    unique = uuid4().hex[:12]
    return lambda name, options: engine(server.url, f"{unique}_{name}", **options)
