"""A token is used once, whichever process it reaches first."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from fhir_kb.errors import StoreError
from fhir_kb.store.used_tokens import UsedTokens

NOW = 1_800_000_000.0
ELSEWHERE = """
import sys
from pathlib import Path
from fhir_kb.store.used_tokens import UsedTokens
print(UsedTokens(Path(sys.argv[1])).use("issuer", "id", float(sys.argv[2]), float(sys.argv[2]) + 9))
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "used-tokens.sqlite"


def test_a_token_is_used_once(path: Path) -> None:
    """[1h jti]"""
    used = UsedTokens(path)
    assert [used.use("issuer", "id", NOW, NOW + 300) for _ in range(3)] == [True, False, False]


def test_an_id_is_one_of_its_issuer(path: Path) -> None:
    """Two clients may count alike."""
    used = UsedTokens(path)
    assert used.use("one", "id", NOW, NOW + 300)
    assert used.use("other", "id", NOW, NOW + 300)


def test_a_worker_knows_what_another_accepted(path: Path) -> None:
    """[1h jti] Who overhears a token sends it to every worker of the server."""
    assert UsedTokens(path).use("issuer", "id", NOW, NOW + 300)
    run = subprocess.run(
        [sys.executable, "-c", ELSEWHERE, str(path), str(NOW)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == "False"


def test_of_many_at_once_one_is_the_first(path: Path) -> None:
    """[1h jti] A replay may come in the same instant, over another connection."""
    answers: list[bool] = []
    stores = [UsedTokens(path) for _ in range(4)]
    stores[0].use("issuer", "another", NOW, NOW + 300)

    def use(used: UsedTokens) -> None:
        answers.append(used.use("issuer", "id", NOW, NOW + 300))

    threads = [threading.Thread(target=use, args=(used,)) for used in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [False, False, False, True]


def test_a_token_is_forgotten_when_it_has_ended(path: Path) -> None:
    """The memory lasts as long as a token could be used, and no longer."""
    used = UsedTokens(path)
    used.use("issuer", "id", NOW, NOW + 300)
    assert not used.use("issuer", "id", NOW + 299, NOW + 600)
    assert used.use("issuer", "id", NOW + 300, NOW + 600)


def test_only_digests_are_on_disk(path: Path) -> None:
    """An id is the client's own text and might be anything."""
    UsedTokens(path).use("https://ehr.example.org", "Sentinella", NOW, NOW + 300)
    for file in path.parent.iterdir():
        content = file.read_bytes()
        assert b"Sentinella" not in content
        assert b"ehr.example.org" not in content


def test_a_token_that_cannot_be_remembered_is_not_accepted(path: Path) -> None:
    """A memory that is full must not turn into one that forgets."""
    used = UsedTokens(path, pages_max=6)
    with pytest.raises(StoreError, match="full"):
        for i in range(1000):
            assert used.use("issuer", str(i), NOW, NOW + 300)
    assert not used.use("issuer", "0", NOW, NOW + 300)


def test_a_file_that_is_something_else_is_not_touched(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"no database at all, but long enough to be one" * 99)
    with pytest.raises(StoreError):
        UsedTokens(path).use("issuer", "id", NOW, NOW + 300)
    assert path.read_bytes().startswith(b"no database")
