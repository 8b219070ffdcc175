"""Everything that is stored, in one stream: whole, checked, in row order."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pyroaring import BitMap
from written_world import entry, group, world

from fhir_kb.errors import CorruptedResource
from fhir_kb.store import Snapshot
from fhir_kb.store.sqlite_journal import SqliteJournal

MakeEntry = Callable[..., object]
MakeSnapshot = Callable[..., Snapshot]


def stored(make_entry: MakeEntry, make_snapshot: MakeSnapshot) -> Snapshot:
    kinds = ("Group", "Organization", "Group")
    return make_snapshot(
        [make_entry(f"r{number}", type=kinds[number % 3]) for number in range(1200)]
    )


@pytest.mark.parametrize("every", [1, 2, 3, 7, 100])
def test_the_stream_is_what_single_reads_give(
    make_entry: MakeEntry, make_snapshot: MakeSnapshot, every: int
) -> None:
    """Near rows are swept, far ones looked up; neither may lose, repeat or reorder any."""
    snapshot = stored(make_entry, make_snapshot)
    everything = snapshot.rows_of_type("Group") | snapshot.rows_of_type("Organization")
    rows = BitMap(list(everything)[::every])
    expected = [(resource.type, resource.body) for resource in snapshot.resources(rows)]
    assert list(snapshot.bodies(rows)) == expected


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
    given = [body for _, body in damaged.bodies(damaged.rows_of_type("Organization"))]
    refused = [body for body in given if isinstance(body, CorruptedResource)]
    sound = [body for _, body in damaged.bodies(damaged.rows_of_type("Group"))]
    (told,) = [each.message for each in [*refused, *sound] if isinstance(each, CorruptedResource)]
    assert "r7" in told
    assert len(given) + len(sound) == 1200


def test_what_clients_wrote_comes_behind(tmp_path: Path) -> None:
    """A written version takes the place of the one below it."""
    below = [entry(group("kept")), entry(group("changed")), entry(group("gone"))]
    written = world(tmp_path, SqliteJournal(tmp_path / "written.sqlite"), below)
    written.put(group("changed", name="new"), group("added"))
    written.delete("Group", "gone")
    store = written.written.current()
    rows = store.rows_of_type("Group")
    expected = [(resource.type, resource.body) for resource in store.resources(rows)]
    assert list(store.bodies(rows)) == expected
    assert [resource.id for resource in store.resources(rows)] == ["kept", "changed", "added"]
