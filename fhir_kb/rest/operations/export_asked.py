"""What the kick-off of an export asks for, and what of it is left out on ``handling=lenient``.

https://hl7.org/fhir/uv/bulkdata/STU2/export.html#query-parameters
"""

from collections.abc import Iterator

from fhir_kb.errors import InvalidParameter, RequestError, UnknownType
from fhir_kb.export import Asked, TypeFilter
from fhir_kb.formats import Json
from fhir_kb.rest.bundle_text import with_query
from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.rest.message import Request
from fhir_kb.rest.negotiation import prefers_lenient
from fhir_kb.rest.operations.export_selection import filtered, read_elements, read_filters
from fhir_kb.rest.operations.given import Given, read_given, unknown_parameter
from fhir_kb.rest.operations.parameter import Parameter
from fhir_kb.rest.outcome import issue
from fhir_kb.rest.read import check_type

FILE_TYPE = "application/fhir+ndjson"
_FORMATS = frozenset({FILE_TYPE, "application/ndjson", "ndjson"})
_PARAMETERS = (
    Parameter("_outputFormat"),
    Parameter("_since", "instant"),
    Parameter("_type", repeats=True),
    Parameter("_typeFilter", repeats=True),
    Parameter("_elements", repeats=True),
    *(
        Parameter(name, "unsupported", repeats=True)
        for name in ("includeAssociatedData", "patient")
    ),
)


class _Lenience:
    """Raises a refusal, or keeps it to be told where the caller prefers ``handling=lenient``."""

    def __init__(self, request: Request) -> None:
        self._is_lenient = prefers_lenient(request.header("prefer"))
        self.left_out: list[RequestError] = []

    def __call__(self, refusal: RequestError) -> None:
        if not self._is_lenient:
            raise refusal
        self.left_out.append(refusal)


def read_export(endpoint: Endpoint, request: Request) -> tuple[Asked, list[Json]]:
    """Return what is to be exported, and an issue for all that is done otherwise than asked.

    Refuses an output format that is not written here, and, unless the caller is lenient, a
    parameter, a type, a filter or an element that is not known.
    """
    refuse = _Lenience(request)
    given = read_given("$export", _PARAMETERS, request, endpoint.version.definitions, refuse)
    _check_known(request, refuse)
    _check_format(given)
    types = tuple(_types(endpoint, given, refuse))
    filters, uncovered = _filters(endpoint, given, types, request.base, refuse)
    asked = Asked(
        _url(request),
        types,
        given.since("_since"),
        filters,
        tuple(read_elements(given.every("_elements"), types, endpoint.version, refuse)),
        request.base,
    )
    left_out = [
        issue("warning", each.code, f"Left out: {each.message}", each.expression)
        for each in refuse.left_out
    ]
    return asked, left_out + uncovered


def _check_known(request: Request, refuse: _Lenience) -> None:
    """Refuse parameters of the export that are not known; passing over one would export more."""
    known = {parameter.name: parameter for parameter in _PARAMETERS}
    for name, _ in request.pairs:
        if name.startswith("_") and name not in {*known, "_format", "_pretty"}:
            refuse(unknown_parameter("$export", known, name))


def _check_format(given: Given) -> None:
    format = given.text("_outputFormat") or FILE_TYPE
    if format.replace(" ", "+") not in _FORMATS:
        raise InvalidParameter(
            f"_outputFormat is {format!r}; this server writes {FILE_TYPE}",
            expression="_outputFormat",
        )


def _types(endpoint: Endpoint, given: Given, refuse: _Lenience) -> Iterator[str]:
    """Yield the types asked for in alphabetical order, or all."""
    named = {name.strip() for value in given.every("_type") for name in value.split(",")}
    for type in sorted(named) or endpoint.types:
        try:
            check_type(endpoint, type)
        except UnknownType as refusal:
            refuse(refusal)
        else:
            yield type


def _filters(
    endpoint: Endpoint, given: Given, types: tuple[str, ...], base: str, refuse: _Lenience
) -> tuple[tuple[TypeFilter, ...], list[Json]]:
    """Return the filters, each tried once, and what their answers do not cover.

    Where one is left out all are: they are joined by or, so that fewer would export less.
    """
    try:
        filters = tuple(read_filters(given.every("_typeFilter"), types))
        store = endpoint.store()
        uncovered = [
            issue("warning", warning.code, warning.message, "_typeFilter")
            for each in filters
            for warning in filtered(store, endpoint.table, each, endpoint.limits, base)[1]
        ]
    except RequestError as refusal:
        refuse(refusal)
        return (), []
    return filters, uncovered


def _url(request: Request) -> str:
    return with_query(f"{request.base}/$export", request.pairs)
