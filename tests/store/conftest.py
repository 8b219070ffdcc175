from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fhir_kb.store import Entry, IndexRows, Snapshot, StoredResource, in_row_order, write_snapshot
from fhir_kb.store.sqlite_journal import SqliteJournal
from fhir_kb.store.writing import Journal

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


@pytest.fixture
def open_journal(tmp_path: Path) -> Iterator[Callable[..., Journal]]:
    """Return what opens the same journal again, as another process would."""
    opened: list[Journal] = []

    def open(name: str = "written", **options: Any) -> Journal:
        opened.append(SqliteJournal(tmp_path / f"{name}.sqlite", **options))
        return opened[-1]

    yield open
    for journal in opened:
        journal.close()
