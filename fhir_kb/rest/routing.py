"""From a method and a path to the interaction that answers it.

https://hl7.org/fhir/R4/http.html#summary, https://hl7.org/fhir/R4/operations.html#executing
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from fhir_kb.errors import MethodNotAllowed, UnknownType
from fhir_kb.rest.authorisation import check_may_write
from fhir_kb.rest.bundles.process import process
from fhir_kb.rest.capability_statement import capabilities
from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.rest.history import history_instance, history_system, history_type
from fhir_kb.rest.message import Request, Response
from fhir_kb.rest.negotiation import check_charset
from fhir_kb.rest.operations.table import operation_routes
from fhir_kb.rest.read import check_type, read, vread
from fhir_kb.rest.search_type import search_system, search_type
from fhir_kb.rest.writes.create import create
from fhir_kb.rest.writes.delete import conditional_delete, delete
from fhir_kb.rest.writes.patch import conditional_patch, patch
from fhir_kb.rest.writes.update import conditional_update, update

Interaction = Callable[..., Response]
"""Called with the endpoint, the request, and the path's arguments in their order."""

NO_INTERACTIONS: Mapping[str, Interaction] = {}


class Route(NamedTuple):
    """A path whose segments in braces are arguments, and what each method does there.

    An argument is never a segment that begins with ``$`` or ``_``: operations and ``_history``
    have routes of their own, of a system (``("$export",)``), a type (``("{type}", "$validate")``)
    or an instance. ``writes`` are the methods that there are only where clients may write.
    """

    path: tuple[str, ...]
    methods: Mapping[str, Interaction]
    writes: Mapping[str, Interaction] = NO_INTERACTIONS


def _bundle(endpoint: Endpoint, request: Request) -> Response:
    return process(endpoint, request, answer)


ROUTES: tuple[Route, ...] = (
    Route((), {"GET": search_system, "POST": _bundle}),
    Route(("_search",), {"POST": search_system}),
    Route(("metadata",), {"GET": capabilities}),
    Route(("_history",), {"GET": history_system}),
    Route(
        ("{type}",),
        {"GET": search_type},
        {
            "POST": create,
            "PUT": conditional_update,
            "PATCH": conditional_patch,
            "DELETE": conditional_delete,
        },
    ),
    Route(("{type}", "_search"), {"POST": search_type}),
    Route(("{type}", "_history"), {"GET": history_type}),
    *(Route(*route) for route in operation_routes()),
    Route(("{type}", "{id}"), {"GET": read}, {"PUT": update, "PATCH": patch, "DELETE": delete}),
    Route(("{type}", "{id}", "_history"), {"GET": history_instance}),
    Route(("{type}", "{id}", "_history", "{version}"), {"GET": vread}),
)


def answer(endpoint: Endpoint, request: Request) -> Response:
    """Return the answer to a request; HEAD is answered as GET, OPTIONS by what there is.

    Refuses (UnknownType) a path that leads nowhere and (MethodNotAllowed) a method that does not
    apply to it, and what the interaction refuses.
    """
    check_charset(request.header("accept-charset"))
    found = route_of(request.path)
    if found is None:
        raise _nothing_there(endpoint, request.path)
    route, arguments = found
    interactions = _interactions(endpoint, route)
    if request.method == "OPTIONS":
        return Response(204, b"", {"Allow": ", ".join(_allowed(interactions))})
    method = "GET" if request.method == "HEAD" else request.method
    interaction = interactions.get(method)
    if interaction is None:
        raise _refusal(endpoint, request, _allowed(interactions))
    if method in route.writes:
        check_may_write(endpoint, request)
    return interaction(endpoint, request, *arguments)


def _interactions(endpoint: Endpoint, route: Route) -> Mapping[str, Interaction]:
    return route.methods if endpoint.written is None else {**route.methods, **route.writes}


def _allowed(interactions: Mapping[str, Interaction]) -> list[str]:
    head = {"HEAD"} if "GET" in interactions else set()
    return sorted({*interactions, *head, "OPTIONS"})


def _refusal(endpoint: Endpoint, request: Request, allowed: list[str]) -> MethodNotAllowed:
    where = f"/{'/'.join(request.path)}"
    hint = "" if endpoint.written else " The knowledge is read-only: writes are off."
    return MethodNotAllowed(
        f"{request.method} does not apply to {where}; it takes {', '.join(allowed)}.{hint}",
        allowed=allowed,
    )


def route_of(path: tuple[str, ...]) -> tuple[Route, list[str]] | None:
    """Return the route that a path takes, and its arguments; None for one that leads nowhere."""
    for route in ROUTES:
        arguments = _arguments(route.path, path)
        if arguments is not None:
            return route, arguments
    return None


def _nothing_there(endpoint: Endpoint, path: tuple[str, ...]) -> UnknownType:
    """Return the refusal of a path; one of a type that is not served tells which are."""
    if path and not path[0].startswith("$"):
        try:
            check_type(endpoint, path[0])
        except UnknownType as refusal:
            return refusal
    return UnknownType(
        f"There is nothing at /{'/'.join(path)}; see /metadata for what this server answers"
    )


def _arguments(pattern: tuple[str, ...], path: tuple[str, ...]) -> list[str] | None:
    if len(pattern) != len(path):
        return None
    arguments = []
    for wanted, segment in zip(pattern, path, strict=True):
        if not wanted.startswith("{"):
            if wanted != segment:
                return None
        elif segment.startswith(("$", "_")):
            return None
        else:
            arguments.append(segment)
    return arguments
