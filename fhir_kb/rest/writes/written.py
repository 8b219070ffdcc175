"""What a write came to, and how it is told: Location, ETag and as much as was asked for.

https://hl7.org/fhir/R4/http.html#ops
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from fhir_kb.formats.json import write_json
from fhir_kb.rest.conditional import version_headers
from fhir_kb.rest.message import Request, Response
from fhir_kb.rest.outcome import issue, outcome
from fhir_kb.rest.writes.validity import Issues
from fhir_kb.store.resource import StoredResource

Return = Literal["minimal", "representation", "OperationOutcome"]
_RETURNS: Mapping[str, Return] = {
    "minimal": "minimal",
    "representation": "representation",
    "operationoutcome": "OperationOutcome",
}


@dataclass(frozen=True, slots=True)
class Written:
    """A version as it was written, or found by the condition of a create.

    ``resource`` is None after the deletion of what is not there. ``issues`` are remarks. ``also``
    are the others that were deleted with it by one condition.
    """

    status: int
    resource: StoredResource | None
    issues: Issues = ()
    deleted: bool = False
    also: tuple[StoredResource, ...] = ()


def preferred_return(prefer: str) -> Return | None:
    """Return what ``Prefer: return=…`` asks for; None when it does not ask."""
    for part in prefer.split(","):
        name, _, value = part.partition(";")[0].partition("=")
        if name.strip().lower() == "return":
            return _RETURNS.get(value.strip().strip('"').lower())
    return None


def location(base: str, resource: StoredResource) -> str:
    """Return the URL of a version."""
    return f"{base}/{resource.type}/{resource.id}/_history/{resource.version_id}"


def written_response(request: Request, written: Written) -> Response:
    """Return the answer to a write: the whole resource unless the caller prefers otherwise."""
    asked = preferred_return(request.header("prefer"))
    headers = dict(_headers(request, written))
    if asked:
        headers["Preference-Applied"] = f"return={asked}"
    # The headers tell of one version only.
    told = None if written.also else written.resource
    if asked == "OperationOutcome":
        status = 200 if written.status == 204 else written.status
        return Response(status, write_json(outcome(*remarks(written))), headers, told)
    if asked == "minimal" or written.deleted or written.resource is None:
        return Response(written.status, b"", headers, told)
    return Response(written.status, written.resource.body, headers, written.resource)


def remarks(written: Written) -> Issues:
    """Return what happened as an issue, and the validator's remarks after it."""
    resource = written.resource
    if resource is None:
        return (issue("information", "informational", "There was nothing to delete"),)
    done = "was deleted with" if written.deleted else _DONE[written.status]
    texts = (
        f"{each.type}/{each.id} {done} version {each.version_id}"
        for each in (resource, *written.also)
    )
    return (*(issue("information", "informational", text) for text in texts), *written.issues)


_DONE: Mapping[int, str] = {201: "was created as", 200: "is now in"}


def _headers(request: Request, written: Written) -> Mapping[str, str]:
    if written.resource is None or written.also:
        return {}
    if written.deleted:
        return {"ETag": version_headers(written.resource)["ETag"]}
    return {"Location": location(request.base, written.resource)} | dict(
        version_headers(written.resource)
    )
