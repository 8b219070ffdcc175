"""From a method and a path to the interaction that answers it.

https://hl7.org/fhir/R4/http.html#summary
"""

from collections.abc import Callable
from typing import NamedTuple

from fhir_kb.errors import MethodNotAllowed, UnknownType
from fhir_kb.rest.capability_statement import capabilities
from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.rest.message import Request, Response
from fhir_kb.rest.read import check_type, read, vread
from fhir_kb.rest.search_type import search_type
from fhir_kb.rest.validate import validate_instance, validate_type

Interaction = Callable[..., Response]


class Route(NamedTuple):
    """A path whose segments in braces are arguments, and what each method does there."""

    path: tuple[str, ...]
    methods: dict[str, Interaction]


ROUTES: tuple[Route, ...] = (
    Route(("metadata",), {"GET": capabilities}),
    Route(("{type}",), {"GET": search_type}),
    Route(("{type}", "_search"), {"POST": search_type}),
    Route(("{type}", "$validate"), {"POST": validate_type}),
    Route(("{type}", "{id}", "$validate"), {"GET": validate_instance, "POST": validate_instance}),
    Route(("{type}", "{id}"), {"GET": read}),
    Route(("{type}", "{id}", "_history", "{version}"), {"GET": vread}),
)


def answer(endpoint: Endpoint, request: Request) -> Response:
    """Return the answer to a request; HEAD is answered as GET."""
    method = "GET" if request.method == "HEAD" else request.method
    route, arguments = _match(endpoint, request)
    interaction = route.methods.get(method)
    if interaction is None:
        allowed = ", ".join(sorted(route.methods))
        raise MethodNotAllowed(
            f"{request.method} does not apply to /{'/'.join(request.path)}; it takes {allowed}. "
            "The knowledge is read-only."
        )
    return interaction(endpoint, request, *arguments)


def _match(endpoint: Endpoint, request: Request) -> tuple[Route, list[str]]:
    for route in ROUTES:
        arguments = _arguments(route.path, request.path)
        if arguments is not None:
            return route, arguments
    if request.path:
        check_type(endpoint, request.path[0])
    raise UnknownType(
        f"There is nothing at /{'/'.join(request.path)}; see /metadata for what this server answers"
    )


def _arguments(pattern: tuple[str, ...], path: tuple[str, ...]) -> list[str] | None:
    if len(pattern) != len(path):
        return None
    arguments = []
    for wanted, segment in zip(pattern, path, strict=True):
        if wanted.startswith("{"):
            arguments.append(segment)
        elif wanted != segment:
            return None
    return arguments
