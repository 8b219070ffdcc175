"""Refusals as answers: what a caller may know, in which header and which words.

https://hl7.org/fhir/R4/operationoutcome.html
"""

import pytest

from fhir_kb.errors import (
    CorruptedResource,
    FhirKbError,
    InvalidResource,
    MethodNotAllowed,
    PreconditionFailed,
    StoreUnavailable,
    Unauthenticated,
)
from fhir_kb.formats.json import read_json
from fhir_kb.rest.outcome import error_response

ISSUE = {"severity": "error", "code": "value", "diagnostics": "this is why"}

ROWS = [
    (PreconditionFailed("it is version 2"), 412, {}, "it is version 2"),
    (MethodNotAllowed("no", allowed=("GET", "HEAD")), 405, {"Allow": "GET, HEAD"}, "no"),
    (MethodNotAllowed("no"), 405, {}, "no"),
    (Unauthenticated("who?"), 401, {"WWW-Authenticate": 'Bearer realm="fhir_kb"'}, "who?"),
    (StoreUnavailable("disk /srv/x is full"), 503, {"Retry-After": "5"}, "nothing was changed"),
    (CorruptedResource("/srv/x row 7"), 500, {}, "has been noted"),
    (FhirKbError("/srv/x"), 500, {}, "has been noted"),
]


@pytest.mark.parametrize(("error", "status", "headers", "words"), ROWS)
def test_a_refusal_tells_what_helps_and_no_more(
    error: FhirKbError, status: int, headers: dict[str, str], words: str
) -> None:
    """A fault of ours names no file; a mistake of the caller is said as it is."""
    reply = error_response(error)
    issue = read_json(reply.body)["issue"][0]
    assert (reply.status, reply.headers, issue["code"]) == (status, headers, error.code)
    assert words in issue["diagnostics"]
    assert "/srv" not in issue["diagnostics"]


def test_an_invalid_resource_brings_every_issue() -> None:
    """The refusal first, then each reason in the validator's own words."""
    reply = error_response(InvalidResource("not written", [ISSUE]))
    assert [row["diagnostics"] for row in read_json(reply.body)["issue"]] == [
        "not written",
        "this is why",
    ]
