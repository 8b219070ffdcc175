"""From a response of ``rest`` to Flask's, in the format that was agreed on.

https://hl7.org/fhir/R4/http.html#mime-type
"""

import flask

from fhir_kb.rest.message import Response
from fhir_kb.rest.negotiation import MEDIA_TYPES, Format
from fhir_kb.rest.xml_body import xml_body
from fhir_kb.versions import Version

_ALWAYS = {"X-Content-Type-Options": "nosniff", "Vary": "Accept"}


def flask_response(
    response: Response, version: Version | None = None, format: Format = "json"
) -> flask.Response:
    """Return the reply with its media type; a 304 has no body and no type."""
    body = response.body
    if body and version and format == "xml":
        body = xml_body(body, version)
    reply = flask.Response(body, status=response.status)
    if body:
        written: Format = format if version else "json"
        release = f"; fhirVersion={version.mime}" if version else ""
        reply.headers["Content-Type"] = f"{MEDIA_TYPES[written]}{release}; charset=utf-8"
    else:
        del reply.headers["Content-Type"]
    for name, value in {**_ALWAYS, **response.headers}.items():
        reply.headers[name] = value
    return reply
