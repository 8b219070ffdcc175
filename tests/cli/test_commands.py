"""The command answers, refuses with words, and says by its exit status which it was."""

import json
from pathlib import Path

import pytest

from fhir_kb.cli import main


def test_a_resource_is_printed(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """``fhir-kb get`` needs no server and no built knowledge."""
    assert main(["get", "MedicationKnowledge/thalidomide", "--fhir", "r5"]) == 0
    resource = json.loads(capfdbinary.readouterr().out)
    assert (resource["resourceType"], resource["id"]) == ("MedicationKnowledge", "thalidomide")
    assert "indicationGuideline" in resource


def test_a_resource_that_is_not_there_is_refused_with_its_neighbours(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Exit status 1, and what would work."""
    assert main(["get", "MedicationKnowledge/thalidomid"]) == 1
    assert "MedicationKnowledge/thalidomide" in capsys.readouterr().err


def test_the_packaged_facts_are_without_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    """``fhir-kb facts check`` counts what it read."""
    assert main(["facts", "check"]) == 0
    assert "no mistake found" in capsys.readouterr().out


def test_no_fact_is_missing_from_the_resources(capsys: pytest.CaptureFixture[str]) -> None:
    """``fhir-kb facts coverage`` exits with 1 as soon as a fact is in no element."""
    assert main(["facts", "coverage", "--missing"]) == 0
    assert capsys.readouterr().out == ""


def test_the_schema_of_a_kind_of_file_is_printed(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """An editor can be given it."""
    assert main(["facts", "schema", "drug"]) == 0
    schema = json.loads(capfdbinary.readouterr().out)
    assert "dosing" in schema["properties"]


def test_the_knowledge_is_built_into_a_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """``fhir-kb build`` says what it built."""
    assert main(["build", "--data", str(tmp_path)]) == 0
    assert {"r4.sqlite", "r4b.sqlite", "r5.sqlite", "manifest.json"} <= {
        file.name for file in tmp_path.iterdir()
    }
    assert "resources, knowledge release" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["--help"], ["nonsense"], ["get"]])
def test_a_wrong_call_explains_itself(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Usage is printed, with the exit status of the argument parser."""
    try:
        status = main(arguments)
    except SystemExit as exit:
        status = int(exit.code or 0)
    assert status == (0 if arguments == ["--help"] else 2)
    captured = capsys.readouterr()
    assert "usage: fhir-kb" in captured.out + captured.err
