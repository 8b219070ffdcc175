"""Parts of a resource: ``_summary`` and ``_elements``, marked SUBSETTED.

https://hl7.org/fhir/R4/search.html#summary, https://hl7.org/fhir/R4/search.html#elements

Mandatory and modifier elements always stay: without them the rest could be misread.
"""

from dataclasses import dataclass
from typing import Any, Literal, cast

from fhir_kb.definitions import Definitions
from fhir_kb.definitions.model import TypeDefinition
from fhir_kb.errors import InvalidParameter
from fhir_kb.formats.json import write_json
from fhir_kb.rest.message import Pairs
from fhir_kb.rest.own_text import read_own
from fhir_kb.versions import Version

Summary = Literal["true", "text", "data"]
_ALWAYS = frozenset({"resourceType", "id", "meta"})
SUBSETTED = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
    "code": "SUBSETTED",
    "display": "subsetted",
}
"""The tag of a resource that is not whole."""


@dataclass(frozen=True, slots=True)
class Subset:
    """What was asked for: a summary, or named elements at the top of the resource."""

    summary: Summary | None = None
    elements: frozenset[str] = frozenset()


def subset_asked(pairs: Pairs) -> Subset | None:
    """Return the subset that a query asks for, None for whole resources."""
    elements = {
        name.strip().rpartition(".")[2]
        for key, value in pairs
        if key == "_elements"
        for name in value.split(",")
        if name.strip()
    }
    if elements:
        return Subset(elements=frozenset(elements))
    asked = next((value for key, value in pairs if key == "_summary"), "false")
    if asked in ("false", "count", ""):
        return None
    if asked not in ("true", "text", "data"):
        raise InvalidParameter(f"_summary is {asked!r}; it takes true, text, data, count or false")
    return Subset(summary=cast("Summary", asked))


def subsetted(body: bytes, asked: Subset, version: Version) -> bytes:
    """Return the text of the resource with only what was asked for."""
    resource = read_own(body)
    definitions = version.definitions
    shape = definitions.type(resource["resourceType"])
    if shape is None:
        return body
    kept = {
        key: _within(value, key, shape, asked, definitions)
        for key, value in resource.items()
        if key in _ALWAYS or _is_kept(key, shape, asked)
    }
    meta = kept.setdefault("meta", {})
    tags = meta.get("tag")
    # What was imported unchecked may hold anything; the tag says that this is not all of it.
    kept["meta"] = {**meta, "tag": [*(tags if isinstance(tags, list) else ()), SUBSETTED]}
    return write_json(kept)


def _is_kept(key: str, shape: TypeDefinition, asked: Subset) -> bool:
    """Return whether a JSON key was asked for; one that FHIR does not have is data."""
    element, _ = shape.json_names.get(key.removeprefix("_"), (None, None))
    if element is None:
        return asked.summary == "data"
    if element.min > 0 or element.modifier:
        return True
    match asked.summary:
        case "true":
            return element.summary
        case "text":
            return element.name == "text"
        case "data":
            return element.name != "text"
        case None:
            return element.name in asked.elements


def _within(
    value: Any, key: str, shape: TypeDefinition, asked: Subset, definitions: Definitions
) -> Any:
    """Return a summary's element with only its own summary elements, where it has some."""
    if asked.summary != "true" or key in _ALWAYS or key.startswith("_"):
        return value
    child = definitions.type(shape.json_names[key][1].code)
    if child is None or child.kind != "backbone":
        return value
    return (
        [_part(item, child) for item in value] if isinstance(value, list) else _part(value, child)
    )


def _part(value: Any, shape: TypeDefinition) -> Any:
    if not isinstance(value, dict):
        return value
    summary = Subset(summary="true")
    return {key: item for key, item in value.items() if _is_kept(key, shape, summary)}
