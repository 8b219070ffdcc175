"""The links in a resource: found by their types, replaced by what they come to lead to.

https://hl7.org/fhir/R4/http.html#trules
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fhir_kb.definitions import Definitions
from fhir_kb.fhirpath import Types, types_of
from fhir_kb.formats import Json
from fhir_kb.formats.narrative_links import Replace, with_links, with_markdown_links

_URLS = frozenset({"uri", "url", "oid", "uuid"})


@dataclass(frozen=True, slots=True)
class Links:
    """How links are replaced: the ``reference`` of a Reference, and every other ``url``.

    Each is given the link and returns what takes its place, or None to leave it. Elements of
    type canonical are never replaced.
    """

    reference: Replace
    url: Replace


def replaced(resource: Json, links: Links, definitions: Definitions) -> Json:
    """Return the resource with its links replaced; the resource itself is left as it is."""
    return _Walk(links, types_of(definitions)).object(resource, _type_of(resource))


@dataclass(frozen=True, slots=True)
class _Walk:
    links: Links
    types: Types

    def object(self, value: Json, type: str) -> Json:
        keys = self.types.keys(type)
        if keys is None:
            return value
        return {
            key: self._reference(item)
            if type == "Reference" and key == "reference"
            else self._member(key, item, keys)
            for key, item in value.items()
        }

    def _reference(self, value: Any) -> Any:
        return _text(value, self.links.reference)

    def _member(self, key: str, value: Any, keys: Mapping[str, Any]) -> Any:
        if key.startswith("_"):
            return self._each(value, "Element")
        found = keys.get(key)
        if found is None:
            return value
        text = _TEXTS.get(found.type)
        if text is not None:
            return _each(value, lambda item: text(self.links.url, item))
        return self._each(value, found.type) if not found.beside else value

    def _each(self, value: Any, type: str) -> Any:
        def one(item: Any) -> Any:
            return self.object(item, type or _type_of(item)) if isinstance(item, dict) else item

        return _each(value, one)


def _each(value: Any, change: Callable[[Any], Any]) -> Any:
    return [change(item) for item in value] if isinstance(value, list) else change(value)


def _type_of(resource: Json) -> str:
    type = resource.get("resourceType")
    return type if isinstance(type, str) else ""


def _text(value: Any, replace: Replace) -> Any:
    new = replace(value) if isinstance(value, str) else None
    return value if new is None else new


def _with(change: Callable[[str, Replace], str]) -> Callable[[Replace, Any], Any]:
    return lambda replace, value: change(value, replace) if isinstance(value, str) else value


_TEXTS: Mapping[str, Callable[[Replace, Any], Any]] = {
    **dict.fromkeys(_URLS, lambda replace, value: _text(value, replace)),
    "xhtml": _with(with_links),
    "markdown": _with(with_markdown_links),
}
"""By type, how an element's text is replaced."""
