"""The resource that a request carries, read strictly from JSON or XML.

https://hl7.org/fhir/R4/http.html#mime-type
"""

from collections.abc import Mapping

from fhir_kb.errors import MalformedContent, UnsupportedMediaType
from fhir_kb.formats import Json
from fhir_kb.formats.json import read_json
from fhir_kb.formats.xml import read_xml
from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.rest.message import Request
from fhir_kb.rest.negotiation import Format

_READ: Mapping[str, Format] = {
    "application/fhir+json": "json",
    "application/json": "json",
    "text/json": "json",
    "application/fhir+xml": "xml",
    "application/xml": "xml",
    "text/xml": "xml",
}


def media_type_of(request: Request) -> str:
    """Return the type of the body in lower case without parameters; empty when it is not said."""
    return request.header("content-type").partition(";")[0].strip().lower()


def read_resource(endpoint: Endpoint, request: Request, needed: str = "a FHIR resource") -> Json:
    """Return the resource in the body.

    Refuses (UnsupportedMediaType) what is neither JSON nor XML in UTF-8, an encoded body and
    another FHIR version, and (MalformedContent) a body that cannot be read, or is no resource.
    ``needed`` names, for the messages, what is taken there.
    """
    format = _format(endpoint, request, needed)
    if not request.body.strip():
        raise MalformedContent(f"The body is empty; {needed} is needed")
    size = endpoint.body_bytes_max
    if format == "xml":
        return read_xml(request.body, endpoint.version.definitions.type, max_bytes=size)
    resource = read_json(request.body, max_bytes=size)
    if not isinstance(resource.get("resourceType"), str):
        raise MalformedContent(f"The body has no resourceType; {needed} is needed")
    return resource


def _format(endpoint: Endpoint, request: Request, needed: str) -> Format:
    check_encoding(request)
    said = media_type_of(request)
    if said and said not in _READ:
        raise UnsupportedMediaType(
            f"A body of type {said} is not read here; send {needed} as application/fhir+json or "
            "application/fhir+xml"
        )
    _check_version(endpoint, request)
    if said:
        return _READ[said]
    return "xml" if request.body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") else "json"


def check_encoding(request: Request) -> None:
    """Refuse (UnsupportedMediaType) a body that is compressed or not in UTF-8."""
    encoding = request.header("content-encoding").strip().lower()
    if encoding not in ("", "identity"):
        raise UnsupportedMediaType(
            f"A body in Content-Encoding {encoding} is not read; send it plain"
        )
    charset = _parameter(request, "charset")
    if charset.lower() not in ("", "utf-8", "utf8", "us-ascii"):
        raise UnsupportedMediaType(f"A body in charset {charset} is not read; FHIR is UTF-8")


def _check_version(endpoint: Endpoint, request: Request) -> None:
    asked = _parameter(request, "fhirversion")
    version = endpoint.version
    if asked and asked.lower() not in (version.mime, version.number, version.mount):
        raise UnsupportedMediaType(
            f"The body is said to be of fhirVersion {asked}; {request.base} takes {version.mime}"
        )


def _parameter(request: Request, name: str) -> str:
    for piece in request.header("content-type").split(";")[1:]:
        key, _, value = piece.partition("=")
        if key.strip().lower() == name:
            return value.strip().strip('"')
    return ""
