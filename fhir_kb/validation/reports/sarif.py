"""Verdicts as SARIF 2.1.0, which code hosts show beside the lines they are about.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

from fhir_kb import __version__
from fhir_kb.formats import Json
from fhir_kb.formats.json import write_json
from fhir_kb.validation.issue import Issue
from fhir_kb.validation.messages import MESSAGES
from fhir_kb.validation.verdict import Verdict

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS: Mapping[str, str] = {
    "fatal": "error",
    "error": "error",
    "warning": "warning",
    "information": "note",
}
_FACT = re.compile(r"\{[^}]*\}")
"""What a message says of a case; the rule says it of all cases."""


def report(verdicts: Iterable[Verdict]) -> Iterator[str]:
    """Yield the log of one run; what was not checked at all is a notification of the tool."""
    results: list[Json] = []
    notifications: list[Json] = []
    versions: dict[str, Counter[tuple[str, str]]] = {}
    for verdict in verdicts:
        of_file = versions.setdefault(_uri(verdict), Counter())
        if verdict.fhir_version is not None:
            of_file[verdict.fhir_version, verdict.version_source] += 1
        results += [_result(verdict, issue) for issue in verdict.issues]
        if verdict.refused:
            notifications.append(_notification(verdict))
    invocation: Json = {"executionSuccessful": not notifications}
    if notifications:
        invocation["toolExecutionNotifications"] = notifications
    run: Json = {
        "tool": {"driver": _driver(results)},
        "invocations": [invocation],
        "artifacts": [_artifact(uri, counted) for uri, counted in versions.items()],
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    yield write_json(log, indent=2).decode() + "\n"


def _driver(results: list[Json]) -> Json:
    used = {result["ruleId"] for result in results}
    rules = [
        {
            "id": id,
            "shortDescription": {"text": _FACT.sub("…", message.text)},
            "defaultConfiguration": {"level": _LEVELS[message.severity]},
        }
        for id, message in MESSAGES.items()
        if id in used
    ]
    return {"name": "fhir-kb validate", "version": __version__, "rules": rules}


def _result(verdict: Verdict, issue: Issue) -> Json:
    location: Json = {"physicalLocation": _file(verdict, issue)}
    if issue.expression:
        location["logicalLocations"] = [{"fullyQualifiedName": issue.expression}]
    result: Json = {
        "ruleId": issue.message_id,
        "level": _LEVELS[issue.severity],
        "message": {"text": issue.message},
        "locations": [location],
    }
    properties = {
        "fhirVersion": verdict.fhir_version,
        "fhirVersionIs": verdict.version_source,
        "source": issue.source or None,
    }
    result["properties"] = {name: value for name, value in properties.items() if value}
    return result


def _artifact(uri: str, counted: Counter[tuple[str, str]]) -> Json:
    """Return a file with the versions that its resources were validated as, and whence known."""
    artifact: Json = {"location": {"uri": uri}}
    checked = [
        {"fhirVersion": version, "fhirVersionIs": source, "resources": number}
        for (version, source), number in counted.items()
    ]
    return artifact | {"properties": {"checked": checked}} if checked else artifact


def _notification(verdict: Verdict) -> Json:
    return {
        "level": "error",
        "message": {"text": verdict.refused},
        "locations": [{"physicalLocation": _file(verdict, None)}],
    }


def _file(verdict: Verdict, issue: Issue | None) -> Json:
    place: Json = {"artifactLocation": {"uri": _uri(verdict)}}
    line, column = (issue.line, issue.column) if issue is not None else (None, None)
    region = {"startLine": verdict.line if line is None else line, "startColumn": column}
    known = {name: number for name, number in region.items() if number is not None}
    return place | {"region": known} if known else place


def _uri(verdict: Verdict) -> str:
    path = Path(verdict.name)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())
