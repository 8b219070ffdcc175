"""Feedback is on disk when it is acknowledged, is kept once, and does not rot unseen."""

import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from fhir_kb.errors import CorruptedResource, StoreError
from fhir_kb.store.feedback import Feedback, FeedbackStore

KILLED = """
import os, sys
from pathlib import Path
from fhir_kb.store.feedback import Feedback, FeedbackStore
store = FeedbackStore(Path(sys.argv[1]))
for number in range(int(sys.argv[2])):
    store.add([Feedback(service="s", card=str(number), theme="", outcome="accepted", at="2026")])
os.kill(os.getpid(), 9)
"""


def row(card: str = "card-1", **changed: str) -> Feedback:
    given = {"service": "s", "card": card, "theme": "dose", "outcome": "accepted", "at": "2026"}
    return Feedback(**{**given, **changed})


@pytest.fixture
def store(tmp_path: Path) -> FeedbackStore:
    return FeedbackStore(tmp_path / "new" / "feedback.sqlite")


def test_what_is_kept_is_read_again(store: FeedbackStore) -> None:
    assert store.add([row(), row("card-2")]) == 2
    assert {found.card for found in store.rows()} == {"card-1", "card-2"}


def test_nothing_is_made_before_there_is_feedback(store: FeedbackStore, tmp_path: Path) -> None:
    assert store.rows() == []
    assert list(tmp_path.iterdir()) == []


def test_feedback_that_comes_again_is_kept_once(store: FeedbackStore) -> None:
    """[1g idempotent] A client that got no answer sends it again."""
    assert [store.add([row()]), store.add([row()]), store.add([row(), row()])] == [1, 0, 0]
    assert store.rows() == [row()]


def test_another_outcome_for_a_card_is_kept_too(store: FeedbackStore) -> None:
    """[1g several] First overridden, then accepted: both happened."""
    store.add([row(outcome="overridden"), row(at="2027")])
    assert [found.outcome for found in store.rows()] == ["overridden", "accepted"]


def test_what_is_acknowledged_survives_a_kill(tmp_path: Path) -> None:
    """The process dies right after its last acknowledgement."""
    path = tmp_path / "feedback.sqlite"
    run = subprocess.run([sys.executable, "-c", KILLED, str(path), "5"], check=False)
    assert run.returncode == -9
    assert len(FeedbackStore(path).rows()) == 5


def test_rows_are_forced_to_disk(store: FeedbackStore, tmp_path: Path) -> None:
    """synchronous=FULL in a write-ahead log: nothing is acknowledged before it is synced."""
    store.add([row()])
    connection = sqlite3.connect(tmp_path / "new" / "feedback.sqlite")
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()
    with store._file.opened() as opened:
        assert opened.execute("PRAGMA synchronous").fetchone() == (2,)


def test_many_at_once_lose_nothing(store: FeedbackStore) -> None:
    def add(start: int) -> None:
        for number in range(start, start + 5):
            store.add([row(str(number))])

    threads = [threading.Thread(target=add, args=(start,)) for start in range(0, 20, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.rows()) == 20


def test_a_row_that_changed_on_disk_is_found_out(store: FeedbackStore, tmp_path: Path) -> None:
    """SQLite's own check does not see a changed byte inside a page."""
    store.add([row()])
    path = tmp_path / "new" / "feedback.sqlite"
    path.write_bytes(path.read_bytes().replace(b"accepted", b"accedted"))
    with pytest.raises(CorruptedResource):
        store.rows()


@pytest.mark.parametrize("content", [b"no database at all, but long enough to be one" * 99, None])
def test_a_file_that_is_something_else_is_not_touched(
    content: bytes | None, tmp_path: Path
) -> None:
    path = tmp_path / "feedback.sqlite"
    if content is None:
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA application_id = 7")
        connection.execute("CREATE TABLE other (x)")
        connection.close()
    else:
        path.write_bytes(content)
    before = path.read_bytes()
    with pytest.raises(StoreError):
        FeedbackStore(path).add([row()])
    assert path.read_bytes() == before


def test_a_full_file_refuses_and_keeps_what_it_has(tmp_path: Path) -> None:
    """An open endpoint must not fill a disk."""
    store = FeedbackStore(tmp_path / "feedback.sqlite", rows_max=2)
    store.add([row()])
    with pytest.raises(StoreError, match="holds 2 rows"):
        store.add([row("2"), row("3")])
    assert store.rows() == [row()]
