"""Writes: stamped, all or nothing, in one order, beside knowledge that stays as it is."""

from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

import pytest
from written_world import WrittenWorld, ask, entry, group, snapshot_of, world

from fhir_kb.errors import DeletedResource, ReadOnly
from fhir_kb.formats.json import read_json
from fhir_kb.store import WrittenStore
from fhir_kb.store.instants import microseconds
from fhir_kb.store.journal.interface import Journal

OpenJournal = Callable[[], Journal]


@pytest.fixture
def here(tmp_path: Path, open_journal: OpenJournal) -> WrittenWorld:
    """Return a world with one curated and one imported group."""
    knowledge = [entry(group("curated"), imported=False), entry(group("imported"))]
    return world(tmp_path, open_journal(), knowledge)


def test_a_resource_is_stamped_and_read_at_once(here: WrittenWorld) -> None:
    """What the client says of version and time is not believed; the rest of meta is kept."""
    meta = {"versionId": "7", "lastUpdated": "1999-01-01T00:00:00Z", "tag": [{"code": "x"}]}
    here.put(group("new", meta=meta), method="POST")
    stored = here.written.current().read("Group", "new")
    assert stored is not None
    body = read_json(stored.body)
    assert body["meta"] == {
        "versionId": "1",
        "lastUpdated": stored.last_updated,
        "tag": [{"code": "x"}],
    }
    assert (stored.version_id, body["id"], body["type"]) == ("1", "new", "person")
    assert stored.last_updated > "2024-05-01"


def test_versions_are_counted_through_deletion(here: WrittenWorld) -> None:
    """A version id never comes twice, so that no cache can take one state for another."""
    here.put(group("new"))
    here.put(group("new", type="animal"))
    here.delete("Group", "new")
    with pytest.raises(DeletedResource):
        here.written.current().read("Group", "new")
    here.put(group("new"))
    stored = here.written.current().read("Group", "new")
    assert stored is not None
    assert stored.version_id == "4"
    assert [here.written.version("Group", "new", n) is not None for n in ("1", "2", "4")] == [
        True,
        True,
        True,
    ]
    with pytest.raises(DeletedResource):
        here.written.version("Group", "new", "3")
    assert here.written.version("Group", "new", "5") is None


def test_a_deleted_resource_is_found_by_nothing(here: WrittenWorld) -> None:
    here.put(group("new"))
    here.delete("Group", "new")
    assert here.ids("Group") == ["curated", "imported"]
    assert here.written.current().row("Group", "new") is None
    with here.written.transaction() as transaction:
        assert transaction.delete("Group", "new") is None
        assert transaction.delete("Group", "never") is None
    assert here.journal.sequence() == 2


def test_curated_knowledge_is_read_only(here: WrittenWorld) -> None:
    with pytest.raises(ReadOnly, match="Group/curated is curated"):
        here.put(group("curated"))
    with pytest.raises(ReadOnly, match="Group/curated is curated"):
        here.delete("Group", "curated")
    assert here.journal.sequence() == 0


def test_an_imported_resource_is_written_over_and_remembered(here: WrittenWorld) -> None:
    here.put(group("imported", type="animal"))
    assert here.ids("Group", ("type", "animal")) == ["imported"]
    assert here.ids("Group", ("type", "person")) == ["curated"]
    assert here.written.current().total("Group") == 2
    current = here.written.current().read("Group", "imported")
    assert current is not None
    assert current.version_id == "2"
    first = here.written.version("Group", "imported", "1")
    assert first is not None
    assert read_json(first.body)["type"] == "person"
    here.delete("Group", "imported")
    assert here.ids("Group") == ["curated"]
    assert here.written.current().total("Group") == 1


def test_a_failed_transaction_leaves_nothing(here: WrittenWorld) -> None:
    """All or nothing is the promise of a transaction Bundle."""
    here.put(group("kept"))
    with pytest.raises(ZeroDivisionError), here.written.transaction() as transaction:
        transaction.write("POST", "Group", "lost", group("lost"))
        transaction.delete("Group", "kept")
        assert transaction.store.total("Group") == 3
        raise ZeroDivisionError
    assert here.ids("Group") == ["kept", "curated", "imported"]
    assert here.journal.sequence() == 1
    here.put(group("after"))
    assert here.ids("Group") == ["after", "kept", "curated", "imported"]


def test_a_transaction_sees_its_own_writes_and_nobody_else_does(here: WrittenWorld) -> None:
    with here.written.transaction() as transaction:
        transaction.write("POST", "Group", "a", group("a"))
        transaction.write("PUT", "Group", "a", group("a", type="animal"))
        seen = transaction.store
        assert here.search("Group", ("type", "animal"), store=seen).total == 1
        assert here.search("Group", ("type", "person"), store=seen).total == 2
        stored = seen.read("Group", "a")
        assert stored is not None
        assert stored.version_id == "2"
        assert here.written.current().read("Group", "a") is None
    assert here.ids("Group", ("type", "animal")) == ["a"]


def test_two_processes_see_each_others_commits(
    here: WrittenWorld, open_journal: OpenJournal
) -> None:
    other = world(here.folder, open_journal())
    here.put(group("a"))
    assert other.ids("Group")[0] == "a"
    other.put(group("a", type="animal"))
    stored = here.written.current().read("Group", "a")
    assert stored is not None
    assert stored.version_id == "2"
    other.delete("Group", "a")
    assert here.ids("Group") == ["curated", "imported"]
    other.written.close()


def test_a_state_that_was_handed_out_stays_as_it_was(here: WrittenWorld) -> None:
    """One request is answered from one state, whatever is written meanwhile."""
    here.put(group("a"))
    before = here.written.current()
    here.put(group("a", type="animal"), group("b"))
    here.delete("Group", "imported")
    assert here.search("Group", store=before).total == 3
    assert here.search("Group", ("type", "person"), store=before).total == 3
    stored = before.read("Group", "a")
    assert stored is not None
    assert stored.version_id == "1"
    assert before.read("Group", "b") is None
    assert before.fingerprint != here.written.current().fingerprint


def test_lost_updates_cannot_happen(here: WrittenWorld, open_journal: OpenJournal) -> None:
    """Two processes with threads count one resource up; every count must arrive."""
    here.put(group("counter", quantity=0))
    other = world(here.folder, open_journal())

    def count_up(written: WrittenStore) -> None:
        for _ in range(10):
            with written.transaction() as transaction:
                stored = transaction.store.read("Group", "counter")
                assert stored is not None
                counter = read_json(stored.body)
                counter["quantity"] += 1
                transaction.write("PUT", "Group", "counter", counter)

    writers = [Thread(target=count_up, args=[w.written]) for w in (here, here, other, other)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    stored = here.written.current().read("Group", "counter")
    assert stored is not None
    assert read_json(stored.body)["quantity"] == 40
    assert stored.version_id == "41"
    other.written.close()


def test_readers_see_whole_transactions_while_others_write(here: WrittenWorld) -> None:
    """The index in memory grows under the readers: none may see a part, or fail."""
    failures: list[BaseException] = []
    written = Event()

    def read() -> None:
        try:
            while not written.is_set():
                store = here.written.current()
                for pairs in ([], [("type", "person")], [("name", "dvt")], [("_sort", "name")]):
                    total = ask(store, "Group", *pairs, ("_count", "500")).total
                    assert total is not None
                    assert (total - 2 * (pairs != [("name", "dvt")])) % 3 == 0
        except BaseException as failure:
            failures.append(failure)

    readers = [Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for number in range(60):
        here.put(*(group(f"{place}-{number % 20}", name="dvt") for place in range(3)))
    written.set()
    for reader in readers:
        reader.join()
    assert failures == []


def test_time_never_goes_back(tmp_path: Path, open_journal: Callable[..., Journal]) -> None:
    """A clock that is set back must not give a later version an earlier lastUpdated."""
    clock = iter([2_000_000_000_000_000, 1_000_000_000_000_000, 2_000_000_000_000_001])
    here = world(tmp_path, open_journal(clock=lambda: next(clock)))
    for number in range(3):
        here.put(group(f"{number}"))
    stored = here.written.current().resources(here.written.current().rows_of_type("Group"))
    assert [resource.last_updated for resource in stored] == [
        "2033-05-18T03:33:20.000Z",
        "2033-05-18T03:33:20.000Z",
        "2033-05-18T03:33:20.001Z",
    ]


def test_knowledge_that_is_newer_than_the_clock_stays_older(
    tmp_path: Path, open_journal: Callable[..., Journal]
) -> None:
    """Searches show the newest first by row: a write is never older than what it is above."""
    knowledge = [entry(group("curated"), updated="2031-01-01T00:00:00Z", imported=False)]
    here = world(tmp_path, open_journal(clock=lambda: 0), knowledge)
    here.put(group("written"))
    assert here.ids("Group", ("_sort", "-_lastUpdated")) == ["written", "curated"]


def test_a_new_release_goes_under_what_was_written(here: WrittenWorld) -> None:
    here.put(group("a"), group("imported", type="animal"))
    before = here.written.current()
    knowledge = [entry(group("curated"), imported=False), entry(group("b"), imported=False)]
    snapshot_of(here.folder / "knowledge.sqlite", knowledge, release="2").close()
    assert set(here.ids("Group")) == {"a", "imported", "b", "curated"}
    assert here.search("Group", store=before).total == 3


def test_newest_first_is_by_time_after_a_new_release(
    tmp_path: Path, open_journal: Callable[..., Journal]
) -> None:
    """What was written before the release is older than what the release brought."""
    years = iter(["2030", "2031", "2033"])
    journal = open_journal(clock=lambda: microseconds(f"{next(years)}-01-01T00:00:00Z"))
    here = world(tmp_path, journal)
    here.put(group("a"))
    here.put(group("b"))
    knowledge = [entry(group("curated"), updated="2032-01-01T00:00:00Z", imported=False)]
    snapshot_of(here.folder / "knowledge.sqlite", knowledge, release="2").close()
    assert here.ids("Group", ("_sort", "-_lastUpdated")) == ["curated", "b", "a"]
    here.put(group("a"))
    assert here.ids("Group", ("_sort", "-_lastUpdated")) == ["a", "curated", "b"]
    assert here.ids("Group", ("_sort", "_lastUpdated")) == ["b", "curated", "a"]


def test_an_id_that_became_curated_is_curated(here: WrittenWorld) -> None:
    """Decision support cites the curated resource by this id: no client's text may stand there."""
    here.put(group("a", type="animal"))
    knowledge = [entry(group("a"), imported=False)]
    snapshot_of(here.folder / "knowledge.sqlite", knowledge, release="2").close()
    assert here.search("Group", ("type", "animal")).total == 0
    stored = here.written.current().read("Group", "a")
    assert stored is not None
    assert read_json(stored.body)["type"] == "person"
    with pytest.raises(ReadOnly):
        here.put(group("a"))


def test_rows_that_other_rules_made_are_made_anew(
    here: WrittenWorld, open_journal: OpenJournal
) -> None:
    """A release with more search parameters finds what an older one wrote by them."""
    here.put(group("a", type="animal"))
    indexed: list[str] = []

    def index(resource: dict[str, object]) -> object:
        indexed.append(str(resource["id"]))
        return here.written._index(resource)

    for rules, expected in [("rules 1", []), ("rules 2", ["a"])]:
        indexed.clear()
        snapshots = here.written._snapshots
        other = WrittenStore(snapshots, open_journal(), index, rules)  # type: ignore[arg-type]
        assert here.search("Group", ("type", "animal"), store=other.current()).total == 1
        assert indexed == expected
        other.close()


def test_nothing_is_written_under_an_id_twice(here: WrittenWorld) -> None:
    """The database itself refuses what a bug above it would ask for."""
    here.put(group("a"))
    with here.journal.transaction() as transaction:
        pass
    stored = here.written.current().read("Group", "a")
    assert stored is not None
    with pytest.raises(Exception, match=r"(?i)unique"), here.journal.transaction() as transaction:
        transaction.append("PUT", stored, here.written._index(group("a")), "rules 1")
    assert here.journal.sequence() == 1
