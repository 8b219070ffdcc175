"""The body of a request, read strictly from JSON or XML.

https://hl7.org/fhir/R4/http.html#mime-type
"""

from collections.abc import Mapping

from fhir_kb.definitions import Definitions
from fhir_kb.errors import MalformedContent, NotAcceptable, UnsupportedMediaType
from fhir_kb.formats import Json
from fhir_kb.formats.json import read_json
from fhir_kb.formats.xml import read_xml
from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.rest.message import Request
from fhir_kb.rest.negotiation import Format
from fhir_kb.versions import by_fhir_version

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


def fhir_version_of(request: Request) -> str:
    """Return the FHIR version that the body is said to be of, as it is written; or nothing."""
    return _parameter(request, "fhirversion")


def read_resource(endpoint: Endpoint, request: Request, needed: str = "a FHIR resource") -> Json:
    """Return the resource in the body.

    Refuses what ``read_body`` refuses, and (MalformedContent) an object that is no resource.
    """
    resource = read_body(request, endpoint.version.definitions, needed)
    if not isinstance(resource.get("resourceType"), str):
        raise MalformedContent(f"The body has no resourceType; {needed} is needed")
    return resource


def read_body(request: Request, definitions: Definitions, needed: str) -> Json:
    """Return the object in the body, whose size was looked at when it came in.

    Refuses what ``check_sent`` refuses, and (MalformedContent) a body that cannot be read.
    ``needed`` names, for the messages, what is taken there.
    """
    check_sent(request, definitions, needed)
    if not request.body.strip():
        raise MalformedContent(f"The body is empty; {needed} is needed")
    said = media_type_of(request)
    if (_READ[said] if said else looks_like(request.body)) == "xml":
        return read_xml(request.body, definitions.type, max_bytes=len(request.body))
    return read_json(request.body, max_bytes=len(request.body))


def looks_like(body: bytes) -> Format:
    """Return what a body is by its first character."""
    return "xml" if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") else "json"


def check_sent(request: Request, definitions: Definitions, needed: str) -> None:
    """Refuse (UnsupportedMediaType) a body that is said to be what is not read here.

    That is neither JSON nor XML, not in UTF-8, compressed, or of another FHIR version.
    """
    check_encoding(request)
    said = media_type_of(request)
    if said and said not in _READ:
        raise UnsupportedMediaType(
            f"A body of type {said} is not read here; send {needed} as application/fhir+json or "
            "application/fhir+xml"
        )
    _check_version(request, definitions)


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


def _check_version(request: Request, definitions: Definitions) -> None:
    said = fhir_version_of(request)
    if not said:
        return
    try:
        is_ours = by_fhir_version(said).number == definitions.version
    except NotAcceptable:
        is_ours = False
    if not is_ours:
        raise UnsupportedMediaType(
            f"The body is said to be of fhirVersion {said}; {request.base} takes "
            f"{definitions.version}"
        )


def _parameter(request: Request, name: str) -> str:
    for piece in request.header("content-type").split(";")[1:]:
        key, _, value = piece.partition("=")
        if key.strip().lower() == name:
            return value.strip().strip('"')
    return ""
