"""Pages that were begun before a write show what was there when they were begun."""

from collections.abc import Callable
from pathlib import Path
from threading import enumerate as enumerate_threads

import pytest
from written_world import WrittenWorld, entry, group, snapshot_of, world

from fhir_kb.errors import ExpiredPage
from fhir_kb.store.journal.interface import Journal
from fhir_kb.store.written.store import RENEWAL

OpenJournal = Callable[[], Journal]
NUMBER = 9


@pytest.fixture
def here(tmp_path: Path, open_journal: OpenJournal) -> WrittenWorld:
    """Return a world whose matches are partly imported and partly written."""
    here = world(tmp_path, open_journal(), [entry(group(f"{number}")) for number in range(4)])
    here.put(*(group(f"{number}") for number in range(4, NUMBER)))
    return here


SORTS: list[tuple[tuple[str, str], ...]] = [(), (("_sort", "_id"),), (("_sort", "-_lastUpdated"),)]


@pytest.mark.parametrize("elsewhere", [False, True], ids=["same process", "other process"])
@pytest.mark.parametrize("sort", SORTS)
def test_a_page_sequence_neither_repeats_nor_loses_a_match(
    sort: tuple[tuple[str, str], ...],
    elsewhere: bool,
    here: WrittenWorld,
    open_journal: OpenJournal,
) -> None:
    """Between every two pages something comes, goes and changes: exports by paging depend on it."""
    other = world(here.folder, open_journal()) if elsewhere else here
    question = (("type", "person"), *sort)
    expected = here.ids("Group", *question)
    page = here.search("Group", *question, ("_count", "2"))
    shown = [match.id for match in page.matches]
    number = 0
    while page.next_pairs is not None:
        here.put(group(f"new {number}"), group(f"{number}", type="animal"))
        here.delete("Group", f"{NUMBER - 1 - number}")
        page = other.search("Group", *page.next_pairs)
        shown += [match.id for match in page.matches]
        assert page.total == NUMBER
        number += 1
    assert shown == expected
    assert set(here.ids("Group", *question)) != set(expected)
    back = other.search("Group", *page.first_pairs)
    assert [match.id for match in back.matches] == expected[:2]
    other.written.close()


def test_what_was_changed_since_is_shown_as_it_was(here: WrittenWorld) -> None:
    """A page that mixes two states could show a resource that does not meet the question."""
    page = here.search("Group", ("type", "person"), ("_sort", "-_id"), ("_count", "8"))
    here.put(group("0", type="animal"))
    (last,) = here.search("Group", *page.next_pairs).matches
    assert (last.id, last.version_id) == ("0", "1")


def test_a_search_of_knowledge_alone_goes_on_after_the_first_write(
    tmp_path: Path, open_journal: OpenJournal
) -> None:
    here = world(tmp_path, open_journal(), [entry(group(f"{number}")) for number in range(4)])
    page = here.search("Group", ("_count", "2"))
    here.put(group("new"))
    here.delete("Group", "3")
    following = here.search("Group", *page.next_pairs)
    assert [match.id for match in following.matches] == ["2", "3"]
    assert following.total == 4


def test_a_page_of_another_release_is_gone(here: WrittenWorld) -> None:
    page = here.search("Group", ("_count", "2"))
    snapshot_of(here.folder / "knowledge.sqlite", [entry(group("z"))], release="2").close()
    with pytest.raises(ExpiredPage, match="was replaced"):
        here.search("Group", *page.next_pairs)


def test_a_page_of_a_state_that_never_was_is_gone(
    here: WrittenWorld, open_journal: Callable[..., Journal]
) -> None:
    """After a backup was put back, numbers that clients hold may lie in the future."""
    page = here.search("Group", ("_count", "2"))
    restored = world(here.folder, open_journal(name="restored"))
    for _ in range(2):
        with pytest.raises(ExpiredPage, match="no longer"):
            restored.search("Group", *page.next_pairs)
        restored.put(group("a"))


def test_pages_older_than_what_is_kept_are_gone(
    here: WrittenWorld, open_journal: OpenJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that starts learns of replaced versions only as far back as pages are kept."""
    page = here.search("Group", ("_count", "2"))
    for number in range(3):
        here.put(group(f"{number}", type="animal"))
    recent = here.search("Group", ("_count", "2"))
    monkeypatch.setattr("fhir_kb.store.written.store.VERSIONS_KEPT", 2)
    here.put(group("4", type="animal"))
    started = world(here.folder, open_journal())
    with pytest.raises(ExpiredPage, match="no longer kept"):
        started.search("Group", *page.next_pairs)
    shown = started.search("Group", *recent.next_pairs)
    assert shown.matches == here.search("Group", *recent.next_pairs).matches
    assert started.ids("Group", ("_sort", "_id")) == here.ids("Group", ("_sort", "_id"))
    started.written.close()


def test_memory_is_bounded_by_what_can_be_asked_for(
    here: WrittenWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A resource that is updated for months must not fill the memory with its old versions."""
    monkeypatch.setattr("fhir_kb.store.written.store.VERSIONS_KEPT", 6)
    first = here.search("Group", ("_count", "2"))
    for number in range(40):
        here.put(group("4", quantity=number))
        before = here.search("Group", ("_count", "2"))
        expected = here.ids("Group")
        for thread in enumerate_threads():
            if thread.name == RENEWAL:
                thread.join()
        assert here.ids("Group") == expected
        assert here.search("Group", *before.next_pairs).total == NUMBER
    with pytest.raises(ExpiredPage):
        here.search("Group", *first.next_pairs)
