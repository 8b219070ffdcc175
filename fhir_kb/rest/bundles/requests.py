"""From an entry to the request that it stands for, and from its answer to an entry.

https://hl7.org/fhir/R4/http.html#transaction-response
"""

import binascii
from base64 import b64decode
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from fhir_kb.errors import MalformedContent, TooCostly, UnsupportedMediaType
from fhir_kb.formats.json import write_json
from fhir_kb.rest.bundles.entry import Entry
from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.rest.message import Request, Response
from fhir_kb.rest.writes.written import preferred_return

Answer = Callable[[Endpoint, Request], Response]
"""What answers a single request: the router."""

SECONDS = 60.0
"""How long a Bundle may take: after that no further entry is looked at."""

_PASSED_ON = ("authorization", "prefer")
_FHIR_JSON = "application/fhir+json"


def request_of(outer: Request, entry: Entry) -> Request:
    """Return the request that an entry stands for, with the token and wishes of the whole.

    A patch in a Binary is taken out of it; refuse (MalformedContent) data that is not base64.
    """
    headers = {name: outer.header(name) for name in _PASSED_ON if outer.header(name)}
    if preferred_return(outer.header("prefer")) is None:
        wishes = outer.header("prefer")
        headers["prefer"] = f"{wishes}, return=minimal" if wishes else "return=minimal"
    media_type, body = _body(entry)
    if media_type:
        headers["content-type"] = media_type
    return Request(
        method=entry.method,
        base=outer.base,
        path=entry.path,
        pairs=entry.pairs,
        headers={**headers, **entry.headers},
        body=body,
    )


def _body(entry: Entry) -> tuple[str, bytes]:
    resource = entry.resource
    if resource is None or entry.method in ("GET", "HEAD", "DELETE"):
        return "", b""
    if entry.method != "PATCH" or resource.get("resourceType") != "Binary":
        return _FHIR_JSON, write_json(resource)
    media_type, data = resource.get("contentType"), resource.get("data")
    if not isinstance(media_type, str) or not isinstance(data, str):
        raise UnsupportedMediaType("A patch in a Binary has a contentType and data")
    try:
        return media_type, b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError):
        raise MalformedContent("The data of the Binary is not base64") from None


def too_long() -> TooCostly:
    """Return the refusal of an entry that the time did not suffice for."""
    return TooCostly(f"The Bundle took more than {SECONDS:.0f} seconds; send its entries in parts")


def entry_of(response: Response, *, is_write: bool) -> bytes:
    """Return an answer as an entry of the response Bundle."""
    headers = response.headers
    told: dict[str, Any] = {"status": f"{response.status} {HTTPStatus(response.status).phrase}"}
    if "Location" in headers:
        told["location"] = headers["Location"]
    if "ETag" in headers:
        told["etag"] = headers["ETag"]
    if response.resource is not None:
        told["lastModified"] = response.resource.last_updated
    text = write_json(told)
    if not response.body:
        return b'{"response":%b}' % text
    is_outcome = response.body.startswith(b'{"resourceType":"OperationOutcome"')
    if response.status >= HTTPStatus.BAD_REQUEST or (is_write and is_outcome):
        return b'{"response":%b,"outcome":%b}}' % (text[:-1], response.body)
    return b'{"resource":%b,"response":%b}' % (response.body, text)
