"""The JSON report: what a script reads."""

import json

from fhir_kb.validation.reports.json_report import report
from fhir_kb.validation.verdict import Verdict


def test_each_resource_has_its_outcome_and_issues(verdicts: list[Verdict]) -> None:
    content = json.loads("".join(report(verdicts)))
    assert content["total"] == {"valid": 1, "invalid": 2, "notChecked": 1}
    assert [row["outcome"] for row in content["resources"]] == [
        "invalid",
        "valid",
        "invalid",
        "not checked",
    ]
    first, second, third, fourth = content["resources"]
    assert first["issues"][0] == {
        "severity": "error",
        "code": "code-invalid",
        "messageId": "code-not-in-value-set",
        "message": "'<m>' & \x00 \"x\" is not in the value set",
        "expression": "Patient.gender",
        "line": 1,
        "column": 27,
    }
    assert first["issues"][1]["source"] == "dom-6"
    assert (second["fhirVersion"], second["fhirVersionIs"]) == ("5.0.0", "stated")
    assert third["line"] == 3
    assert fourth["notCheckedBecause"] == "It cannot be read: gone"
    assert "fhirVersion" not in fourth


def test_nothing_is_a_report_too() -> None:
    assert json.loads("".join(report([])))["resources"] == []
