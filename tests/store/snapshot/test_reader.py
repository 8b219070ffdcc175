"""What was written is what is read, or it is refused: a changed digit is a changed dose."""

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from fhir_kb.errors import CorruptedResource, StoreError
from fhir_kb.store import Entry, Field, IndexRows, Snapshot
from fhir_kb.store.index import ReferenceEntry, TokenEntry
from fhir_kb.store.interface import Link
from fhir_kb.store.snapshot.records import identity_hash

MakeEntry = Callable[..., Entry]
MakeSnapshot = Callable[..., Snapshot]

SYSTEM = "http://terms.example.org"


def flip(path: Path, old: bytes, new: bytes) -> None:
    content = path.read_bytes()
    assert content.count(old) == 1
    path.write_bytes(content.replace(old, new))


def test_a_body_comes_back_byte_for_byte(
    make_entry: MakeEntry, make_snapshot: MakeSnapshot
) -> None:
    """27.00 must not become 27.0: printed figures keep their digits."""
    written = make_entry("a")
    snapshot = make_snapshot([written])
    assert written.resource == snapshot.read("Group", "a")


@pytest.mark.parametrize(
    ("type", "id"),
    [("Group", "b"), ("Patient", "a"), ("Group", ""), ("Group", "\ud800"), ("Group", "a\x00")],
)
def test_an_unknown_identity_is_none(
    type: str, id: str, make_entry: MakeEntry, make_snapshot: MakeSnapshot
) -> None:
    assert make_snapshot([make_entry("a")]).read(type, id) is None


def test_totals_are_kept_by_type(make_entry: MakeEntry, make_snapshot: MakeSnapshot) -> None:
    snapshot = make_snapshot(
        [make_entry("a"), make_entry("b"), make_entry("a", type="ResearchStudy")]
    )
    assert tuple(map(snapshot.total, ("Group", "ResearchStudy", "Patient"))) == (2, 1, 0)
    assert snapshot.types == ("Group", "ResearchStudy")


def test_the_largest_row_is_the_newest_and_of_one_instant_the_first_by_id(
    make_entry: MakeEntry, make_snapshot: MakeSnapshot
) -> None:
    """The default order of a search is read off row numbers."""
    snapshot = make_snapshot(
        [
            make_entry("b", updated="2024-05-01T00:00:00Z"),
            make_entry("new", updated="2024-05-01T02:00:00+01:00"),
            make_entry("a", updated="2024-05-01T00:00:00Z"),
            make_entry("old", updated="2023-12-31T23:00:00Z"),
        ]
    )
    newest_first = sorted(snapshot.rows_of_type("Group"), reverse=True)
    assert [r.id for r in snapshot.resources(newest_first)] == ["new", "a", "b", "old"]


def test_a_changed_body_is_reported_and_never_served(
    make_entry: MakeEntry, make_snapshot: MakeSnapshot
) -> None:
    """SQLite's integrity check passes a changed byte inside a page: the wrong dose is read."""
    snapshot = make_snapshot([make_entry("dose"), make_entry("other")])
    flip(snapshot.path, b'"id":"dose","quantity":27.00', b'"id":"dose","quantity":72.00')
    damaged = Snapshot.open(snapshot.path)
    assert damaged.read("Group", "other") is not None
    with pytest.raises(CorruptedResource, match="Group/dose does not match its SHA-256"):
        damaged.read("Group", "dose")
    with pytest.raises(CorruptedResource):
        damaged.resources(damaged.rows_of_type("Group"))


def test_no_changed_byte_changes_an_answer(
    make_entry: MakeEntry, make_snapshot: MakeSnapshot
) -> None:
    """Wherever in the records it is: told, or without effect; nothing is missing in silence."""
    snapshot = make_snapshot([make_entry("a"), make_entry("b", type="Organization")])
    known = [("Group", "a"), ("Organization", "b")]
    answers = [snapshot.read(*each) for each in known]
    content = snapshot.path.read_bytes()
    (page_size, pages) = (int.from_bytes(content[16:18], "big"), int.from_bytes(content[28:32]))
    told = 0
    for place in range(page_size * pages, len(content)):
        changed = bytearray(content)
        changed[place] ^= 0x11
        snapshot.path.write_bytes(changed)
        try:
            damaged = Snapshot.open(snapshot.path)
            assert [damaged.read(*each) for each in known] == answers
        except StoreError:
            told += 1
    assert told == len(content) - page_size * pages


@pytest.mark.parametrize("lost", [1, 100, 400, 40_000])
def test_a_file_that_lost_its_end_is_refused(
    lost: int, make_entry: MakeEntry, make_snapshot: MakeSnapshot
) -> None:
    """A copy that broke off must not be served as if there were nothing else."""
    path = make_snapshot([make_entry(f"r{number}") for number in range(20)]).path
    path.write_bytes(path.read_bytes()[:-lost])
    with pytest.raises(StoreError, match=r"build the knowledge again"):
        Snapshot.open(path)


def test_ids_that_share_a_hash_are_told_apart(
    make_entry: MakeEntry, make_snapshot: MakeSnapshot
) -> None:
    """These two have one CRC-32, whatever stands before them."""
    ids = ("plumless", "buckeroo")
    assert len({identity_hash("Group", id) for id in ids}) == 1
    snapshot = make_snapshot([make_entry(ids[0]), make_entry(ids[1])])
    for id in ids:
        found = snapshot.read("Group", id)
        assert found is not None
        assert found.id == id
        row = snapshot.row("Group", id)
        assert row is not None
        assert snapshot.identities([row]) == [("Group", id)]
    alone = make_snapshot([make_entry(ids[0])])
    assert alone.read("Group", ids[1]) is None
    assert alone.row("Group", ids[1]) is None


def test_a_changed_set_of_rows_is_reported(
    make_entry: MakeEntry, make_snapshot: MakeSnapshot
) -> None:
    """A search that silently loses matches is as wrong as a changed body."""
    rows = IndexRows(tokens={"code": [TokenEntry(SYSTEM, "dvt")]})
    path = make_snapshot([make_entry("a", rows)]).path
    with sqlite3.connect(path) as connection:
        ((blob,),) = connection.execute("SELECT rows FROM term LIMIT 1").fetchall()
        connection.execute("UPDATE term SET rows = ?", (blob[:-1] + bytes([blob[-1] ^ 1]),))
    with pytest.raises(CorruptedResource, match="index"):
        Snapshot.open(path).term(Field("Group", "code", "token"), f"dvt\x1f{SYSTEM}")


@pytest.mark.parametrize("content", [b"", b"not a database at all", b"\x00" * 4096])
def test_a_file_that_is_no_snapshot_is_refused(content: bytes, tmp_path: Path) -> None:
    """An empty file opens as a valid, empty database."""
    path = tmp_path / "knowledge.db"
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"build the knowledge again|cannot be read"):
        Snapshot.open(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened"):
        Snapshot.open(tmp_path / "none.db")


def test_a_truncated_file_is_refused_when_it_is_read(
    make_entry: MakeEntry, make_snapshot: MakeSnapshot
) -> None:
    path = make_snapshot([make_entry(f"id-{number}") for number in range(300)]).path
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(StoreError):
        snapshot = Snapshot.open(path)
        snapshot.resources(snapshot.rows_of_type("Group"))


def test_links_tell_the_references_that_a_resource_holds(
    make_entry: MakeEntry, make_snapshot: MakeSnapshot
) -> None:
    rows = IndexRows(
        references={
            "member": [ReferenceEntry("Group", "b")],
            "definition": [ReferenceEntry(None, None, "http://example.org/plan|2")],
        }
    )
    snapshot = make_snapshot([make_entry("a", rows)])
    expected = (
        Link("member", "Group", "b", None),
        Link("definition", None, None, "http://example.org/plan|2"),
    )
    assert expected == snapshot.links(snapshot.row("Group", "a") or 0)


def test_presence_covers_every_kind_of_value(
    make_entry: MakeEntry, make_snapshot: MakeSnapshot
) -> None:
    """A concept with text alone has no code, yet :missing must not call it missing."""
    snapshot = make_snapshot(
        [make_entry("text", IndexRows(texts={"code": ["DVT"]})), make_entry("none")]
    )
    assert [r.id for r in snapshot.resources(snapshot.present("Group", "code"))] == ["text"]


def test_threads_read_the_same_snapshot(make_entry: MakeEntry, make_snapshot: MakeSnapshot) -> None:
    """A WSGI server asks from many threads at once; connections are handed around between them."""
    ids = [f"id-{number}" for number in range(100)]
    snapshot = make_snapshot([make_entry(id) for id in ids])
    with ThreadPoolExecutor(8) as threads:
        found = threads.map(partial(snapshot.read, "Group"), ids * 5)
        assert ids * 5 == [resource.id for resource in found if resource]
