"""The FHIR endpoints: one mount per version, and ``/fhir``, which negotiates.

https://hl7.org/fhir/R4/http.html#root
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from flask import Blueprint, request
from flask import Response as FlaskResponse

from fhir_kb.errors import (
    InvalidParameter,
    NotAcceptable,
    RequestError,
    UnsupportedMediaType,
    UrlTooLong,
)
from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.rest.message import Pairs, Request
from fhir_kb.rest.negotiation import Asked, negotiate
from fhir_kb.rest.outcome import error_response
from fhir_kb.rest.routing import answer
from fhir_kb.versions import DEFAULT, by_fhir_version
from fhir_kb.web.caching import cache_headers
from fhir_kb.web.places import KEY, fhir_place
from fhir_kb.web.replies import ANY_ORIGIN, PREFLIGHT, flask_response
from fhir_kb.web.served import endpoints, own_address, settings

blueprint = Blueprint("fhir", __name__)

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_FORM = "application/x-www-form-urlencoded"


@blueprint.route("/fhir", methods=_METHODS, defaults={"path": ""}, provide_automatic_options=False)
@blueprint.route("/fhir/", methods=_METHODS, defaults={"path": ""}, provide_automatic_options=False)
@blueprint.route("/fhir/<path:path>", methods=_METHODS, provide_automatic_options=False)
def fhir(path: str) -> FlaskResponse:
    """Answer one FHIR request; refusals are outcomes in the format that was asked for."""
    pairs = _query()
    asked = _asked(pairs)
    endpoint, mount, rest = _endpoint(path, asked)
    base = _base(mount)
    segments = _segments(rest)
    place = fhir_place(endpoint, mount, request.method, segments)
    request.environ[KEY] = place
    try:
        response = answer(endpoint, _request(base, segments, pairs))
    except RequestError as error:
        response = error_response(error)
    pretty = ("_pretty", "true") in pairs
    reply = flask_response(response, endpoint.version, asked.format, base, pretty=pretty)
    for name, value in cache_headers(
        settings(), place.route, request.method, reply.status_code, writable=bool(endpoint.written)
    ).items():
        reply.headers.setdefault(name, value)
    return reply


@blueprint.after_request
def let_every_page_in(reply: FlaskResponse) -> FlaskResponse:
    """Add what a client in a browser needs, also to refusals."""
    reply.headers.update(ANY_ORIGIN)
    if request.method == "OPTIONS":
        reply.headers.update(PREFLIGHT)
    return reply


def _asked(pairs: Pairs) -> Asked:
    format_parameter = next((value for key, value in pairs if key == "_format"), None)
    return negotiate(request.headers.get("Accept", ""), format_parameter)


def _endpoint(path: str, asked: Asked) -> tuple[Endpoint, str, str]:
    """Return the endpoint, its mount in the URL, and what follows it."""
    mount, _, rest = path.partition("/")
    named = by_fhir_version(asked.fhir_version) if asked.fhir_version else None
    if mount not in endpoints():
        sent = request.mimetype_params.get("fhirversion")
        named = named or (by_fhir_version(sent) if sent else DEFAULT)
        return endpoints()[named.mount], "", path
    endpoint = endpoints()[mount]
    if named and named is not endpoint.version:
        raise NotAcceptable(
            f"fhirVersion {asked.fhir_version!r} was asked for at /fhir/{mount}, which serves "
            f"{endpoint.version.mime}; use /fhir/{named.mount}"
        )
    return endpoint, mount, rest


def _base(mount: str) -> str:
    return f"{own_address()}/fhir/{mount}" if mount else f"{own_address()}/fhir"


def _segments(rest: str) -> tuple[str, ...]:
    return tuple(rest.rstrip("/").split("/")) if rest.strip("/") else ()


def _request(base: str, path: tuple[str, ...], pairs: Pairs) -> Request:
    return Request(
        method=request.method,
        base=base,
        path=path,
        pairs=(*pairs, *_form()),
        headers=_headers(request.environ),
        body=b"" if request.method in ("GET", "HEAD") else request.get_data(),
    )


def _headers(environ: Mapping[str, Any]) -> dict[str, str]:
    headers = {
        name[5:].replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(name):
            headers[name.replace("_", "-").lower()] = environ[name]
    return headers


def _query() -> Pairs:
    text = request.environ.get("QUERY_STRING", "")
    most = settings().url_bytes_max
    if len(text) > most:
        raise UrlTooLong(
            f"The query has {len(text)} bytes; at most {most} are read. "
            "POST the parameters to _search instead."
        )
    return _pairs(text, "query")


def _form() -> Pairs:
    if request.method != "POST" or not request.path.endswith("/_search"):
        return ()
    type = request.mimetype
    if type and type != _FORM:
        raise UnsupportedMediaType(f"_search reads {_FORM}, not {type}")
    return _pairs(request.get_data().decode("latin-1"), "form")


def _pairs(text: str, what: str) -> Pairs:
    try:
        return tuple(parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=500))
    except (UnicodeDecodeError, ValueError) as error:
        raise InvalidParameter(
            f"The {what} is not percent-encoded UTF-8 with at most 500 parameters"
        ) from error
