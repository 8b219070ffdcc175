"""Issues as an OperationOutcome, with the line, the message id and the source as HL7 writes them.

https://hl7.org/fhir/R4/operationoutcome.html
"""

from collections.abc import Iterable

from fhir_kb.formats import Json
from fhir_kb.validation.issue import Issue

_EXTENSION = "http://hl7.org/fhir/StructureDefinition/operationoutcome-"


def operation_outcome(issues: Iterable[Issue]) -> Json:
    """Return the OperationOutcome of a validation; without issues it says that all is well."""
    rows = [_row(issue) for issue in issues]
    return {"resourceType": "OperationOutcome", "issue": rows or [dict(_ALL_IS_WELL)]}


_ALL_IS_WELL: Json = {
    "severity": "information",
    "code": "informational",
    "diagnostics": "No issues were found",
}


def _row(issue: Issue) -> Json:
    facts: list[Json] = [_fact("message-id", "valueString", issue.message_id)]
    location = issue.location
    if location is not None:
        facts.append(_fact("issue-line", "valueInteger", location.line))
        # The extension pack defines the line as an integer and the column as a string.
        facts.append(_fact("issue-col", "valueString", str(location.column)))
    if issue.source:
        facts.append(_fact("issue-source", "valueString", issue.source))
    row: Json = {
        "extension": facts,
        "severity": issue.severity,
        "code": issue.code,
        "details": {"text": issue.message},
    }
    if issue.expression:
        row["expression"] = [issue.expression]
    return row


def _fact(name: str, key: str, value: object) -> Json:
    return {"url": _EXTENSION + name, key: value}
