"""Input made to break a reader costs the command a moment and a clear line, never a trace."""

import io
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from malformed import CASES, SECONDS

from fhir_kb.cli import main

HOSTILE = "id.matches('^(a|aa)+$')"
PROFILE = "http://example.org/StructureDefinition/hostile"


@pytest.mark.parametrize("name", CASES)
def test_each_is_refused_quickly_and_clearly(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content, words = CASES[name]
    file = tmp_path / "resource"
    file.write_bytes(content)
    start = time.process_time()
    status = main(["validate", str(file), "--format", "json"])
    assert time.process_time() - start < SECONDS
    [row] = json.loads(capsys.readouterr().out)["resources"]
    faults = [issue for issue in row["issues"] if issue["severity"] in ("fatal", "error")]
    assert any(words in issue["message"] for issue in faults), faults
    limit = faults[0]["messageId"] in ("too-large", "too-deep")
    assert (status, row["outcome"]) == ((2, "not checked") if limit else (1, "invalid"))


@pytest.mark.parametrize("format", ["text", "sarif", "junit"])
def test_the_report_itself_stays_small(
    format: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A hundred thousand faults are not a hundred thousand lines."""
    file = tmp_path / "resource.json"
    file.write_bytes(CASES["100,000 unknown elements"][0])
    assert main(["validate", str(file), "--format", format]) == 1
    assert len(capsys.readouterr().out) < 1_000_000


def test_a_body_of_100_megabytes_is_not_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "large.json"
    with file.open("wb") as stream:
        stream.truncate(100_000_000)
    start = time.process_time()
    assert main(["validate", str(file)]) == 2
    assert time.process_time() - start < SECONDS
    assert "has 100000000 bytes; at most 64000000 are read" in capsys.readouterr().out


def test_an_input_without_an_end_is_given_up(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Standard input has no size to ask for: it is read up to the limit."""
    monkeypatch.setattr("fhir_kb.cli.validation_documents.BYTES_MAX", 1000)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b" " * 2000)))
    assert main(["validate", "-"]) == 2
    assert "<stdin>: not checked: It has more than 1000 bytes" in capsys.readouterr().out


def test_a_line_without_an_end_costs_only_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("fhir_kb.cli.validation_documents.BYTES_MAX", 1000)
    file = tmp_path / "all.ndjson"
    good = b'{"resourceType":"Patient"}\n'
    file.write_bytes(good + b"x" * 5000 + b"\n" + good)
    assert main(["validate", str(file), "--format", "json"]) == 2
    rows = json.loads(capsys.readouterr().out)["resources"]
    assert [(row["line"], row["outcome"]) for row in rows] == [
        (1, "valid"),
        (2, "not checked"),
        (3, "valid"),
    ]


def test_a_hostile_pattern_in_a_profile_is_given_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A profile from outside may hold a regular expression that would run for years."""
    constraint = {"key": "x", "severity": "error", "human": "x", "expression": HOSTILE}
    profile = {
        "resourceType": "StructureDefinition",
        "url": PROFILE,
        "name": "Hostile",
        "status": "active",
        "kind": "resource",
        "abstract": False,
        "type": "Patient",
        "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Patient",
        "derivation": "constraint",
        "differential": {
            "element": [{"id": "Patient", "path": "Patient", "constraint": [constraint]}]
        },
    }
    (tmp_path / "profile.json").write_text(json.dumps(profile))
    resource = {"resourceType": "Patient", "id": "a" * 60 + "."}
    (tmp_path / "patient.json").write_text(json.dumps(resource))
    start = time.process_time()
    main(
        [
            "validate",
            str(tmp_path / "patient.json"),
            "--package",
            str(tmp_path / "profile.json"),
            "--profile",
            PROFILE,
        ]
    )
    assert time.process_time() - start < SECONDS
    assert "x could not be checked" in capsys.readouterr().out


@pytest.mark.parametrize("content", [b"", b"not a package", b"\x1f\x8b\x08\x00broken"])
def test_a_broken_package_is_refused(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing can be said without the profiles that were asked for."""
    (tmp_path / "package.tgz").write_bytes(content)
    (tmp_path / "patient.json").write_text('{"resourceType":"Patient"}')
    arguments = [str(tmp_path / "patient.json"), "--package", str(tmp_path / "package.tgz")]
    assert main(["validate", *arguments]) == 2
    assert "package.tgz" in capsys.readouterr().err


def test_a_reader_that_goes_away_ends_the_command(tmp_path: Path) -> None:
    """``fhir-kb validate … | head`` prints no trace."""
    file = tmp_path / "all.ndjson"
    file.write_text('{"resourceType":"Patient"}\n' * 5000)
    command = [sys.executable, "-m", "fhir_kb", "validate", str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(20) == 2
        assert b"Traceback" not in process.stderr.read()
