"""``fhir-kb schema``: the JSON Schema of a resource type, on standard output."""

import json

import pytest
from jsonschema import Draft7Validator

from fhir_kb.cli import main


def test_the_schema_is_printed(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["schema", "Binary", "--fhir", "r5"]) == 0
    schema = json.loads(capfdbinary.readouterr().out)
    validator = Draft7Validator(schema)
    assert validator.is_valid({"resourceType": "Binary", "contentType": "text/plain"})
    assert not validator.is_valid({"resourceType": "Binary"})


def test_an_unknown_type_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "Binry"]) == 1
    assert "did you mean 'Binary'?" in capsys.readouterr().err
