"""Bulk data: what is sound is loaded, what is not is told, and no kill loses anything."""

import gzip
import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fhir_kb.cli import main
from fhir_kb.errors import StoreUnavailable
from fhir_kb.publish import importing
from fhir_kb.publish.import_check import Checks, ImportCheck
from fhir_kb.publish.importing import Import, Tally
from fhir_kb.publish.release import (
    build_imports,
    build_release,
    imports_path,
    snapshot_path,
    table_of,
)
from fhir_kb.search import search
from fhir_kb.store.snapshot.holder import SnapshotHolder
from fhir_kb.store.snapshot.reader import Snapshot
from fhir_kb.store.snapshot.staging import Staging
from fhir_kb.versions import VERSIONS

R5 = VERSIONS["r5"]
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
CURATED = "thalidomide"


def event(id: str, **more: Any) -> dict[str, Any]:
    return {"resourceType": "AdverseEvent", "id": id, "status": "completed", **more} | {
        "actuality": "actual",
        "subject": {"reference": "Group/g"},
    }


def lines(*resources: Any) -> bytes:
    return b"".join(
        each if isinstance(each, bytes) else json.dumps(each).encode() + b"\n" for each in resources
    )


@pytest.fixture
def staging(tmp_path: Path) -> Iterator[Staging]:
    with closing(Staging(tmp_path / "imports.sqlite")) as staging:
        yield staging


class Told(list[tuple[str, str]]):
    """The refusals, with the path taken off."""

    def refuse(self, place: str, reason: str) -> None:
        self.append((place.rpartition("/")[2], reason))


def imported(
    built: Path, staging: Staging, path: Path, checks: Checks = "structure"
) -> tuple[Tally, Told]:
    told = Told()
    with closing(Snapshot.open(snapshot_path(built, R5))) as curated:
        check = ImportCheck(R5, curated, NOW, checks)
        tally = Import(staging, check, told.refuse, lambda path, done: None).file(path)
    return tally, told


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"resourceType": "AdverseEvent"\n', "not JSON"),
        (b'{"id": "a", "id": "b"}\n', "stands twice"),
        (b"[]\n", "a FHIR resource is an object"),
        (b'{"resourceType": "Unicorn", "id": "a"}\n', "R5 has no resource type 'Unicorn'"),
        (b'{"id": "a"}\n', "no resource type None"),
        (event(""), "is no id"),
        ({k: v for k, v in event("a").items() if k != "id"}, "It has no id"),
        (event("a", status=3), "AdverseEvent.status"),
        (event("a", colour="red"), "colour"),
        (event("a", meta={"lastUpdated": "soon"}), "AdverseEvent.meta.lastUpdated"),
        ({"resourceType": "MedicationKnowledge", "id": CURATED}, "curated knowledge"),
    ],
)
def test_a_line_that_is_refused_is_told_and_the_rest_loaded(
    line: Any, reason: str, built: Path, staging: Staging, tmp_path: Path
) -> None:
    path = tmp_path / "bulk.ndjson"
    path.write_bytes(lines(event("first"), line, b"\n", event("last")))
    tally, told = imported(built, staging, path)
    ((place, why),) = told
    assert place == "bulk.ndjson:2"
    assert reason in why
    assert (tally.loaded, tally.refused, tally.unread) == (2, 1, "")
    assert [each.id for each in staging.resources()] == ["last", "first"]


def test_unchecked_resources_are_taken_as_they_are(
    built: Path, staging: Staging, tmp_path: Path
) -> None:
    path = tmp_path / "bulk.ndjson"
    path.write_bytes(lines(event("a", colour="red"), event("b", meta={"lastUpdated": "soon"})))
    tally, told = imported(built, staging, path, checks="none")
    assert tally.loaded == 1
    assert "'soon' is no instant" in told[0][1]


def test_the_text_is_kept_and_only_missing_dates_are_added(
    built: Path, staging: Staging, tmp_path: Path
) -> None:
    """Decimals keep their digits, and a resource that is whole its very bytes."""
    whole = b'{"resourceType":"AdverseEvent", "id":"w","meta":{"versionId":"7","lastUpdated":' + (
        b'"2020-05-01T00:00:00Z"},"status":"completed","actuality":"actual","subject":'
        b'{"reference":"Group/g"}}'
    )
    path = tmp_path / "bulk.ndjson"
    path.write_bytes(whole + b"  \r\n" + lines(event("bare")))
    imported(built, staging, path)
    first, second = staging.resources()
    assert (first.body, first.version_id) == (whole, "7")
    meta = {"versionId": "1", "lastUpdated": "2026-01-02T03:04:05Z"}
    assert list(json.loads(second.body).items())[:3] == [
        ("resourceType", "AdverseEvent"),
        ("id", "bare"),
        ("meta", meta),
    ]


def test_of_one_id_the_first_of_a_file_and_the_later_of_two_files_is_kept(
    built: Path, staging: Staging, tmp_path: Path
) -> None:
    first, second = tmp_path / "first.ndjson", tmp_path / "second.ndjson"
    first.write_bytes(lines(event("a", status="completed"), event("a", status="in-progress")))
    second.write_bytes(lines(event("a", status="unknown")))
    _, told = imported(built, staging, first)
    assert told == [("first.ndjson:2", "AdverseEvent/a stood on line 1 already; the first is kept")]
    assert b'"completed"' in next(staging.resources()).body
    imported(built, staging, second)
    assert b'"unknown"' in next(staging.resources()).body


@pytest.mark.parametrize("name", ["bundle.json", "bundle.json.gz"])
def test_a_bundle_gives_its_entries(
    name: str, built: Path, staging: Staging, tmp_path: Path
) -> None:
    entries = [{"resource": event("a")}, {}, {"resource": {"resourceType": "Unicorn"}}]
    document = json.dumps(
        {"resourceType": "Bundle", "type": "collection", "entry": entries}, indent=2
    ).encode()
    path = tmp_path / name
    path.write_bytes(gzip.compress(document) if name.endswith("gz") else document)
    tally, told = imported(built, staging, path)
    assert tally.loaded == 1
    assert [place for place, _ in told] == [f"{name}: entry[1]", f"{name}: entry[2]"]


@pytest.mark.parametrize("name", ["bulk.ndjson.gz", "bulk.jsonl", "bulk", "bulk.json"])
def test_lines_are_known_by_name_or_by_look(
    name: str, built: Path, staging: Staging, tmp_path: Path
) -> None:
    content = lines(event("a"), event("b"))
    path = tmp_path / name
    path.write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    assert imported(built, staging, path)[0].loaded == 2


def test_a_torn_file_gives_what_stands_before_the_tear(
    built: Path, staging: Staging, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH_RESOURCES", 1)
    path = tmp_path / "torn.ndjson.gz"
    whole = gzip.compress(
        lines(*(event(f"e{number}", note=[{"text": str(number) * 99}]) for number in range(200)))
    )
    path.write_bytes(whole[: len(whole) * 2 // 3])
    tally, _ = imported(built, staging, path)
    assert tally.unread
    assert 0 < tally.loaded == len(staging) < 200
    assert not staging.sources()[0].finished


def test_a_file_that_was_imported_is_not_read_again(
    built: Path, staging: Staging, tmp_path: Path
) -> None:
    """It is known by its content: a copy under another name is no new file."""
    path, copy = tmp_path / "a.ndjson", tmp_path / "b.ndjson"
    path.write_bytes(lines(event("a")))
    shutil.copy(path, copy)
    assert imported(built, staging, path)[0].loaded == 1
    assert imported(built, staging, copy)[0] == Tally()


def test_two_imports_at_once_are_refused(tmp_path: Path, staging: Staging) -> None:
    with pytest.raises(StoreUnavailable, match="another import is under way"):
        Staging(tmp_path / "imports.sqlite")


CHILD = """
import os, signal, sys
from datetime import datetime, UTC
from pathlib import Path
from fhir_kb.publish import importing
from fhir_kb.publish.import_check import ImportCheck
from fhir_kb.store.snapshot.reader import Snapshot
from fhir_kb.store.snapshot.staging import Staging
from fhir_kb.versions import VERSIONS

_, knowledge, staged, path, lines = sys.argv
left = int(lines)
importing.BATCH_RESOURCES = 7

def show(path, done):
    global left
    left -= 1
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)

check = ImportCheck(VERSIONS["r5"], Snapshot.open(Path(knowledge)), datetime.now(UTC), "none")
importing.Import(Staging(Path(staged)), check, print, show).file(Path(path))
"""


@pytest.mark.parametrize("name", ["bulk.ndjson", "bulk.ndjson.gz"])
def test_an_import_that_is_killed_goes_on_where_it_stopped(
    name: str, built: Path, tmp_path: Path
) -> None:
    """Killed again and again in the middle of a batch, it ends with every line exactly once."""
    content = lines(*(b"{broken\n" if n % 10 == 9 else event(f"e{n:03}") for n in range(100)))
    path, staged = tmp_path / name, tmp_path / "imports.sqlite"
    path.write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    refusals: list[str] = []
    for after in (12, 33, 20, 1000):
        arguments = (snapshot_path(built, R5), staged, path, after)
        done = subprocess.run(
            [sys.executable, "-c", CHILD, *map(str, arguments)], capture_output=True, check=False
        )
        refusals += done.stdout.decode().splitlines()
        assert done.returncode == (0 if after == 1000 else -signal.SIGKILL), done.stderr.decode()
    with closing(Staging(staged)) as staging:
        (source,) = staging.sources()
        assert (source.loaded, source.refused, source.finished) == (90, 10, True)
        assert sorted(each.id for each in staging.resources()) == [
            f"e{number:03}" for number in range(100) if number % 10 != 9
        ]
    assert {line.split()[0].rpartition(":")[2] for line in refusals} == {
        str(number) for number in range(10, 101, 10)
    }


@pytest.fixture
def folder(built: Path, tmp_path: Path) -> Path:
    """Return a data folder of its own with the built knowledge."""
    return Path(shutil.copytree(built, tmp_path / "data"))


def stage(folder: Path, path: Path) -> None:
    with closing(Staging(imports_path(folder, R5))) as staging:
        imported(folder, staging, path)
        build_imports(folder, R5, staging)


def test_what_is_imported_is_read_and_searched_beside_the_knowledge(
    folder: Path, tmp_path: Path
) -> None:
    """A server that runs has it with its next request; clients may change it, unlike the rest."""
    holder = SnapshotHolder(snapshot_path(folder, R5))
    before = holder.current().total("AdverseEvent")
    path = tmp_path / "bulk.ndjson"
    path.write_bytes(lines(event("mine", note=[{"text": "an Überraschung"}])))
    stage(folder, path)
    store = holder.current()
    assert store.total("AdverseEvent") == before + 1
    assert store.read("MedicationKnowledge", CURATED) is not None
    row = store.row("AdverseEvent", "mine")
    assert row is not None
    assert not store.is_curated(row)
    table = table_of(R5, frozenset(store.types))
    found = search(store, table, "AdverseEvent", [("_content", "uberraschung")])
    assert [match.id for match in found.matches] == ["mine"]


BUILDER = """
import os, signal, sys
from pathlib import Path
from fhir_kb.publish.release import build_imports, imports_path
from fhir_kb.store.snapshot.staging import Staging
from fhir_kb.versions import VERSIONS

def show(done):
    os.kill(os.getpid(), signal.SIGKILL)

folder, version = Path(sys.argv[1]), VERSIONS["r5"]
build_imports(folder, version, Staging(imports_path(folder, version)), show=show)
"""


def test_a_build_that_is_killed_leaves_the_old_snapshot_and_is_made_up_for(
    folder: Path, tmp_path: Path
) -> None:
    """The command, given again without a file, builds what was read already."""
    path = tmp_path / "bulk.ndjson"
    path.write_bytes(lines(event("mine")))
    with closing(Staging(imports_path(folder, R5))) as staging:
        imported(folder, staging, path)
    done = subprocess.run([sys.executable, "-c", BUILDER, str(folder)], check=False)
    assert done.returncode == -signal.SIGKILL
    with closing(Snapshot.open(snapshot_path(folder, R5))) as store:
        assert store.read("AdverseEvent", "mine") is None
        assert store.total("AdverseEvent") > 0
    assert main(["import", "--fhir", "r5", "--data", str(folder)]) == 0
    with closing(Snapshot.open(snapshot_path(folder, R5))) as store:
        assert store.read("AdverseEvent", "mine") is not None
    assert not list(folder.glob(".*.partial"))


def test_a_later_release_keeps_what_was_imported(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "bulk.ndjson"
    path.write_bytes(lines(event("mine")))
    stage(folder, path)
    build_release(folder)
    with closing(Snapshot.open(snapshot_path(folder, R5))) as store:
        assert store.read("AdverseEvent", "mine") is not None
    with closing(Staging(imports_path(folder, R5))) as staging:
        assert staging.remove(staging.sources()[0].number) == 1
        build_imports(folder, R5, staging)
    with closing(Snapshot.open(snapshot_path(folder, R5))) as store:
        assert store.read("AdverseEvent", "mine") is None
        assert store.total("AdverseEvent") > 0
