"""OperationOutcome: what went wrong, where, and what would work.

https://hl7.org/fhir/R4/operationoutcome.html
"""

from fhir_kb.errors import FhirKbError
from fhir_kb.formats import Json
from fhir_kb.formats.json import write_json
from fhir_kb.rest.message import Response


def issue(severity: str, code: str, text: str, expression: str | None = None) -> Json:
    """Return one issue."""
    entry: Json = {"severity": severity, "code": code, "diagnostics": text}
    if expression:
        entry["expression"] = [expression]
    return entry


def outcome(*issues: Json) -> Json:
    """Return an OperationOutcome; it has at least one issue."""
    return {"resourceType": "OperationOutcome", "issue": list(issues)}


def error_response(error: FhirKbError) -> Response:
    """Return the answer to a request that was refused; a fault of ours tells no inner detail."""
    text = error.message if error.status < 500 else "The server could not answer; it has been noted"
    body = outcome(issue("error", error.code, text, error.expression))
    return Response(error.status, write_json(body))
