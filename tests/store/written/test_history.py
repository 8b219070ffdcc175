"""History: every version once, newest first, curated ones included, whatever is committed since."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyroaring import BitMap
from written_world import WrittenWorld, entry, group, snapshot_of, world

from fhir_kb.errors import ExpiredPage, InvalidParameter
from fhir_kb.store.instants import microseconds
from fhir_kb.store.journal.interface import Journal, VersionsAsked
from fhir_kb.store.journal.sqlite import SqliteJournal
from fhir_kb.store.pages import PAGE_BYTES
from fhir_kb.store.written.history import WrittenHistory

DAY = 86_400_000_000
START = microseconds("2025-01-01T00:00:00Z")

Told = tuple[str, str, str]
"""Method, id and version of what history shows."""


@pytest.fixture
def here(tmp_path: Path, open_journal: Callable[..., Journal]) -> WrittenWorld:
    """Return a world in which each day of 2025 begins with one commit."""
    days = iter(range(100))
    knowledge = [
        entry(group("curated"), "2024-05-01T00:00:00Z", imported=False),
        entry(group("imported"), "2024-06-01T00:00:00Z"),
    ]
    here = world(tmp_path, open_journal(clock=lambda: START + next(days) * DAY), knowledge)
    here.put(group("a"), {"resourceType": "Organization", "id": "o", "name": "x"}, method="POST")
    here.put(group("imported"))
    here.put(group("a"))
    here.delete("Group", "a")
    here.put(group("b"), method="POST")
    return here


NEWEST_FIRST: list[Told] = [
    ("POST", "b", "1"),
    ("DELETE", "a", "3"),
    ("PUT", "a", "2"),
    ("PUT", "imported", "2"),
    ("POST", "o", "1"),
    ("POST", "a", "1"),
    ("PUT", "imported", "1"),
    ("PUT", "curated", "1"),
]


def told(here: WrittenWorld, *asked: str, **options: Any) -> list[Told]:
    """Return all of a history, page by page, and hold the total of each page to it."""
    page = here.written.history(*asked, **options)
    shown = list(page.versions)
    while page.following is not None:
        page = here.written.history(*asked, page=page.following, **options)
        shown += page.versions
    assert page.total == len(shown)
    return [(v.method, v.resource.id, v.resource.version_id) for v in shown]


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 8, 50])
def test_everything_is_shown_once_newest_first(limit: int, here: WrittenWorld) -> None:
    assert told(here, limit=limit) == NEWEST_FIRST
    assert told(here, "Group", limit=limit) == [v for v in NEWEST_FIRST if v[1] != "o"]


@pytest.mark.parametrize("id", ["a", "imported", "curated", "never"])
def test_one_resource_has_its_own_history(id: str, here: WrittenWorld) -> None:
    assert told(here, "Group", id, limit=1) == [v for v in NEWEST_FIRST if v[1] == id]


@pytest.mark.parametrize(
    ("since", "number"), [(START + 3 * DAY, 2), (START + 3 * DAY + 1, 1), (START, 6), (0, 8)]
)
def test_since_asks_for_what_was_made_then_or_later(
    since: int, number: int, here: WrittenWorld
) -> None:
    assert told(here, since=since, limit=2) == NEWEST_FIRST[:number]


def test_since_counts_curated_versions_too(here: WrittenWorld) -> None:
    since = microseconds("2024-05-15T00:00:00Z")
    assert told(here, since=since) == NEWEST_FIRST[:7]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (0, 0, [("POST", "o", "1"), ("POST", "a", "1"), ("PUT", "imported", "1")]),
        (1, 1, [("PUT", "imported", "2"), ("POST", "o", "1"), ("POST", "a", "1")]),
        (1.5, 2.5, [("PUT", "a", "2"), ("PUT", "imported", "2"), *NEWEST_FIRST[4:6]]),
        (3.5, 3.6, [("PUT", "imported", "2"), ("POST", "o", "1")]),
        (2.5, 9, [*NEWEST_FIRST[:5]]),
        (-100, -99, [("PUT", "imported", "1")]),
    ],
)
def test_at_asks_for_what_was_in_force(
    start: float, end: float, expected: list[Told], here: WrittenWorld
) -> None:
    """The curated resource was there all the time; the imported one until it was written over."""
    at = (START + int(start * DAY), START + int(end * DAY))
    assert told(here, at=at, limit=2) == [*expected, ("PUT", "curated", "1")]


def test_commits_between_pages_change_nothing(here: WrittenWorld) -> None:
    page = here.written.history(limit=3)
    shown = list(page.versions)
    while page.following is not None:
        here.put(group("a"), group("imported"))
        page = here.written.history(page=page.following, limit=3)
        shown += page.versions
        assert page.total == len(NEWEST_FIRST)
    assert [(v.method, v.resource.id, v.resource.version_id) for v in shown] == NEWEST_FIRST


def test_a_page_of_another_release_is_gone(here: WrittenWorld) -> None:
    following = here.written.history(limit=2).following
    snapshot_of(here.folder / "knowledge.sqlite", [entry(group("z"))], release="2").close()
    with pytest.raises(ExpiredPage):
        here.written.history(page=following)


@pytest.mark.parametrize("page", ["", "x", "é", "A" * 44, "A" * 5000])
def test_a_page_that_was_never_named_is_refused(page: str, here: WrittenWorld) -> None:
    with pytest.raises((InvalidParameter, ExpiredPage)):
        here.written.history(page=page)


@pytest.mark.parametrize("most", [1, 300, 700, 10**9])
@pytest.mark.parametrize("limit", [1, 3, 50])
def test_a_page_of_large_versions_ends_early(limit: int, most: int, here: WrittenWorld) -> None:
    """However many are asked for: each is shown once, and a page has one at least."""
    snapshot = here.written.current().below  # type: ignore[attr-defined]  # as history has it
    masked = BitMap((snapshot.row("Group", "imported"),))
    history = WrittenHistory(snapshot, here.journal, masked, most)
    asked = VersionsAsked(here.journal.sequence())
    page = history.page(asked, None, limit)
    pages = [page.versions]
    while page.following is not None:
        page = history.page(asked, page.following, limit)
        pages.append(page.versions)
    shown = [(v.method, v.resource.id, v.resource.version_id) for each in pages for v in each]
    assert shown == NEWEST_FIRST
    for each in pages:
        size = sum(len(version.resource.body) for version in each)
        assert size <= most or len([v for v in each if v.resource.body]) == 1
        assert 0 < len(each) <= limit
    assert (len(pages) == 1) is (most == 10**9 and limit == 50)


def test_a_page_of_the_store_is_bounded_too(tmp_path: Path) -> None:
    """Three of these are more than a page holds, whatever number is asked for."""
    here = world(tmp_path, SqliteJournal(tmp_path / "written.sqlite"))
    for number in range(3):
        here.put(group(f"large-{number}", name="x" * (PAGE_BYTES * 2 // 5)))
    page = here.written.history(limit=3)
    assert [version.resource.id for version in page.versions] == ["large-2", "large-1"]
    assert [id for _, id, _ in told(here, limit=3)] == ["large-2", "large-1", "large-0"]
    here.written.close()
