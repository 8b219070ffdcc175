"""The SARIF report, held to what SARIF 2.1.0 requires of the parts that are written."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from fhir_kb.validation.reports.sarif import report
from fhir_kb.validation.verdict import Verdict

# Written from the specification's sections 3.13 to 3.58: what we write, and nothing else.
SCHEMA = json.loads((Path(__file__).parent / "sarif_schema.json").read_text())


@pytest.fixture
def log(verdicts: list[Verdict]) -> dict[str, Any]:
    content: dict[str, Any] = json.loads("".join(report(verdicts)))
    return content


def test_the_log_is_sarif(log: dict[str, Any]) -> None:
    """A code host refuses the whole upload for one wrong property."""
    assert [error.message for error in Draft7Validator(SCHEMA).iter_errors(log)] == []


def test_each_issue_is_a_result_at_its_line(log: dict[str, Any]) -> None:
    result = log["runs"][0]["results"][0]
    assert (result["ruleId"], result["level"]) == ("code-not-in-value-set", "error")
    [location] = result["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "a.json"},
        "region": {"startLine": 1, "startColumn": 27},
    }
    assert location["logicalLocations"] == [{"fullyQualifiedName": "Patient.gender"}]


def test_each_result_says_its_version_and_whence(log: dict[str, Any]) -> None:
    """Whoever reads one alert sees no other: it must say what the verdict is worth."""
    told = [
        (result["properties"]["fhirVersion"], result["properties"]["fhirVersionIs"])
        for result in log["runs"][0]["results"]
    ]
    assert told == [("4.0.1", "assumed")] * 5 + [("4.3.0", "told")]


def test_each_file_says_its_version_also_without_result(log: dict[str, Any]) -> None:
    """A valid file has no result; what it was checked as stands with the file."""
    files = [
        (row["location"]["uri"], row.get("properties", {}).get("checked"))
        for row in log["runs"][0]["artifacts"]
    ]
    assert files == [
        ("a.json", [{"fhirVersion": "4.0.1", "fhirVersionIs": "assumed", "resources": 1}]),
        ("b%20c/%C3%A4.xml", [{"fhirVersion": "5.0.0", "fhirVersionIs": "stated", "resources": 1}]),
        (
            "file:///abs/n.ndjson",
            [{"fhirVersion": "4.3.0", "fhirVersionIs": "told", "resources": 1}],
        ),
        ("gone.json", None),
    ]


def test_severities_become_levels(log: dict[str, Any]) -> None:
    levels = [result["level"] for result in log["runs"][0]["results"]]
    assert levels == ["error", "warning", "note", "note", "note", "error"]


def test_each_rule_that_is_used_is_described_once(log: dict[str, Any]) -> None:
    run = log["runs"][0]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert sorted(rules) == sorted({result["ruleId"] for result in run["results"]})
    assert not any(
        "{" in rule["shortDescription"]["text"] for rule in run["tool"]["driver"]["rules"]
    )


def test_a_file_that_was_not_checked_makes_the_run_fail(log: dict[str, Any]) -> None:
    """Otherwise a code host would close the alerts of a file that nobody looked at."""
    [invocation] = log["runs"][0]["invocations"]
    assert invocation["executionSuccessful"] is False
    [notification] = invocation["toolExecutionNotifications"]
    assert notification["message"]["text"] == "It cannot be read: gone"


def test_paths_are_uris(verdicts: list[Verdict]) -> None:
    """A blank or a letter beyond ASCII is escaped, an absolute path is a file: URI."""
    renamed = [
        Verdict(name, None, "R4", "told", verdicts[0].issues[:1], 0.0)
        for name in ("b c/ä.xml", "/abs/n.json")
    ]
    log = json.loads("".join(report(renamed)))
    assert [
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for result in log["runs"][0]["results"]
    ] == ["b%20c/%C3%A4.xml", "file:///abs/n.json"]
