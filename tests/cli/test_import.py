"""``fhir-kb import`` says what it did, and by its exit status whether all of it worked."""

import json
import shutil
from pathlib import Path

import pytest

from fhir_kb.cli import main


@pytest.fixture
def folder(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "data"))


def basic(id: str) -> bytes:
    code = {"coding": [{"system": "http://example.org/kinds", "code": "note"}]}
    return json.dumps({"resourceType": "Basic", "id": id, "code": code}).encode() + b"\n"


def test_it_loads_lists_and_takes_out(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bulk.ndjson"
    path.write_bytes(basic("a") + b"{broken\n" + basic("b"))
    into = ["--fhir", "r5", "--data", str(folder)]
    assert main(["import", str(path), *into]) == 1
    said = capsys.readouterr()
    assert f"{path}:2: The content is not JSON" in said.err
    assert f"{path}: 2 loaded, 1 refused" in said.out
    assert "2 of them imported" in said.out
    assert "Basic: new here. A server that runs" in said.out
    assert main(["import", str(path), *into]) == 0
    assert "nothing new; it was imported before" in capsys.readouterr().out
    assert main(["import", "--list", *into]) == 0
    assert capsys.readouterr().out == f"1\t{path}\t2 loaded, 1 refused\n"
    assert main(["import", "--remove", "1", *into]) == 0
    assert "2 resources taken out" in capsys.readouterr().out
    assert main(["import", "--list", *into]) == 0
    assert capsys.readouterr().out == ""


def test_a_file_that_is_not_there_is_told_by_status_2(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "none.ndjson"
    assert main(["import", str(path), "--fhir", "r4", "--data", str(folder)]) == 2
    assert "No such file" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["--remove", "9"]])
def test_a_call_without_a_known_file_is_refused(
    arguments: list[str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", *arguments, "--fhir", "r4", "--data", str(folder)]) == 1
    assert capsys.readouterr().err
