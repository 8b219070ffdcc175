"""``fhir-kb get`` prints what the server serves: ours, what was imported and what clients wrote."""

import json
import shutil
from pathlib import Path

import pytest

from fhir_kb.cli import main
from fhir_kb.settings import Settings
from fhir_kb.web import create_app

CODE = {"coding": [{"system": "http://example.org/kinds", "code": "note"}]}
MINE = {"resourceType": "Organization", "id": "mine", "name": "Ours"}
NOTE = {"resourceType": "Basic", "id": "note", "code": CODE}


@pytest.fixture
def folder(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "data"))


def got(
    capfdbinary: pytest.CaptureFixture[bytes], folder: Path, resource: str, *more: str
) -> tuple[int, bytes, bytes]:
    capfdbinary.readouterr()
    status = main(["get", resource, "--fhir", "r5", "--data", str(folder), *more])
    captured = capfdbinary.readouterr()
    return status, captured.out, captured.err


def test_what_was_imported_is_there(
    folder: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """The first thing that is typed after an import."""
    path = tmp_path / "bulk.ndjson"
    path.write_bytes(json.dumps(NOTE).encode())
    assert got(capfdbinary, folder, "Basic/note")[0] == 1
    assert main(["import", str(path), "--fhir", "r5", "--data", str(folder)]) == 0
    status, out, _ = got(capfdbinary, folder, "Basic/note")
    assert (status, json.loads(out)["code"]) == (0, CODE)
    assert b"<Basic xmlns" in got(capfdbinary, folder, "Basic/note", "--format", "xml")[1]
    assert got(capfdbinary, folder, "MedicationKnowledge/thalidomide")[0] == 0


def test_what_clients_wrote_is_there_where_writes_are_on(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """The same settings, the same resources; one that was deleted is said to be."""
    client = create_app(Settings(data=folder, writes="on")).test_client()
    assert client.put("/fhir/r5/Organization/mine", json=MINE).status_code == 201
    assert got(capfdbinary, folder, "Organization/mine")[0] == 1
    monkeypatch.setenv("FHIR_KB_WRITES", "on")
    status, out, _ = got(capfdbinary, folder, "Organization/mine")
    assert (status, json.loads(out)["id"]) == (0, "mine")
    client.delete("/fhir/r5/Organization/mine")
    status, _, err = got(capfdbinary, folder, "Organization/mine")
    assert (status, b"deleted" in err) == (1, True)


def test_nothing_is_made_by_looking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """A folder that is not there stays so, and ours is printed without one."""
    monkeypatch.setenv("FHIR_KB_WRITES", "on")
    folder = tmp_path / "none"
    assert got(capfdbinary, folder, "Basic/note")[0] == 1
    assert got(capfdbinary, folder, "MedicationKnowledge/thalidomide")[0] == 0
    assert not folder.exists()
