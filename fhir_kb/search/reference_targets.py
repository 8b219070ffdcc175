"""Whether a reference leads to a type of resource, told without looking for the resource.

https://hl7.org/fhir/R4/references.html
"""

import re
from collections.abc import Callable
from typing import Any

from fhir_kb.fhirpath.types import Types
from fhir_kb.formats import Json
from fhir_kb.search.forms import objects_in, text_in

_NAMED = re.compile(
    r"(?:^|/)(?P<type>[A-Z][A-Za-z]+)/[A-Za-z0-9.\-]{1,64}(?:/_history/[A-Za-z0-9.\-]{1,64})?$",
    re.ASCII,
)


def refers_to(target: str, types: Types) -> Callable[[Any, Json], bool]:
    """Return the test of ``resolve() is target``: by contained resource, stated type or URL."""

    def holds(value: Any, root: Json) -> bool:
        type = _type_of(value, root, types)
        return type is not None and types.is_subtype(type, target)

    return holds


def _type_of(value: Any, root: Json, types: Types) -> str | None:
    text = value.get("reference") if isinstance(value, dict) else value
    if isinstance(text, str) and text.startswith("#"):
        contained = _contained(text[1:], root)
        if contained is not None:
            return contained
    stated = value.get("type") if isinstance(value, dict) else None
    if isinstance(stated, str) and types.is_resource(stated):
        return stated
    named = _NAMED.search(text) if isinstance(text, str) else None
    return named["type"] if named and types.is_resource(named["type"]) else None


def _contained(id: str, root: Json) -> str | None:
    if not id:
        return text_in(root, "resourceType") or ""
    held = (each for each in objects_in(root, "contained") if each.get("id") == id)
    return next((text_in(each, "resourceType") or "" for each in held), None)
