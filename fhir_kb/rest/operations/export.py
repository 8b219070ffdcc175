"""``$export``: everything as NDJSON files, begun now and fetched later.

https://hl7.org/fhir/uv/bulkdata/STU2/export.html

The kick-off is an operation; the status and the files have URLs of their own below it.
"""

from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path

from fhir_kb.errors import InvalidParameter, UnknownResource, UnknownType
from fhir_kb.export import Exports, Failed, Finished, Working
from fhir_kb.export.exports import WAIT_SECONDS
from fhir_kb.export.job import OutputKind
from fhir_kb.formats import Json
from fhir_kb.formats.json import write_json
from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.rest.message import Request, Response
from fhir_kb.rest.operations.export_asked import read_export
from fhir_kb.rest.outcome import issue, outcome

DEFINITION = "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/export"
_MICROSECONDS = 1_000_000


def kick_off(endpoint: Endpoint, request: Request) -> Response:
    """Begin an export and return 202 with the URL of its status.

    Refuses a call that does not prefer ``respond-async``, what ``read_export`` refuses, and more
    exports at once than are allowed.
    """
    exports = _exports(endpoint)
    if "respond-async" not in request.header("prefer").lower().replace(" ", ""):
        raise InvalidParameter(
            "$export answers later: send the header Prefer: respond-async", expression="Prefer"
        )
    asked, otherwise = read_export(endpoint, request)
    id = exports.begin(asked)
    begun = "The export was begun; ask after it by the URL of Content-Location"
    accepted = outcome(issue("information", "informational", begun), *otherwise)
    status_url = f"{mounted(endpoint, request.base)}/$export/{id}"
    return Response(202, write_json(accepted), {"Content-Location": status_url})


def status(endpoint: Endpoint, base: str, id: str) -> Response:
    """Return 202 while the export is written, the manifest once it is done; 404 for none.

    ``base`` is the URL of the endpoint that files are fetched from.
    """
    state = _exports(endpoint).state(id)
    if isinstance(state, Working):
        headers = {"X-Progress": state.progress, "Retry-After": str(WAIT_SECONDS)}
        return Response(202, b"", headers)
    if isinstance(state, Failed):
        return Response(500, write_json(outcome(issue("error", "exception", state.reason))))
    if isinstance(state, Finished):
        expires = formatdate(state.expires // _MICROSECONDS, usegmt=True)
        headers = {"Content-Type": "application/json", "Expires": expires}
        return Response(200, write_json(_manifest(state, f"{base}/$export/{id}")), headers)
    raise _unknown(id)


def cancel(endpoint: Endpoint, id: str) -> Response:
    """Cancel an export, or remove its files, and return 202; 404 for none."""
    if not _exports(endpoint).cancel(id):
        raise _unknown(id)
    removed = outcome(issue("information", "informational", "The export and its files are removed"))
    return Response(202, write_json(removed))


def file_of(endpoint: Endpoint, id: str, name: str) -> Path:
    """Return a file of a finished export; refuse (UnknownResource) one that is not there."""
    path = _exports(endpoint).file(id, name)
    if path is None:
        raise UnknownResource(f"There is no file {name!r} of an export {id!r}; ask for its status")
    return path


def mounted(endpoint: Endpoint, base: str) -> str:
    """Return the URL of the version's own endpoint, also where versions are negotiated."""
    mount = endpoint.version.mount
    return base if base.rpartition("/")[2] == mount else f"{base}/{mount}"


def _exports(endpoint: Endpoint) -> Exports:
    if endpoint.exports is None:
        raise UnknownType("$export is not offered here: there is no folder to write the files to")
    return endpoint.exports


def _unknown(id: str) -> UnknownResource:
    return UnknownResource(
        f"There is no export {id!r}: it was cancelled, its time is over, or it never was"
    )


def _manifest(state: Finished, url: str) -> Json:
    return {
        "transactionTime": state.transaction_time,
        "request": state.asked.request,
        "requiresAccessToken": False,
        "output": list(_files(state, url, "output")),
        "deleted": list(_files(state, url, "deleted")),
        "error": list(_files(state, url, "error")),
    }


def _files(state: Finished, url: str, kind: OutputKind) -> Iterator[Json]:
    for file in state.files:
        if file.kind == kind:
            yield {"type": file.type, "url": f"{url}/{file.name}", "count": file.count}
