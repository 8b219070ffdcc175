"""The entries of a batch or transaction, read and checked one by one.

https://hl7.org/fhir/R4/http.html#transaction
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from fhir_kb.errors import InvalidResource, MethodNotAllowed, RequestError, TooLarge
from fhir_kb.formats import Json
from fhir_kb.rest.message import Pairs
from fhir_kb.rest.writes.criteria import read_criteria

ORDER = ("DELETE", "POST", "PUT", "PATCH", "GET", "HEAD")
"""In which order entries are processed, wherever they stand."""

_WITH_RESOURCE = frozenset({"POST", "PUT", "PATCH"})
_HEADERS: Mapping[str, str] = {
    "ifMatch": "if-match",
    "ifNoneMatch": "if-none-match",
    "ifModifiedSince": "if-modified-since",
    "ifNoneExist": "if-none-exist",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """What one entry asks: ``path`` and ``pairs`` of its URL, ``headers`` as HTTP names them.

    ``url`` is as it was written, ``full_url`` empty where there is none.
    """

    index: int
    method: str
    url: str
    path: tuple[str, ...]
    pairs: Pairs
    full_url: str = ""
    resource: Json | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def writes(self) -> bool:
        """Whether the entry changes a resource; operations are not taken for writes."""
        is_operation = any(step.startswith(("$", "_")) for step in self.path)
        return self.method not in ("GET", "HEAD") and not is_operation


def rows_of(bundle: Json, entries_max: int) -> list[Any]:
    """Return the entries of a Bundle as they were sent; refuse (TooLarge) more than the bound."""
    rows = bundle.get("entry", [])
    if not isinstance(rows, list):
        raise RequestError("Bundle.entry is an array", expression="Bundle.entry")
    if len(rows) > entries_max:
        raise TooLarge(
            f"The Bundle has {len(rows)} entries; at most {entries_max} are taken at once",
            expression="Bundle.entry",
        )
    return rows


def read_entry(index: int, row: Any, base: str) -> Entry:
    """Return one entry; refuse (RequestError) what asks nothing, or what cannot be asked here.

    A URL is relative to ``base``, or begins with it.
    """
    asked = row.get("request") if isinstance(row, dict) else None
    if not isinstance(asked, dict):
        raise RequestError("The entry has no request: a method and a url say what it asks")
    method, url = asked.get("method"), asked.get("url")
    if method not in ORDER:
        raise MethodNotAllowed(f"The method is {str(method)[:20]!r}; there are {', '.join(ORDER)}")
    if not isinstance(url, str):
        raise RequestError("The entry's request has no url")
    path, _, query = url.removeprefix(f"{base}/").partition("?")
    steps = tuple(unquote(step) for step in path.strip("/").split("/"))
    if steps == ("",) and method == "POST":
        raise RequestError(
            "A Bundle inside a Bundle is not processed; send its entries as they are"
        )
    if "://" in path or "#" in path:
        raise RequestError(
            f"The url {url[:120]!r} is not one of this server; write Type/id or Type?…"
        )
    resource = row.get("resource")
    if (
        method in _WITH_RESOURCE
        and not steps[-1].startswith("$")
        and not isinstance(resource, dict)
    ):
        raise RequestError(f"The entry asks for {method} and has no resource")
    headers = {
        name: value for key, name in _HEADERS.items() if isinstance(value := asked.get(key), str)
    }
    full_url = row.get("fullUrl")
    return Entry(
        index,
        method,
        url,
        () if steps == ("",) else steps,
        read_criteria(query) if query else (),
        full_url if isinstance(full_url, str) else "",
        resource if isinstance(resource, dict) else None,
        headers,
    )


@contextmanager
def named(index: int, what: str = "") -> Iterator[None]:
    """Name the entry in whatever is refused inside the block."""
    try:
        yield
    except RequestError as error:
        place = f"Bundle.entry[{index}]"
        error.message = f"Entry {index}{f' ({what})' if what else ''}: {error.message}"
        error.expression = place
        if isinstance(error, InvalidResource):
            error.issues = [_placed(row, f"{place}.resource") for row in error.issues]
        raise


def _placed(row: Mapping[str, Any], place: str) -> Mapping[str, Any]:
    """Return an issue with its place in the Bundle instead of that in the resource alone."""
    paths = [
        f"{place}{path[path.find('.') :] if '.' in path else ''}"
        for path in row.get("expression", ())
    ]
    return {**row, "expression": paths} if paths else row
