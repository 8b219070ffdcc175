"""The states that data asked for can come in: not supplied, none, some, failed, incomplete.

https://cds-hooks.hl7.org/2.0/#prefetch-template: a key that is absent was not provided; null says
that the client has nothing; an OperationOutcome says that its search failed. An early form wraps
the resource with the HTTP status of its search.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fhir_kb.chart.chart import Category
from fhir_kb.chart.elements import number, objects, one, text
from fhir_kb.facts.code_set import CategoryName
from fhir_kb.formats import Json

_GRAVE = frozenset({"fatal", "error"})


@dataclass(frozen=True, slots=True)
class Failed:
    """Stands for data that was asked for and not received, with the reason in a few words."""

    reason: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A resource of an answer; ``matched`` is False for one that was only included."""

    resource: Json
    position: int
    url: str = ""
    matched: bool = True


def take_in(name: CategoryName, value: Any) -> tuple[Category, tuple[Entry, ...]]:
    """Return the state of a category that was supplied as ``value``, and its resources."""
    if isinstance(value, Failed):
        return Category(name, "unusable", value.reason), ()
    if value is None:
        return Category(name, "supplied"), ()
    if not isinstance(value, dict):
        return Category(name, "unusable", "it is not a resource"), ()
    if "resourceType" not in value and "response" in value:
        return _unwrapped(name, value)
    match text(value.get("resourceType")):
        case "OperationOutcome":
            return Category(name, "unusable", "the search for it failed"), ()
        case "Bundle":
            return _bundle(name, value)
        case "":
            return Category(name, "unusable", "it is not a resource"), ()
        case _:
            return Category(name, "supplied"), (Entry(value, 1),)


def entries_of(bundle: Any) -> tuple[Entry, ...]:
    """Return the resources of a Bundle, or of a plain list, however they are written there."""
    if isinstance(bundle, list):
        return tuple(Entry(item, i + 1) for i, item in enumerate(objects(bundle)))
    return tuple(_entries(one(bundle)))


def _unwrapped(name: CategoryName, value: Json) -> tuple[Category, tuple[Entry, ...]]:
    status = text(one(value.get("response")).get("status"))
    if not status.startswith("2"):
        return Category(name, "unusable", "the search for it failed"), ()
    return take_in(name, value.get("resource"))


def _bundle(name: CategoryName, bundle: Json) -> tuple[Category, tuple[Entry, ...]]:
    entries = tuple(_entries(bundle))
    return Category(name, "supplied", incomplete=tuple(_holes(bundle, entries))), entries


def _entries(bundle: Json) -> Iterator[Entry]:
    for i, entry in enumerate(objects(bundle.get("entry"))):
        resource = entry.get("resource", entry if "resourceType" in entry else None)
        if isinstance(resource, dict):
            included = text(one(entry.get("search")).get("mode")) == "include"
            yield Entry(resource, i + 1, text(entry.get("fullUrl")), not included)


def _holes(bundle: Json, entries: tuple[Entry, ...]) -> Iterator[str]:
    """Yield why the Bundle may not hold everything."""
    if any(text(link.get("relation")) == "next" for link in objects(bundle.get("link"))):
        yield "there are more pages of it"
    matched = [entry for entry in entries if entry.matched and not _is_outcome(entry)]
    total = number(bundle.get("total"))
    if total is not None and total > len(matched):
        yield "fewer records came than were found"
    if len(entries) < len(objects(bundle.get("entry"))):
        yield "an entry holds no resource"
    for entry in entries:
        if _is_outcome(entry):
            issues = objects(entry.resource.get("issue"))
            if any(text(issue.get("severity")) in _GRAVE for issue in issues):
                yield "a part of the search failed"


def _is_outcome(entry: Entry) -> bool:
    return text(entry.resource.get("resourceType")) == "OperationOutcome"
