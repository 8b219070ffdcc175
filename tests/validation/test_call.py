"""``fhir_kb.validate``: what a Python program has at hand goes in as it is."""

import json
import subprocess
import sys

import pytest

import fhir_kb
from fhir_kb.errors import NotAcceptable
from fhir_kb.validation import Issue

OBSERVATION = {
    "resourceType": "Observation",
    "status": "final",
    "code": {"text": "x"},
    "valueQuantity": {"value": 1.5},
}


def errors(issues: list[Issue]) -> list[str]:
    return [issue.message_id for issue in issues if issue.is_error]


@pytest.mark.parametrize("version", ["R4", "r4", "4.0", "4.0.1", "R4B", "r5", "5.0.0", None])
def test_a_dict_from_json_is_valid_as_it_is(version: str | None) -> None:
    """``json.loads`` makes floats; that is no fault of the resource."""
    assert errors(fhir_kb.validate(OBSERVATION, version=version)) == []


def test_text_has_lines() -> None:
    content = '{\n"resourceType":"Patient",\n"active":1}'
    [found] = [issue for issue in fhir_kb.validate(content, "R4") if issue.is_error]
    assert (found.line, found.column) == (3, 1)


@pytest.mark.parametrize(
    "content",
    [
        {"resourceType": "StructureDefinition", "fhirVersion": "5.0.0"},
        '{"resourceType":"StructureDefinition","fhirVersion":"5.0.0"}',
        {"resourceType": "Transport"},
    ],
)
def test_the_version_is_taken_from_the_resource(content: dict[str, str] | str) -> None:
    """5.0.0's enumerations have versionAlgorithm; R4 would not know Transport at all."""
    assert "unknown-resource-type" not in errors(fhir_kb.validate(content))


def test_an_unknown_version_is_refused() -> None:
    with pytest.raises(NotAcceptable, match="known are R4, R4B and R5"):
        fhir_kb.validate(OBSERVATION, "R3")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (float("nan"), "primitive-form"),
        (float("inf"), "primitive-form"),
        (object(), "wrong-json-type"),
        ((1,), "wrong-json-type"),
    ],
)
def test_what_json_cannot_hold_is_a_finding(value: object, expected: str) -> None:
    """Nothing but the version is refused; a program gets the list it asked for."""
    resource = {**OBSERVATION, "valueQuantity": {"value": value}}
    assert errors(fhir_kb.validate(resource)) == [expected]


def test_a_bottomless_dict_is_a_finding() -> None:
    resource: dict[str, object] = {"resourceType": "Basic"}
    for _ in range(100_000):
        resource = {"resourceType": "Basic", "contained": [resource]}
    assert "too-deep" in errors(fhir_kb.validate(resource))


def test_the_package_itself_stays_light() -> None:
    """``import fhir_kb`` and ``fhir-kb --version`` must not load the validator."""
    code = "import sys, fhir_kb; print('fhir_kb.validation' in sys.modules, fhir_kb.validate)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert answer.stdout.startswith(b"False <function validate")


def test_no_other_name_is_public() -> None:
    with pytest.raises(AttributeError, match="no attribute 'valdate'"):
        getattr(fhir_kb, "valdate")  # noqa: B009 -- mypy knows that it is not there


def test_a_list_is_json_too() -> None:
    """Serialised again, the same resource gives the same findings."""
    resource = {**OBSERVATION, "status": "done"}
    assert errors(fhir_kb.validate(resource)) == errors(fhir_kb.validate(json.dumps(resource)))
