"""Index entries of references.

https://hl7.org/fhir/R4/references.html
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from fhir_kb.formats import Json
from fhir_kb.search.forms import object_in, text_in
from fhir_kb.search.token_entries import add_identifier
from fhir_kb.store.index import IndexRows, ReferenceEntry

_LOCAL = re.compile(r"([A-Z][A-Za-z]+)/([A-Za-z0-9\-.]{1,64})(?:/_history/[^/]+)?", re.ASCII)
_NOT_IN_URLS = re.compile(r"[\x00-\x20]")


def reference_entry(text: str) -> ReferenceEntry | None:
    """Return the entry of a literal reference; None for a contained resource and for no URL."""
    if text.startswith("#") or _NOT_IN_URLS.search(text):
        return None
    local = _LOCAL.fullmatch(text)
    return ReferenceEntry(local[1], local[2]) if local else ReferenceEntry(None, None, text)


def add_reference(rows: IndexRows, code: str, reference: Json) -> None:
    """Add a Reference: where it leads, its identifier, and its display."""
    text = text_in(reference, "reference")
    entry = None if text is None else reference_entry(text)
    if entry is not None:
        rows.references.setdefault(code, []).append(entry)
    add_identifier(rows, code, object_in(reference, "identifier"))
    display = text_in(reference, "display")
    if display is not None:
        rows.texts.setdefault(code, []).append(display)


def add_url(rows: IndexRows, code: str, url: Any) -> None:
    """Add a canonical or another URL."""
    if isinstance(url, str) and not _NOT_IN_URLS.search(url):
        rows.references.setdefault(code, []).append(ReferenceEntry(None, None, url))


def add_codeable_reference(rows: IndexRows, code: str, value: Json) -> None:
    """Add the reference of a CodeableReference."""
    add_reference(rows, code, object_in(value, "reference"))


REFERENCES: Mapping[str, Callable[[IndexRows, str, Any], None]] = {
    "Reference": add_reference,
    "CodeableReference": add_codeable_reference,
    **dict.fromkeys(("canonical", "uri", "url"), add_url),
}
"""How each element type becomes references."""
