"""From a reference to the resource it names, inside the Bundle or the container around it.

https://hl7.org/fhir/R4/bundle.html#references
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fhir_kb.fhirpath import Node
from fhir_kb.formats import Json

_VERSION = re.compile(r"/_history/[A-Za-z0-9\-.]{1,64}$")
_RESTFUL = re.compile(
    r"(?P<base>https?://.+/)[A-Z][A-Za-z]+/[A-Za-z0-9\-.]{1,64}(?:/_history/[A-Za-z0-9\-.]{1,64})?"
)


class BundleIndex:
    """The entries of a Bundle by what references call them."""

    def __init__(self, bundle: Json) -> None:
        entries = bundle.get("entry")
        self._by_url: dict[str, list[int]] = {}
        self._by_name: dict[str, list[int]] = {}
        self.kind = bundle.get("type")
        rows = entries if isinstance(entries, list) else ()
        self.entries = [each for each in rows if isinstance(each, dict)]
        for index, entry in enumerate(self.entries):
            resource = entry.get("resource")
            if not isinstance(resource, dict):
                continue
            full_url, id = entry.get("fullUrl"), resource.get("id")
            if isinstance(full_url, str):
                self._by_url.setdefault(full_url, []).append(index)
            if isinstance(id, str):
                name = f"{resource.get('resourceType')}/{id}"
                self._by_name.setdefault(name, []).append(index)

    def find(self, reference: str, full_url: object) -> list[int]:
        """Return the places of the entries that ``reference`` means in the entry ``full_url``.

        A relative reference is taken from the base of the entry's own URL. A URL that names a
        version, when none has it, means the entry under the URL without it.
        """
        plain = reference.partition("#")[0]
        url = plain if ":" in plain else absolute(plain, full_url)
        if url is None:
            return []
        return self._by_url.get(url) or self._by_url.get(_VERSION.sub("", url), [])

    def alike(self, reference: str) -> list[int]:
        """Return the places of the entries with the type and id of a reference, whatever URL."""
        name = "/".join(_VERSION.sub("", reference.partition("#")[0]).split("/")[-2:])
        return self._by_name.get(name, [])


def absolute(reference: str, full_url: object) -> str | None:
    """Return a relative reference as a URL beside ``full_url``, None where that is no such URL."""
    match = _RESTFUL.fullmatch(full_url) if isinstance(full_url, str) else None
    return None if match is None else match["base"] + reference


@dataclass(frozen=True, slots=True)
class Scope:
    """Where references are resolved: in an entry of a Bundle, then in the Bundle around that."""

    index: BundleIndex
    full_url: object
    outer: "Scope | None"

    @property
    def is_closed(self) -> bool:
        """Whether the Bundle has to hold together by itself: a document or a message."""
        return self.index.kind in ("document", "message")

    @property
    def is_first(self) -> bool:
        """Whether this is the Composition or MessageHeader, whose references have own rules."""
        return self.is_closed and self.full_url == self.index.entries[0].get("fullUrl")

    def resolve(self, reference: str) -> Json | None:
        """Return the resource that ``reference`` means here, None if it is not in the Bundle."""
        found = self.index.find(reference, self.full_url)
        if found:
            resource: Json = self.index.entries[found[0]]["resource"]
            return resource
        return None if self.outer is None else self.outer.resolve(reference)


_XHTML_ID = re.compile(r"""\s(?:id|name)\s*=\s*["']([^"']+)["']""")


def ids_in(value: Any) -> Iterator[str]:
    """Yield the ids of resources and elements below ``value``, and those in its narratives."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if value.__class__ is dict:
            if isinstance(value.get("id"), str):
                yield value["id"]
            waiting.extend(value.values())
        elif value.__class__ is list:
            waiting.extend(value)
        elif value.__class__ is str and value.startswith("<"):
            yield from _XHTML_ID.findall(value)


def container_of(node: Node) -> Node | None:
    """Return the node of the resource whose contained resources ``node`` may refer to."""
    around: Node | None = node
    while around is not None:
        if isinstance(around.value, dict) and "resourceType" in around.value:
            if around.name != "contained":
                return around
            if around.parent is None:
                return around
        around = around.parent
    return None


def contained_resource(node: Node, id: str) -> Json | None:
    """Return the resource that ``#id`` means at ``node``; ``#`` alone is the container itself."""
    container = container_of(node)
    if container is None:
        return None
    if not id:
        return container.value if isinstance(container.value, dict) else None
    contained = container.value.get("contained")
    for resource in contained if isinstance(contained, list) else ():
        if isinstance(resource, dict) and resource.get("id") == id:
            return resource
    return None


def resource_node(node: Node) -> Node:
    """Return the node of the nearest resource at or above ``node``, or the topmost node."""
    while node.parent is not None and "resourceType" not in (node.elements or {}):
        node = node.parent
    return node


def resource_around(node: Node) -> Json:
    """Return the JSON of the nearest resource at or above ``node``."""
    return resource_node(node).elements or {}
