"""Knowledge is replaced while requests are answered from the old."""

from collections.abc import Callable
from pathlib import Path

import pytest

from fhir_kb.errors import StoreError
from fhir_kb.store import Entry, SnapshotHolder, write_snapshot

MakeEntry = Callable[..., Entry]


@pytest.fixture
def path(tmp_path: Path, make_entry: MakeEntry) -> Path:
    path = tmp_path / "r5.db"
    write_snapshot(path, [make_entry("old")], version="R5", release="1")
    return path


def test_a_new_file_is_seen_by_the_next_request(path: Path, make_entry: MakeEntry) -> None:
    holder = SnapshotHolder(path)
    before = holder.current()
    assert before is holder.current()
    write_snapshot(path, [make_entry("new")], version="R5", release="2")
    after = holder.current()
    assert (
        after.release,
        after.read("Group", "new") is not None,
        after.read("Group", "old") is not None,
    ) == ("2", True, False)


def test_a_request_under_way_keeps_what_it_began_with(path: Path, make_entry: MakeEntry) -> None:
    """Half a page from each release would repeat or lose resources."""
    holder = SnapshotHolder(path)
    held = holder.current()
    write_snapshot(path, [make_entry("new")], version="R5", release="2")
    assert holder.current() is not held
    assert held.read("Group", "old") is not None


def test_a_broken_file_leaves_the_old_knowledge_and_is_reported(path: Path) -> None:
    holder = SnapshotHolder(path)
    broken = path.with_name("broken")
    broken.write_bytes(b"")
    broken.replace(path)
    assert holder.current().release == "1"
    assert isinstance(holder.refusal, StoreError)


def test_a_removed_file_leaves_the_old_knowledge(path: Path) -> None:
    holder = SnapshotHolder(path)
    path.unlink()
    assert holder.current().read("Group", "old") is not None


def test_without_a_file_there_is_no_holder(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        SnapshotHolder(tmp_path / "none.db")
