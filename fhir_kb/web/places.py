"""What a request is about, without saying about whom: for logs, metrics and caches.

https://hl7.org/fhir/R4/http.html#summary
"""

from typing import NamedTuple

from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.rest.routing import Route, route_of

KEY = "fhir_kb.place"
"""Where a WSGI environ keeps its place."""


class Place(NamedTuple):
    """A route by its name, the FHIR version, and the path with every id replaced by its kind."""

    route: str
    version: str
    template: str


NOWHERE = Place("none", "", "-")


def fhir_place(endpoint: Endpoint, mount: str, method: str, path: tuple[str, ...]) -> Place:
    """Return the place of a FHIR request; a path that leads nowhere keeps nothing of its text."""
    start = f"/fhir/{mount}" if mount else "/fhir"
    version = endpoint.version.mount
    found = route_of(path)
    if found is None:
        return Place("none", version, f"{start}/-")
    route, _ = found
    served = endpoint.table.parameters
    shown = (
        segment if wanted == "{type}" and segment in served else wanted
        for wanted, segment in zip(route.path, path, strict=True)
    )
    return Place(_name(route, method), version, "/".join((start, *shown)))


def _name(route: Route, method: str) -> str:
    asked = "GET" if method == "HEAD" else method
    interaction = route.methods.get(asked) or route.writes.get(asked)
    return "none" if interaction is None else str(interaction.__name__)
