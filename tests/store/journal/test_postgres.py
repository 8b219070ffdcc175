"""The journal's schema in PostgreSQL under what happens to databases."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from postgresql import PostgreSQL, made, missing
from written_world import WrittenWorld, group, world

from fhir_kb.errors import CorruptedResource, StoreError, StoreUnavailable
from fhir_kb.store.journal.interface import VersionsAsked
from fhir_kb.store.journal.opening import open_journal

psycopg = pytest.importorskip("psycopg")

Execute = Callable[..., Any]


@pytest.fixture
def mount() -> str:
    return f"r5_{uuid4().hex[:8]}"


@pytest.fixture
def execute(database: PostgreSQL) -> Iterator[Execute]:
    """Return what asks the database by another way than the journal's."""
    with closing(psycopg.connect(database.url, autocommit=True)) as connection:
        yield connection.execute


@pytest.fixture
def here(tmp_path: Path, database: PostgreSQL, mount: str) -> Iterator[WrittenWorld]:
    here = world(tmp_path, open_journal(tmp_path, mount, database.url))
    yield here
    here.written.close()


def test_each_version_of_fhir_has_a_schema_of_its_own(
    here: WrittenWorld, tmp_path: Path, database: PostgreSQL, mount: str
) -> None:
    here.put(group("a"))
    other = open_journal(tmp_path, f"{mount}_b", database.url)
    assert other.sequence() == 0
    assert other.identity != here.journal.identity
    other.close()


def test_a_start_reads_many_versions_part_by_part(
    here: WrittenWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(7):
        here.put(group(f"{number % 3}"))
    monkeypatch.setattr("fhir_kb.store.journal.postgres.ENTRIES_AT_ONCE", 2)
    assert [entry.sequence for entry in here.journal.entries(1)] == [2, 3, 4, 5, 6, 7]
    kept = here.journal.entries(0, replaced_after=6)
    assert [entry.sequence for entry in kept] == [4, 5, 6, 7]


def test_a_schema_of_another_application_is_left_alone(
    tmp_path: Path, database: PostgreSQL, mount: str, execute: Execute
) -> None:
    execute(f"CREATE SCHEMA fhir_kb_{mount}")
    with pytest.raises(StoreError, match="is of another application"):
        open_journal(tmp_path, mount, database.url)


def test_a_newer_format_is_refused(
    here: WrittenWorld, tmp_path: Path, database: PostgreSQL, mount: str, execute: Execute
) -> None:
    execute(f"UPDATE fhir_kb_{mount}.about SET value = '99' WHERE name = 'format'")  # noqa: S608
    with pytest.raises(StoreError, match="format 99 of a newer fhir_kb"):
        open_journal(tmp_path, mount, database.url)


def test_a_changed_dose_is_reported_and_never_served(
    here: WrittenWorld, mount: str, execute: Execute
) -> None:
    """Whoever edits the table by hand is found out as a broken disk is."""
    here.put(group("a", name="take 500 mg"), group("b"))
    execute(f"UPDATE fhir_kb_{mount}.version SET body = '{{}}' WHERE id = 'a'")  # noqa: S608
    with pytest.raises(CorruptedResource, match="Group/a version 1"):
        here.written.current().read("Group", "a")
    execute(f"UPDATE fhir_kb_{mount}.version SET id = 'c' WHERE id = 'b'")  # noqa: S608
    with pytest.raises(CorruptedResource, match="number 2"):
        here.written.version("Group", "c", "1")


@pytest.mark.parametrize("id", ["a\0b", "\ud800"])
def test_text_that_postgresql_does_not_take_is_found_nowhere(id: str, here: WrittenWorld) -> None:
    """Such an id may come in any URL; it must not become an error of the database."""
    assert here.journal.version("Group", id, "1") is None
    assert here.journal.versions(VersionsAsked(9, "Group", id), before=None, limit=1) == []
    assert here.journal.count(VersionsAsked(9, "Group", id)) == 0
    assert here.written.current().read("Group", id) is None


def test_connections_that_were_cut_are_replaced(here: WrittenWorld, execute: Execute) -> None:
    """After a restart of the database the first request is answered as any other."""
    here.put(group("a"))
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s"
    execute(cut, ("fhir_kb",))
    assert here.ids("Group") == ["a"]
    execute(cut, ("fhir_kb",))
    here.put(group("b"))
    assert here.ids("Group") == ["b", "a"]


def test_a_transaction_that_is_cut_leaves_nothing(here: WrittenWorld, execute: Execute) -> None:
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s"
    with pytest.raises(StoreUnavailable), here.written.transaction() as transaction:
        transaction.write("PUT", "Group", "a", group("a"))
        execute(cut, ("fhir_kb",))
        transaction.write("PUT", "Group", "b", group("b"))
    refused = pytest.raises(StoreUnavailable, match="nothing was written")
    with refused, here.written.transaction() as transaction:
        transaction.write("PUT", "Group", "a", group("a"))
        execute(cut, ("fhir_kb",))
    assert here.journal.sequence() == 0


def test_a_database_that_only_reads_refuses_writes(here: WrittenWorld, execute: Execute) -> None:
    """A standby, or a primary that was demoted under the server."""
    here.put(group("a"))
    here.journal.check_room()
    execute("ALTER SYSTEM SET default_transaction_read_only = on")
    execute("SELECT pg_reload_conf()")
    try:
        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s"
        execute(cut, ("fhir_kb",))
        assert here.ids("Group") == ["a"]
        with pytest.raises(StoreUnavailable, match="standby, or read-only"):
            here.put(group("b"))
        with pytest.raises(StoreUnavailable, match="standby, or read-only"):
            here.journal.check_room()
    finally:
        execute("SET default_transaction_read_only = off")
        execute("ALTER SYSTEM RESET default_transaction_read_only")
        execute("SELECT pg_reload_conf()")


def test_no_address_or_password_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable) as refusal:
        open_journal(tmp_path, "r5", "postgresql://fhir:secret@127.0.0.1:1/none")
    assert refusal.value.message == "The database cannot be used now (no connection); try again"


def test_a_database_that_does_not_force_to_disk_is_refused(tmp_path: Path) -> None:
    """What it acknowledges would be lost with the next power cut."""
    if reason := missing():
        pytest.skip(reason)
    server = made()
    server.start("fsync=off")
    try:
        with pytest.raises(StoreError, match="fsync = off"):
            open_journal(tmp_path, "r5", server.url)
    finally:
        server.remove()


@pytest.mark.parametrize("url", ["mysql://x", "written.sqlite", "postgresq://x"])
def test_a_database_of_an_unknown_kind_is_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="setting database"):
        open_journal(tmp_path, "r5", url)
