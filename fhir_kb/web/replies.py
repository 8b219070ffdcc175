"""From a response of ``rest`` to a reply with its headers, in the format that was agreed on.

https://hl7.org/fhir/R4/http.html#mime-type, https://fetch.spec.whatwg.org/#http-cors-protocol
"""

from collections.abc import Mapping

import flask

from fhir_kb.formats.json import write_json
from fhir_kb.rest.message import Response
from fhir_kb.rest.negotiation import MEDIA_TYPES, Format
from fhir_kb.rest.own_text import read_own
from fhir_kb.rest.xml_body import xml_body
from fhir_kb.versions import Version
from fhir_kb.web.lean_flask import WholeResponse
from fhir_kb.web.message import Reply
from fhir_kb.web.pages import page, page_headers

_ALWAYS = {"X-Content-Type-Options": "nosniff", "Vary": "Accept, Accept-Encoding"}

# Any page may read what is public. No cookie is ever looked at, so that nothing is given away.
ANY_ORIGIN: Mapping[str, str] = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "*",
}
PREFLIGHT: Mapping[str, str] = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Authorization, Content-Type, If-Match, "
    "If-Modified-Since, If-None-Exist, If-None-Match, Prefer, X-Request-Id",
    "Access-Control-Max-Age": "86400",
}


def reply_of(
    response: Response,
    version: Version | None = None,
    format: Format = "json",
    base: str = "",
    *,
    pretty: bool = False,
) -> Reply:
    """Return the reply with its media type; a 304 has no body and no type.

    ``base`` is the endpoint's URL, under which the links of a page lead on; ``pretty`` sets each
    element on a line of its own.
    """
    body = response.body
    headers = {**_ALWAYS, **response.headers}
    indent = 2 if pretty else None
    if body and version and format == "xml":
        body = xml_body(body, version, indent=indent)
    elif body and version and format == "json" and pretty:
        body = write_json(read_own(body), indent=indent)
    if body and version and format == "html":
        body = page(body, response.status, version, base)
        headers |= page_headers()
    if body:
        written: Format = format if version else "json"
        release = f"; fhirVersion={version.mime}" if version and written != "html" else ""
        headers["Content-Type"] = f"{MEDIA_TYPES[written]}{release}; charset=utf-8"
    return Reply(response.status, list(headers.items()), body)


def flask_response(
    response: Response,
    version: Version | None = None,
    format: Format = "json",
    base: str = "",
    *,
    pretty: bool = False,
) -> flask.Response:
    """Return ``reply_of`` as Flask's response."""
    reply = reply_of(response, version, format, base, pretty=pretty)
    made = WholeResponse(reply.body, status=reply.status, headers=reply.headers)
    if not reply.body:
        made.headers.remove("Content-Type")
    return made
