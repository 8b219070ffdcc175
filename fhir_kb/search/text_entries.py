"""Index entries of texts and URIs.

https://hl7.org/fhir/R4/search.html#string
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from fhir_kb.formats import Json
from fhir_kb.store.index import IndexRows

_PARTS: Mapping[str, tuple[str, ...]] = {
    "HumanName": ("text", "family", "given", "prefix", "suffix"),
    "Address": ("text", "line", "city", "district", "state", "postalCode", "country"),
    "ContactPoint": ("value",),
    "CodeableConcept": ("text",),
    "Annotation": ("text",),
    "Coding": ("display",),
}
"""Which parts of a complex type are texts of their own."""


def add_text(rows: IndexRows, code: str, text: Any) -> None:
    """Add a text as it is."""
    if isinstance(text, str):
        rows.strings.setdefault(code, []).append(text)


def add_uri(rows: IndexRows, code: str, uri: Any) -> None:
    """Add a URI as it is."""
    if isinstance(uri, str):
        rows.uris.setdefault(code, []).append(uri)


def _add_parts(names: tuple[str, ...]) -> Callable[[IndexRows, str, Any], None]:
    def add(rows: IndexRows, code: str, value: Json) -> None:
        texts = list(_texts(value, names))
        if texts:
            rows.strings.setdefault(code, []).extend(texts)

    return add


def _texts(value: Json, names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        part = value.get(name)
        for text in part if isinstance(part, list) else (part,):
            if isinstance(text, str):
                yield text


STRINGS: Mapping[str, Callable[[IndexRows, str, Any], None]] = {
    **{type: _add_parts(names) for type, names in _PARTS.items()},
    **dict.fromkeys(
        ("string", "markdown", "code", "id", "uri", "url", "canonical", "System.String"), add_text
    ),
}
"""How each element type becomes texts."""

URIS: Mapping[str, Callable[[IndexRows, str, Any], None]] = dict.fromkeys(
    ("uri", "url", "canonical", "oid", "uuid", "System.String"), add_uri
)
"""How each element type becomes URIs."""
