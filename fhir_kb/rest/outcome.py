"""OperationOutcome: what went wrong, where, and what would work.

https://hl7.org/fhir/R4/operationoutcome.html
"""

from collections.abc import Mapping
from http import HTTPStatus

from fhir_kb.errors import (
    FhirKbError,
    InvalidResource,
    MethodNotAllowed,
    StoreUnavailable,
    TooManyCalls,
    Unauthenticated,
)
from fhir_kb.formats import Json
from fhir_kb.formats.json import write_json
from fhir_kb.rest.message import Response


def issue(severity: str, code: str, text: str, expression: str | None = None) -> Json:
    """Return one issue."""
    entry: Json = {"severity": severity, "code": code, "diagnostics": text}
    if expression:
        entry["expression"] = [expression]
    return entry


def outcome(*issues: Mapping[str, object]) -> Json:
    """Return an OperationOutcome; it has at least one issue."""
    return {"resourceType": "OperationOutcome", "issue": [dict(row) for row in issues]}


def error_response(error: FhirKbError) -> Response:
    """Return the answer to a request that was refused; a fault of ours tells no inner detail."""
    return Response(error.status, write_json(error_outcome(error)), _headers(error))


def error_outcome(error: FhirKbError) -> Json:
    """Return a refusal as OperationOutcome; of a resource that is invalid every issue is told."""
    first = issue("error", error.code, _text(error), error.expression)
    return outcome(first, *(error.issues if isinstance(error, InvalidResource) else ()))


def _text(error: FhirKbError) -> str:
    if error.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return error.message
    if isinstance(error, StoreUnavailable):
        return "The store cannot be used now and nothing was changed; try again in a while"
    return "The server could not answer; it has been noted"


def _headers(error: FhirKbError) -> Mapping[str, str]:
    if isinstance(error, MethodNotAllowed) and error.allowed:
        return {"Allow": ", ".join(error.allowed)}
    if isinstance(error, TooManyCalls):
        return {"Retry-After": str(error.seconds)}
    if isinstance(error, Unauthenticated):
        return {"WWW-Authenticate": 'Bearer realm="fhir_kb"'}
    if isinstance(error, StoreUnavailable):
        return {"Retry-After": "5"}
    return {}
