"""Asks one version's endpoint without HTTP, as the tests of its CapabilityStatement do."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from fhir_kb.errors import RequestError
from fhir_kb.formats import Json
from fhir_kb.formats.json import read_json, write_json
from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.rest.message import Request, Response
from fhir_kb.rest.outcome import error_response
from fhir_kb.rest.routing import answer

BASE = "http://127.0.0.1:8080/fhir"
NUMBERS = count()


def as_it_is(statement: Json) -> None:
    """Leave the statement as the endpoint gives it."""


@dataclass(frozen=True)
class Caller:
    """``doctor`` changes what the endpoint says of itself, to see who notices."""

    endpoint: Endpoint
    doctor: Callable[[Json], None] = as_it_is

    def __call__(
        self,
        method: str,
        path: str,
        query: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        body: Json | list[Json] | None = None,
        content_type: str = "application/fhir+json",
    ) -> Response:
        return self.send(
            method,
            path,
            b"" if body is None else write_json(body),
            query,
            {"content-type": content_type, **(headers or {})},
        )

    def send(
        self,
        method: str,
        path: str,
        body: bytes,
        query: dict[str, str] | None,
        headers: dict[str, str],
    ) -> Response:
        steps = tuple(path.split("/")) if path else ()
        pairs = tuple((query or {}).items())
        try:
            return answer(self.endpoint, Request(method, BASE, steps, pairs, headers, body))
        except RequestError as error:
            return error_response(error)

    def methods(self, path: str) -> set[str]:
        """Return the methods that OPTIONS tells of a path."""
        return set(self("OPTIONS", path).headers.get("Allow", "").split(", "))

    def search(self, type: str, /, **query: str) -> Json:
        """Return the Bundle of a search; fail where the query is not understood to its end."""
        reply = self("GET", type, query, {"prefer": "handling=strict"})
        assert reply.status == 200, (type, query, reply.body)
        return read_json(reply.body)

    def total(self, type: str, /, **query: str) -> int:
        """Return how many resources a search finds."""
        total: int = self.search(type, **query, _count="0")["total"]
        return total

    def statement(self) -> Json:
        said = read_json(self("GET", "metadata").body)
        self.doctor(said)
        return said

    def rest(self) -> Json:
        rest: Json = self.statement()["rest"][0]
        return rest

    def first(self, type: str) -> Json:
        """Return the newest resource of a type."""
        resource: Json = self.search(type, _count="1")["entry"][0]["resource"]
        return resource

    def specimen(self, type: str) -> Json:
        """Return a resource of a type, as a client would send it."""
        found = self.search(type, _count="1", _sort="_lastUpdated")["entry"][0]["resource"]
        return {**found, "id": f"exercise-{next(NUMBERS)}"}

    def put(self, type: str) -> Json:
        """Write a resource of a type and return it."""
        specimen = self.specimen(type)
        reply = self("PUT", f"{type}/{specimen['id']}", body=specimen)
        assert reply.status == 201, reply.body
        return read_json(reply.body)
