"""The journal's file under what happens to files: full and read-only disks, damage, mix-ups."""

import os
import resource as limits
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path

import pytest
from journal_writer import check, open_store
from written_world import WrittenWorld, group, world

from fhir_kb.errors import CorruptedResource, StoreError, StoreUnavailable
from fhir_kb.store.journal import sqlite_schema
from fhir_kb.store.journal.sqlite import SqliteJournal
from fhir_kb.store.journal.sqlite_schema import MIGRATIONS, is_prepared, prepare_journal

NAME = "written-r5.sqlite"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[WrittenWorld]:
    here = world(tmp_path, SqliteJournal(tmp_path / NAME))
    yield here
    here.written.close()


def reopened(here: WrittenWorld) -> WrittenWorld:
    return world(here.folder, SqliteJournal(here.folder / NAME))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a folder on a disk of 1 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if os.getuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk can only be mounted by root")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(here: WrittenWorld) -> int:
    """Write until the disk is full, and return how many resources were told as written."""
    for number in range(10_000):
        try:
            here.put(group(f"{number}", name="x" * 5000))
        except StoreUnavailable:
            return number
    raise AssertionError("the disk is not small")


def test_a_full_disk_refuses_and_keeps_what_was_told(small_disk: Path, tmp_path: Path) -> None:
    """A client is told to try again; what was told before is all there, and reading goes on."""
    here = world(tmp_path, SqliteJournal(small_disk / NAME))
    number = fill(here)
    assert number > 10
    assert here.search("Group").total == number
    with pytest.raises(StoreUnavailable):
        here.put(group("one more", name="x" * 5000))
    started = world(tmp_path, SqliteJournal(small_disk / NAME))
    assert len(started.ids("Group", ("_count", "500"))) == number
    started.written.close()
    here.written.close()


def test_a_file_that_may_not_grow_refuses_until_it_may(tmp_path: Path) -> None:
    """The same without root: a limit on the size of files, lifted later."""
    here = world(tmp_path, SqliteJournal(tmp_path / NAME))
    soft, hard = limits.getrlimit(limits.RLIMIT_FSIZE)
    limits.setrlimit(limits.RLIMIT_FSIZE, (600_000, hard))
    try:
        number = fill(here)
    finally:
        limits.setrlimit(limits.RLIMIT_FSIZE, (soft, hard))
    assert number > 10
    here.put(group("one more"))
    assert here.search("Group").total == number + 1
    started = reopened(here)
    assert started.search("Group").total == number + 1
    started.written.close()
    here.written.close()


def test_a_read_only_disk_is_read(small_disk: Path, tmp_path: Path) -> None:
    """A disk that was remounted after a fault: what was written is served, writing is refused."""
    path = small_disk / NAME
    here = world(tmp_path, SqliteJournal(path))
    here.put(group("a"))
    here.written.close()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    started = world(tmp_path, SqliteJournal(path))
    assert started.ids("Group") == ["a"]
    with pytest.raises(StoreUnavailable):
        started.put(group("b"))
    assert started.ids("Group") == ["a"]
    started.written.close()


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="cannot be made or read"):
        SqliteJournal(Path("/proc/none") / NAME)


def test_an_empty_file_is_not_taken_for_an_empty_journal(tmp_path: Path) -> None:
    """SQLite would open it as a valid database with nothing in it: everything would seem lost."""
    (tmp_path / NAME).touch()
    with pytest.raises(StoreError, match="is empty, which a journal .* never is"):
        SqliteJournal(tmp_path / NAME)


def test_a_file_of_another_application_is_left_alone(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / NAME)) as connection:
        connection.execute("CREATE TABLE version (sequence)")
    before = (tmp_path / NAME).read_bytes()
    with pytest.raises(StoreError, match="of another application"):
        SqliteJournal(tmp_path / NAME)
    assert (tmp_path / NAME).read_bytes() == before


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text("a letter")
    with pytest.raises(StoreError, match="is no journal"):
        SqliteJournal(tmp_path / NAME)
    assert (tmp_path / NAME).read_text() == "a letter"


def test_a_log_without_its_journal_is_not_mixed_with_a_new_one(here: WrittenWorld) -> None:
    """SQLite would copy its pages into whatever file has the name: two databases in one."""
    here.put(group("a"))
    (here.folder / NAME).unlink()
    with pytest.raises(StoreError, match="holds commits of a journal that is missing"):
        SqliteJournal(here.folder / NAME)


def test_a_journal_that_was_moved_away_is_not_written_to(here: WrittenWorld) -> None:
    """What is written into a file that nobody finds again would be told and lost."""
    here.put(group("a"))
    shutil.copy(here.folder / NAME, here.folder / "copy")
    (here.folder / "copy").replace(here.folder / NAME)
    with pytest.raises(StoreError, match="moved or replaced"):
        here.put(group("b"))


def test_a_newer_format_is_refused_and_an_older_one_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / NAME
    prepare_journal(path)
    more = (*MIGRATIONS, "CREATE TABLE more (x);", "INSERT INTO more VALUES (1);")
    assert not is_prepared(path, more)
    prepare_journal(path, more)
    assert is_prepared(path, more)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT x FROM more").fetchall() == [(1,)]
    with pytest.raises(StoreError, match=f"format {len(more)} of a newer fhir_kb"):
        SqliteJournal(path)


def test_a_migration_that_fails_leaves_the_old_format(tmp_path: Path) -> None:
    path = tmp_path / NAME
    prepare_journal(path)
    with pytest.raises(sqlite3.Error):
        prepare_journal(path, (*MIGRATIONS, "CREATE TABLE more (x);", "SELECT nonsense;"))
    assert is_prepared(path)
    with closing(sqlite3.connect(path)) as connection:
        assert not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'more'").fetchall()


def test_making_a_journal_is_done_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kill between the first byte and the last table must not leave a file that is refused."""

    def killed(path: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sqlite_schema, "_sync", killed)
    with pytest.raises(KeyboardInterrupt):
        SqliteJournal(tmp_path / NAME)
    monkeypatch.undo()
    assert not (tmp_path / NAME).exists()
    assert SqliteJournal(tmp_path / NAME).sequence() == 0


def damaged(here: WrittenWorld, old: bytes, new: bytes) -> None:
    """Change bytes of the file itself, below every check of SQLite."""
    here.written.close()
    content = (here.folder / NAME).read_bytes()
    assert old in content
    (here.folder / NAME).write_bytes(content.replace(old, new))


def test_a_changed_dose_is_reported_and_never_served(here: WrittenWorld) -> None:
    """SQLite's integrity check says "ok" to this file."""
    here.put(group("a", name="take 500 mg"), group("b"))
    damaged(here, b"take 500 mg", b"take 900 mg")
    started = reopened(here)
    with pytest.raises(CorruptedResource, match="Group/a version 1 does not match its SHA-256"):
        started.written.current().read("Group", "a")
    with pytest.raises(CorruptedResource):
        started.search("Group")
    with pytest.raises(CorruptedResource):
        started.written.version("Group", "a", "1")
    with pytest.raises(CorruptedResource):
        started.written.history("Group", "a")
    assert started.ids("Group", ("_id", "b")) == ["b"]
    store = started.written.current()
    exported = list(store.bodies(store.rows_of_type("Group")))
    assert [(len(each.texts), len(each.refused)) for each in exported] == [(0, 1), (1, 0)]
    started.written.close()


def test_damaged_index_rows_are_made_anew(here: WrittenWorld) -> None:
    """They can be had from the body: nothing is lost, and no search finds the wrong thing."""
    here.put(group("a", identifier=[{"system": "http://ids", "value": "7-ELEVEN"}]))
    damaged(here, b"7-ELEVEN\x1fhttp://ids", b"8-ELEVEN\x1fhttp://ids")
    started = reopened(here)
    assert started.ids("Group", ("identifier", "7-ELEVEN")) == ["a"]
    assert started.ids("Group", ("identifier", "8-ELEVEN")) == []
    started.written.close()


def test_an_exchanged_head_is_refused(here: WrittenWorld) -> None:
    """Which resource this is cannot be known: the whole journal waits for its backup."""
    here.put(group("abcdefgh"))
    damaged(here, b"PUTGroupabcdefgh1", b"PUTGroupabcdefgx1")
    with pytest.raises(CorruptedResource, match="version number 1 .* does not match"):
        reopened(here)


def test_a_broken_page_is_reported(here: WrittenWorld) -> None:
    here.put(*(group(f"{number}", name="x" * 3000) for number in range(20)))
    here.written.close()
    content = bytearray((here.folder / NAME).read_bytes())
    content[4096 * 12 :] = bytes(len(content) - 4096 * 12)
    (here.folder / NAME).write_bytes(content)
    with pytest.raises(StoreError):
        reopened(here).search("Group", ("_count", "500"))


def test_who_waits_too_long_for_the_lock_is_told(here: WrittenWorld) -> None:
    other = world(here.folder, SqliteJournal(here.folder / NAME, lock_seconds=0.05))
    with here.written.transaction(), pytest.raises(StoreUnavailable, match="Others have been"):
        other.put(group("a"))
    other.put(group("a"))
    other.written.close()


def test_a_forked_process_uses_connections_of_its_own(here: WrittenWorld) -> None:
    """Servers fork workers after the journal was opened; SQLite forbids to go on in a child."""
    here.put(group("a"))
    child = get_context("fork").Process(target=here.put, args=[group("b")])
    child.start()
    child.join()
    assert child.exitcode == 0
    here.put(group("c"))
    assert here.ids("Group") == ["c", "b", "a"]


def test_nothing_is_told_before_it_is_forced_to_disk(tmp_path: Path) -> None:
    """A kill does not show this, only a power cut would: the calls of the kernel do."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    open_store(tmp_path, "", "r5").close()
    program = (
        "from journal_writer import write; from pathlib import Path; "
        f"write(Path({str(tmp_path)!r}), '', 'r5', 'writer', 20)"
    )
    log = tmp_path / "calls"
    calls = ["strace", "-f", "-y", "-e", "trace=fsync,fdatasync,write,pwrite64", "-o", str(log)]
    path = os.pathsep.join(filter(None, sys.path))
    traced = subprocess.run(
        [*calls, sys.executable, "-c", program], env={"PYTHONPATH": path}, check=False
    )
    if traced.returncode:
        pytest.skip("strace may not trace here")
    lines = [line.split(maxsplit=1)[1] for line in log.read_text().splitlines()]
    is_forced, told = False, 0
    for line in lines:
        if line.startswith("pwrite64") and f"{NAME}-wal" in line:
            is_forced = False
        elif "sync(" in line and f"{NAME}-wal" in line and line.endswith("= 0"):
            is_forced = True
        elif line.startswith("write") and "writer.told" in line:
            assert is_forced
            told += 1
    assert told == 20
    store = open_store(tmp_path, "", "r5")
    assert check(tmp_path, store) == 20
    store.close()


def test_asking_what_is_new_costs_next_to_nothing(here: WrittenWorld) -> None:
    """It is asked on every request: the state is the same object while nothing is written."""
    here.put(group("a"))
    assert here.written.current() is here.written.current()
