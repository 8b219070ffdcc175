"""Conformance resources by their canonical URL, read when they are asked for.

https://hl7.org/fhir/R4/conformance-module.html
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from fhir_kb.errors import MalformedContent
from fhir_kb.formats import Json

KEPT_TYPES = frozenset({"StructureDefinition", "ValueSet", "CodeSystem", "ImplementationGuide"})
"""What validation makes use of."""


@dataclass(frozen=True, slots=True)
class Book:
    """One resource that can be read; ``read`` refuses content that is no JSON or XML."""

    type: str
    url: str
    version: str
    read: Callable[[], Json]


class Shelf:
    """Books by type and URL."""

    def __init__(self, books: Iterable[Book] = ()) -> None:
        self._books: dict[tuple[str, str], list[Book]] = {}
        self._read: dict[Book, Json] = {}
        for book in books:
            self._books.setdefault((book.type, book.url), []).append(book)

    def find(self, type: str, canonical: str) -> Json | None:
        """Return the resource that a canonical URL names, None if it is not here.

        Without a version that is the latest one; ``|1.0`` also means 1.0.2. Refuses
        (MalformedContent) a resource that is here but cannot be read, or is another one.
        """
        url, _, version = canonical.partition("|")
        books = [each for each in self._books.get((type, url), ()) if _is(version, each.version)]
        if not books:
            return None
        book = max(books, key=lambda each: _order(each.version))
        resource = self._read.get(book)
        if resource is None:
            resource = book.read()
            if resource.get("resourceType") != type or resource.get("url") != url:
                raise MalformedContent(f"What is listed as the {type} {url} is something else")
            self._read[book] = resource
        return resource

    def urls(self, type: str) -> Iterator[str]:
        """Yield the URL of each resource of a type."""
        return (url for kind, url in self._books if kind == type)


def shelf_of(resources: Iterable[Json]) -> Shelf:
    """Return a shelf with these resources; those of other types, or without a url, are left out."""
    return Shelf(book for resource in resources for book in books_of(resource))


def books_of(resource: Json) -> Iterator[Book]:
    """Yield the book of a resource, if it is one that validation makes use of."""
    type, url, version = (resource.get(key) for key in ("resourceType", "url", "version"))
    if isinstance(type, str) and type in KEPT_TYPES and isinstance(url, str):
        yield Book(type, url, version if isinstance(version, str) else "", lambda: resource)


def _is(asked: str, version: str) -> bool:
    return not asked or version == asked or version.startswith(f"{asked}.")


def _order(version: str) -> tuple[tuple[int, int, str], ...]:
    """Return what sorts versions: numbers as numbers, and a release after its drafts."""
    plain, _, draft = version.partition("-")
    parts = re.split(r"([0-9]{1,18})", f"{plain}.{draft or '~'}")
    return tuple((1, int(each), "") if each.isdecimal() else (0, 0, each) for each in parts)
