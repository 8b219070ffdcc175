"""What comes in and what goes out, as plain values.

https://hl7.org/fhir/R4/http.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fhir_kb.store.resource import StoredResource

Pairs = tuple[tuple[str, str], ...]
"""Query parameters in their order, decoded."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request to one version's endpoint.

    ``path`` is what follows the mount, in decoded segments; ``pairs`` are the query's parameters
    and, for a form, the body's after them; ``headers`` have lower-case names; ``base`` is the
    endpoint's public URL without a final slash.
    """

    method: str
    base: str
    path: tuple[str, ...]
    pairs: Pairs = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def header(self, name: str) -> str:
        """Return a header's value, or an empty text."""
        return self.headers.get(name, "")

    def parameter(self, name: str) -> str | None:
        """Return the first value of a query parameter."""
        return next((value for key, value in self.pairs if key == name), None)


@dataclass(frozen=True, slots=True)
class Response:
    """A response; ``body`` is JSON text in UTF-8, turned into XML at the door when asked for.

    ``resource`` is the version that the headers tell of, if they tell of one.
    """

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    resource: StoredResource | None = None
