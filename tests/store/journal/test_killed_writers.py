"""What was told as written is there after any crash, whole, and at once."""

import os
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest
from journal_writer import check, killed, open_store, seen_whole, started, wait_for_more
from postgresql import PostgreSQL, made, missing

from fhir_kb.errors import StoreUnavailable

KILLS = int(os.environ.get("FHIR_KB_TEST_KILLS", "2"))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    if request.param == "sqlite":
        return ""
    server: PostgreSQL = request.getfixturevalue("database")
    return server.url


@pytest.fixture
def mount(tmp_path: Path) -> str:
    return tmp_path.name[-30:].lower()


def test_nothing_told_is_lost_when_writers_are_killed(
    tmp_path: Path, database_url: str, mount: str
) -> None:
    """Two processes write, both are killed at a moment of no one's choosing, again and again."""
    for _ in range(KILLS):
        processes = started(tmp_path, database_url, mount)
        reader = open_store(tmp_path, database_url, mount)
        wait_for_more(tmp_path)
        for _ in range(20):
            assert seen_whole(reader)
        killed(processes)
        reader.close()
        start = monotonic()
        store = open_store(tmp_path, database_url, mount)
        assert seen_whole(store)
        assert monotonic() - start < 2
        assert check(tmp_path, store) > 0
        store.close()


@pytest.fixture
def own_database() -> Iterator[PostgreSQL]:
    """Return a server that may be crashed without harm to other tests."""
    if reason := missing():
        pytest.skip(reason)
    server = made()
    server.start()
    yield server
    server.remove()


def test_nothing_told_is_lost_when_the_database_crashes(
    tmp_path: Path, own_database: PostgreSQL
) -> None:
    """The writers live on: they are told that nothing was written, and find the new database."""
    reader = open_store(tmp_path, own_database.url, "r5")
    processes = started(tmp_path, own_database.url, "r5")
    for crash in (own_database.kill, lambda: own_database.stop("immediate")):
        wait_for_more(tmp_path)
        crash()
        with pytest.raises(StoreUnavailable):
            reader.current()
        own_database.start()
        assert seen_whole(reader)
    wait_for_more(tmp_path)
    killed(processes)
    assert check(tmp_path, reader) > 0
    reader.close()
