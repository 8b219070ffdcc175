"""Verdicts as one JSON object, for programs."""

from collections import Counter
from collections.abc import Iterable, Iterator

from fhir_kb.formats import Json
from fhir_kb.formats.json import write_json
from fhir_kb.validation.issue import Issue
from fhir_kb.validation.verdict import Verdict


def report(verdicts: Iterable[Verdict]) -> Iterator[str]:
    """Yield the report: ``resources``, each with its issues, then how many had which outcome."""
    totals: Counter[str] = Counter()
    separator = ""
    yield '{"resources":['
    for verdict in verdicts:
        totals[verdict.outcome] += 1
        yield separator + "\n" + write_json(_row(verdict)).decode()
        separator = ","
    counts = {
        "valid": totals["valid"],
        "invalid": totals["invalid"],
        "notChecked": totals["not checked"],
    }
    yield '\n],"total":' + write_json(counts).decode() + "}\n"


def _row(verdict: Verdict) -> Json:
    row = {
        "file": verdict.name,
        "line": verdict.line,
        "outcome": verdict.outcome,
        "fhirVersion": verdict.fhir_version,
        "fhirVersionIs": verdict.version_source if verdict.release else None,
        "notCheckedBecause": verdict.refused or None,
        "issues": [_issue(issue) for issue in verdict.issues],
    }
    return {key: value for key, value in row.items() if value is not None}


def _issue(issue: Issue) -> Json:
    row = {
        "severity": issue.severity,
        "code": issue.code,
        "messageId": issue.message_id,
        "message": issue.message,
        "expression": issue.expression or None,
        "line": issue.line,
        "column": issue.column,
        "source": issue.source or None,
    }
    return {key: value for key, value in row.items() if value is not None}
