"""A build succeeds as a whole or leaves everything as it was."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fhir_kb.errors import StoreError
from fhir_kb.store import Entry, IndexRows, Snapshot, in_row_order, write_snapshot
from fhir_kb.store.index import DateEntry, QuantityEntry, TokenEntry
from fhir_kb.store.snapshot.schema import SCHEMA

MakeEntry = Callable[..., Entry]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "r5.db"


def indexed(number: int) -> IndexRows:
    return IndexRows(
        tokens={"code": [TokenEntry("http://s", f"c{number % 3}"), TokenEntry(None, "all")]},
        strings={"name": [f"Näme {number}"]},
        dates={"date": [DateEntry(number, number + 10)]},
        quantities={"dose": [QuantityEntry(number, number, None, "mg", None)]},
    )


def test_the_same_entries_give_the_same_bytes(path: Path, make_entry: MakeEntry) -> None:
    """Whoever rebuilds a release can compare checksums."""
    entries = in_row_order(make_entry(f"id-{n}", indexed(n)) for n in range(20))
    files = []
    for _ in range(2):
        write_snapshot(path, entries, version="R5", release="1")
        files.append(path.read_bytes())
    assert files[0] == files[1]


@pytest.mark.parametrize("changed", [indexed(2), IndexRows()])
def test_the_fingerprint_tells_another_index(
    changed: IndexRows, path: Path, make_entry: MakeEntry
) -> None:
    """Pages of a search are bound to it: the same bodies indexed differently are other pages."""
    one = write_snapshot(path, [make_entry("a", indexed(1))], version="R5", release="1")
    other = write_snapshot(path, [make_entry("a", changed)], version="R5", release="1")
    assert one.total == other.total
    assert one.fingerprint != other.fingerprint


def test_small_batches_give_the_same_index(
    path: Path, make_entry: MakeEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Spilling and merging is what a million resources go through."""
    entries = in_row_order(make_entry(f"id-{n}", indexed(n)) for n in range(20))
    whole = write_snapshot(path, entries, version="R5", release="1")
    monkeypatch.setattr("fhir_kb.store.snapshot.writer.BATCH", 3)
    assert whole == write_snapshot(path, entries, version="R5", release="1")


def test_no_resources_are_a_valid_snapshot(path: Path) -> None:
    write_snapshot(path, [], version="R5", release="1")
    assert Snapshot.open(path).total("Group") == 0


def test_entries_out_of_order_are_refused(path: Path, make_entry: MakeEntry) -> None:
    entries = [
        make_entry("new", updated="2024-05-01T00:00:00Z"),
        make_entry("old", updated="2023-05-01T00:00:00Z"),
    ]
    with pytest.raises(StoreError, match="Group/old was updated before"):
        write_snapshot(path, entries, version="R5", release="1")


def test_an_identity_given_twice_is_refused(path: Path, make_entry: MakeEntry) -> None:
    entries = [make_entry("a"), make_entry("b"), make_entry("a")]
    with pytest.raises(StoreError, match="share the identity Group/a"):
        write_snapshot(path, entries, version="R5", release="1")


@pytest.mark.parametrize("updated", ["", "2024-05-01", "yesterday", "2024-05-01T00:00:00"])
def test_an_update_that_is_no_instant_is_refused(
    updated: str, path: Path, make_entry: MakeEntry
) -> None:
    with pytest.raises(StoreError, match="is no instant"):
        write_snapshot(path, [make_entry("a", updated=updated)], version="R5", release="1")


def test_a_build_that_fails_leaves_the_old_file_and_no_other(
    path: Path, make_entry: MakeEntry
) -> None:
    """The server goes on with the knowledge it has."""
    write_snapshot(path, [make_entry("a")], version="R5", release="1")
    before = path.read_bytes()

    def failing() -> Iterator[Entry]:
        yield make_entry("b")
        raise RuntimeError("the source broke off")

    with pytest.raises(RuntimeError):
        write_snapshot(path, failing(), version="R5", release="2")
    assert before == path.read_bytes()
    assert [path] == list(path.parent.iterdir())


def test_a_full_disk_leaves_the_old_file(
    path: Path, make_entry: MakeEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite reports a page limit as it reports a full disk."""
    write_snapshot(path, [make_entry("a")], version="R5", release="1")
    before = path.read_bytes()
    limited = SCHEMA + "PRAGMA max_page_count = 22;"
    monkeypatch.setattr("fhir_kb.store.snapshot.writer.SCHEMA", limited)
    many = (make_entry(f"{number}", indexed(number)) for number in range(3_000))
    with pytest.raises(StoreError, match="disk is full"):
        write_snapshot(path, many, version="R5", release="2")
    assert before == path.read_bytes()
    assert [path] == list(path.parent.iterdir())


def test_a_folder_that_cannot_be_made_is_a_store_error(
    tmp_path: Path, make_entry: MakeEntry
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be written"):
        write_snapshot(tmp_path / "file" / "r5.db", [make_entry("a")], version="R5", release="1")
