"""Everything that is stored, in one stream: whole, checked, in row order."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pyroaring import BitMap
from written_world import entry, group, world

from fhir_kb.store import Snapshot
from fhir_kb.store.interface import Rows, Store
from fhir_kb.store.journal.sqlite import SqliteJournal

MakeEntry = Callable[..., object]
MakeSnapshot = Callable[..., Snapshot]


def stored(make_entry: MakeEntry, make_snapshot: MakeSnapshot) -> Snapshot:
    kinds = ("Group", "Organization", "Group")
    return make_snapshot(
        [make_entry(f"r{number}", type=kinds[number % 3]) for number in range(1200)]
    )


def texts(store: Store, rows: Rows) -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = {}
    for part in store.bodies(rows):
        found.setdefault(part.type, []).extend(part.texts)
    return {type: bodies for type, bodies in found.items() if bodies}


@pytest.mark.parametrize("every", [1, 2, 3, 7, 100])
def test_the_stream_is_what_single_reads_give(
    make_entry: MakeEntry, make_snapshot: MakeSnapshot, every: int
) -> None:
    """Near rows are swept, far ones looked up; neither may lose, repeat or reorder any."""
    snapshot = stored(make_entry, make_snapshot)
    everything = snapshot.rows_of_type("Group") | snapshot.rows_of_type("Organization")
    rows = BitMap(list(everything)[::every])
    assert texts(snapshot, rows) == {
        type: [each.body for each in snapshot.resources(rows) if each.type == type]
        for type in ("Group", "Organization")
    }


def test_a_damaged_body_is_told_in_its_place(
    make_entry: MakeEntry, make_snapshot: MakeSnapshot
) -> None:
    """The others are still given: one bad page must not stop an export."""
    snapshot = stored(make_entry, make_snapshot)
    content = snapshot.path.read_bytes()
    spoilt = content.replace(b'"id":"r7","quantity":27.00', b'"id":"r7","quantity":72.00')
    assert spoilt != content
    snapshot.path.write_bytes(spoilt)
    damaged = Snapshot.open(snapshot.path)
    everything = damaged.rows_of_type("Organization") | damaged.rows_of_type("Group")
    (told,) = [refusal for part in damaged.bodies(everything) for refusal in part.refused]
    assert "r7" in told.message
    assert sum(map(len, texts(damaged, everything).values())) == 1199


def test_what_clients_wrote_comes_behind(tmp_path: Path) -> None:
    """A written version takes the place of the one below it."""
    below = [entry(group("kept")), entry(group("changed")), entry(group("gone"))]
    written = world(tmp_path, SqliteJournal(tmp_path / "written.sqlite"), below)
    written.put(group("changed", name="new"), group("added"))
    written.delete("Group", "gone")
    store = written.written.current()
    rows = store.rows_of_type("Group")
    assert texts(store, rows) == {"Group": [each.body for each in store.resources(rows)]}
    assert [resource.id for resource in store.resources(rows)] == ["kept", "changed", "added"]
