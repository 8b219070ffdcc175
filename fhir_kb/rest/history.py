"""History of a resource, a type or the whole endpoint, newest version first.

https://hl7.org/fhir/R4/http.html#history
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fhir_kb.errors import (
    CorruptedResource,
    DeletedResource,
    InvalidParameter,
    UnknownResource,
    UnsupportedParameter,
)
from fhir_kb.formats.json import write_json
from fhir_kb.rest.bundle_text import Link, bundle_response, link
from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.rest.message import Pairs, Request, Response
from fhir_kb.rest.negotiation import prefers_strict
from fhir_kb.rest.read import check_type
from fhir_kb.search.dates import period_of
from fhir_kb.store.journal.interface import HistoryPage, Version, Versions

_PAGE = "_cursor"
_OF_THE_ANSWER = frozenset({"_format", "_pretty"})
_CREATED, _UPDATED, _DELETED = "201 Created", "200 OK", "204 No Content"


@dataclass(slots=True)
class _Asked:
    """What a history is asked for; ``pairs`` are those that were understood, without the page."""

    since: int | None = None
    at: tuple[int, int] | None = None
    count: int | None = None
    page: str | None = None
    pairs: Pairs = ()


def history_system(endpoint: Endpoint, request: Request) -> Response:
    """Return a page of the versions of all resources."""
    return _answer(endpoint, request)


def history_type(endpoint: Endpoint, request: Request, type: str) -> Response:
    """Return a page of the versions of one type's resources."""
    check_type(endpoint, type)
    return _answer(endpoint, request, type)


def history_instance(endpoint: Endpoint, request: Request, type: str, id: str) -> Response:
    """Return a page of the versions of one resource; refuse an id that never was."""
    check_type(endpoint, type)
    return _answer(endpoint, request, type, id)


def _answer(
    endpoint: Endpoint, request: Request, type: str | None = None, id: str | None = None
) -> Response:
    asked = _asked(request)
    limits = endpoint.limits
    count = limits.page_size if asked.count is None else min(asked.count, limits.page_size_max)
    versions = endpoint.versions()
    page = versions.history(
        type, id, since=asked.since, at=asked.at, page=asked.page, limit=max(count, 1)
    )
    if (
        id is not None
        and not page.total
        and endpoint.versions().history(type, id, limit=1).total == 0
    ):
        raise UnknownResource(
            f"There never was a {type} with id {id!r} in {endpoint.version.name}; "
            f"GET {type} lists those there are"
        )
    shown = page.versions if count > 0 else ()
    entries = [
        _entry(request.base, version, _status(version, shown, versions)) for version in shown
    ]
    links = _links(request, asked, page, with_entries=count > 0)
    return bundle_response("history", entries, links, page.total)


def _asked(request: Request) -> _Asked:
    asked = _Asked()
    strict = prefers_strict(request.header("prefer"))
    seen: set[str] = set()
    for name, value in request.pairs:
        refusal = _NOT_DONE.get(name)
        if refusal is not None:
            raise UnsupportedParameter(f"{refusal}; {_KNOWN}", expression=name)
        reader = _READERS.get(name)
        if reader is None:
            if strict and name not in _OF_THE_ANSWER:
                raise UnsupportedParameter(
                    f"A history has no parameter {name[:40]!r}; {_KNOWN}",
                    expression=name,
                )
            continue
        if name in seen:
            raise InvalidParameter(f"{name} is given twice", expression=name)
        seen.add(name)
        reader(asked, value)
        if name != _PAGE:
            asked.pairs = (*asked.pairs, (name, value))
    return asked


def _read_since(asked: _Asked, value: str) -> None:
    period = period_of(value)
    if period is None or "T" not in value:
        raise InvalidParameter(
            f"_since is {value[:40]!r}; it takes an instant like 2024-05-01T00:00:00Z",
            expression="_since",
        )
    asked.since = period.low


def _read_at(asked: _Asked, value: str) -> None:
    period = period_of(value)
    if period is None:
        raise InvalidParameter(
            f"_at is {value[:40]!r}; it takes a date or a dateTime like 2024-05 or "
            "2024-05-01T00:00:00Z",
            expression="_at",
        )
    asked.at = (period.low, period.high)


def _read_count(asked: _Asked, value: str) -> None:
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        raise InvalidParameter(
            f"_count is {value[:40]!r}; it takes a whole number from 0", expression="_count"
        )
    asked.count = int(value)


def _read_sort(asked: _Asked, value: str) -> None:
    if value not in ("-_lastUpdated", "none"):
        raise InvalidParameter(
            f"_sort is {value[:40]!r}; a history is told newest first: write -_lastUpdated or none",
            expression="_sort",
        )


def _read_page(asked: _Asked, value: str) -> None:
    asked.page = value


_READERS: Mapping[str, Callable[[_Asked, str], None]] = {
    "_since": _read_since,
    "_at": _read_at,
    "_count": _read_count,
    "_sort": _read_sort,
    _PAGE: _read_page,
}

_KNOWN = "it has _at, _count, _since and _sort"
_NOT_DONE: Mapping[str, str] = {
    "_list": "A history is not narrowed to a list by _list; ask for the history of a resource",
}
"""Parameters that no answer may leave out: with them the caller asks for fewer versions."""


def _links(
    request: Request, asked: _Asked, page: HistoryPage, *, with_entries: bool
) -> Iterator[Link]:
    url = "/".join((request.base, *request.path))
    pages = {"first": (), "self": _cursor(asked.page)}
    if with_entries and page.following is not None:
        pages["next"] = _cursor(page.following)
    for relation, cursor in pages.items():
        yield link(relation, url, (*asked.pairs, *cursor))


def _cursor(page: str | None) -> Pairs:
    return () if page is None else ((_PAGE, page),)


def _status(version: Version, page: Sequence[Version], versions: Versions) -> str:
    """Return what the interaction was answered with that made this version."""
    if version.deleted:
        return _DELETED
    is_new = version.method == "POST" or not _was_there(version, page, versions)
    return _CREATED if is_new else _UPDATED


def _was_there(version: Version, page: Sequence[Version], versions: Versions) -> bool:
    """Return whether the version before this one there is, and is no deletion."""
    resource = version.resource
    if not version.sequence or resource.version_id == "1":
        return False
    before = str(int(resource.version_id) - 1)
    identity = (resource.type, resource.id, before)
    for other in page:
        if (other.resource.type, other.resource.id, other.resource.version_id) == identity:
            return not other.deleted
    try:
        versions.version(*identity)
    except DeletedResource:
        return False
    except CorruptedResource:
        return True
    return True


def _entry(base: str, version: Version, status: str) -> bytes:
    resource = version.resource
    what = f"{resource.type}/{resource.id}"
    # A patch is told as the update that it came to.
    method = "PUT" if version.method == "PATCH" else version.method
    described: dict[str, Any] = {
        "request": {"method": method, "url": resource.type if method == "POST" else what},
        "response": {
            "status": status,
            "etag": f'W/"{resource.version_id}"',
            "lastModified": resource.last_updated,
        },
    }
    body = b"" if version.deleted else b'"resource":%b,' % resource.body
    full_url = write_json(f"{base}/{what}")
    return b'{"fullUrl":%b,%b%b' % (full_url, body, write_json(described)[1:])
