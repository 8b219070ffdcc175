"""From a response of ``rest`` to Flask's, in the format that was agreed on.

https://hl7.org/fhir/R4/http.html#mime-type
"""

import flask

from fhir_kb.rest.message import Response
from fhir_kb.rest.negotiation import MEDIA_TYPES, Format
from fhir_kb.rest.xml_body import xml_body
from fhir_kb.versions import Version
from fhir_kb.web.pages import page, page_headers

_ALWAYS = {"X-Content-Type-Options": "nosniff", "Vary": "Accept"}


def flask_response(
    response: Response, version: Version | None = None, format: Format = "json", base: str = ""
) -> flask.Response:
    """Return the reply with its media type; a 304 has no body and no type.

    ``base`` is the endpoint's URL, under which the links of a page lead on.
    """
    body = response.body
    headers = {**_ALWAYS, **response.headers}
    if body and version and format == "xml":
        body = xml_body(body, version)
    if body and version and format == "html":
        body = page(body, response.status, version, base)
        headers |= page_headers()
    reply = flask.Response(body, status=response.status)
    if body:
        written: Format = format if version else "json"
        release = f"; fhirVersion={version.mime}" if version and written != "html" else ""
        reply.headers["Content-Type"] = f"{MEDIA_TYPES[written]}{release}; charset=utf-8"
    else:
        del reply.headers["Content-Type"]
    for name, value in headers.items():
        reply.headers[name] = value
    return reply
