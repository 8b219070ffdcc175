"""A small world that clients write to, and the same world built in one go."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fhir_kb.definitions import SearchParameter, load
from fhir_kb.formats import Json
from fhir_kb.formats.json import read_json
from fhir_kb.search import (
    Indexer,
    SearchResult,
    SearchTable,
    search,
    search_system,
    search_table,
)
from fhir_kb.store import (
    Entry,
    Snapshot,
    SnapshotHolder,
    StoredResource,
    WrittenStore,
    in_row_order,
    write_snapshot,
)
from fhir_kb.store.interface import Store
from fhir_kb.store.journal.interface import Journal

TYPES = ("AdverseEvent", "Group", "Organization")
EXTENSION = "http://example.org/extension/"


def _own(code: str, kind: str, value: str) -> SearchParameter:
    expression = f"AdverseEvent.extension.where(url = '{EXTENSION}{code}').value.ofType({value})"
    return SearchParameter(code, f"http://example.org/AdverseEvent-{code}", kind, expression)


OWN = {
    "AdverseEvent": [
        _own("dose", "quantity", "Quantity"),
        _own("onset", "date", "Period"),
        _own("comment", "string", "string"),
        _own("page", "uri", "uri"),
        _own("frequency", "number", "decimal"),
    ]
}

TABLE: SearchTable = search_table(
    "R5", load("R5"), TYPES, OWN, whole={"_text": "special", "_content": "special"}
)
INDEXER = Indexer(TABLE)


def entry(resource: Json, updated: str = "2024-05-01T00:00:00Z", imported: bool = True) -> Entry:
    stamped = {**resource, "meta": {"versionId": "1", "lastUpdated": updated}}
    body = json.dumps(stamped, default=str).encode()
    stored = StoredResource.of(resource["resourceType"], resource["id"], "1", updated, body)
    return Entry(stored, INDEXER.index(read_json(body)), imported)


def snapshot_of(path: Path, entries: Iterable[Entry], release: str = "1") -> Snapshot:
    write_snapshot(path, in_row_order(entries), version="R5", release=release)
    return Snapshot.open(path)


def rebuilt(path: Path, store: Store) -> Snapshot:
    """Return a snapshot of the state that ``store`` is in, built in one go."""
    rows = [row for type in TYPES for row in store.rows_of_type(type)]
    entries = (
        Entry(resource, INDEXER.index(read_json(resource.body)))
        for resource in store.resources(sorted(rows))
    )
    write_snapshot(path, entries, version="R5", release="1")
    return Snapshot.open(path)


@dataclass(frozen=True)
class WrittenWorld:
    """A folder with knowledge and the store of what is written above it."""

    folder: Path
    journal: Journal
    written: WrittenStore

    def put(self, *resources: Json, method: Any = "PUT") -> None:
        """Write the resources in one transaction."""
        with self.written.transaction() as transaction:
            for resource in resources:
                transaction.write(method, resource["resourceType"], resource["id"], resource)

    def delete(self, type: str, id: str) -> None:
        with self.written.transaction() as transaction:
            transaction.delete(type, id)

    def search(self, type: str, *pairs: tuple[str, str], store: Store | None = None) -> Any:
        return ask(store or self.written.current(), type, *pairs)

    def ids(self, type: str, *pairs: tuple[str, str]) -> list[str]:
        return [match.id for match in self.search(type, *pairs).matches]


def ask(store: Store, type: str, *pairs: tuple[str, str]) -> SearchResult:
    """Return what a search of one type finds, or without a type a search over several."""
    return search(store, TABLE, type, pairs) if type else search_system(store, TABLE, pairs)


def world(folder: Path, journal: Journal, entries: Iterable[Entry] = ()) -> WrittenWorld:
    """Return a world whose knowledge is made of ``entries``."""
    path = folder / "knowledge.sqlite"
    if not path.exists():
        snapshot_of(path, entries).close()
    holder = SnapshotHolder(path)
    return WrittenWorld(
        folder, journal, WrittenStore(holder.current, journal, INDEXER.index, "rules 1")
    )


MakeJournal = Callable[..., Journal]


def group(id: str, **more: Any) -> Json:
    return {"resourceType": "Group", "id": id, "type": "person", **more}


def event(id: str, **values: Mapping[str, Any]) -> Json:
    extensions = [{"url": EXTENSION + code, **value} for code, value in values.items()]
    resource: Json = {"resourceType": "AdverseEvent", "id": id, "status": "completed"}
    return {**resource, "extension": extensions} if extensions else resource
