"""What a page for people shows of a resource: its narrative, its sources, where it leads.

https://hl7.org/fhir/R4/narrative.html
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from fhir_kb.formats import Json
from fhir_kb.settings import CANONICAL
from fhir_kb.validation import validate

FACT_SOURCE = f"{CANONICAL}/StructureDefinition/fact-source"

_TITLES = ("title", "code", "name", "description")


@dataclass(frozen=True, slots=True)
class Figure:
    """Where one element's figure stands: the document, the place in it, the text as printed."""

    element: str
    printed: tuple[str, ...]
    document: str
    reference: str
    place: str
    lines: str


@dataclass(frozen=True, slots=True)
class Link:
    """A reference to another resource of this server, with what the resource calls it."""

    reference: str
    text: str


def title_of(resource: Json) -> str:
    """Return what the resource calls itself, else its type and id."""
    for name in _TITLES:
        text = _text(resource.get(name))
        if text:
            return text
    return f"{resource['resourceType']}/{resource.get('id', '')}".rstrip("/")


def narrative_of(resource: Json, version: str) -> Markup | None:
    """Return the narrative as markup; None when there is none, or it is not fit to be shown."""
    text = resource.get("text")
    div = text.get("div") if isinstance(text, dict) else None
    if not isinstance(div, str):
        return None
    alone: Json = {"resourceType": "Basic", "text": text, "code": {"text": "narrative"}}
    if any(issue.is_error for issue in validate(alone, version)):
        return None
    # Checked by the line above: no script, no form, nothing that loads from elsewhere.
    return Markup(div)  # noqa: S704


def figures_of(resource: Json) -> list[Figure]:
    """Return the places of all figures in the order of the elements."""
    return [
        _figure(path, extension)
        for path, extension in _extensions(resource, resource["resourceType"])
        if extension.get("url") == FACT_SOURCE
    ]


def links_of(resource: Json) -> list[Link]:
    """Return the references to resources of this server, each once, in order."""
    found: dict[str, str] = {}
    for value in _objects(resource):
        reference = value.get("reference")
        if isinstance(reference, str) and reference and not _leaves(reference):
            found[reference] = found.get(reference) or str(value.get("display", ""))
    return [Link(reference, text or reference) for reference, text in found.items()]


def _leaves(reference: str) -> bool:
    return reference.startswith("#") or ":" in reference or reference.count("/") != 1


def _figure(path: str, extension: Json) -> Figure:
    parts: dict[str, list[Any]] = {}
    for part in extension.get("extension", ()):
        value = next((content for name, content in part.items() if name.startswith("value")), "")
        parts.setdefault(part.get("url", ""), []).append(value)
    (source, *_) = parts.get("source", [{}])
    reference = str(source.get("reference", ""))
    return Figure(
        element=path,
        printed=tuple(map(str, parts.get("printed", ()))),
        document=str(source.get("display") or reference),
        reference=reference,
        place=" · ".join(map(str, (*parts.get("locator", ()), *parts.get("cell", ())))),
        lines=", ".join(map(str, parts.get("lines", ()))),
    )


def _extensions(value: Any, path: str) -> Iterator[tuple[str, Json]]:
    """Yield each extension with the path of the element that carries it."""
    if isinstance(value, list):
        for position, item in enumerate(value):
            yield from _extensions(item, f"{path}[{position}]" if len(value) > 1 else path)
    elif isinstance(value, dict):
        for extension in value.get("extension", ()):
            yield path, extension
            yield from _extensions(extension, path)
        for name, child in value.items():
            if name not in ("extension", "text", "resourceType"):
                yield from _extensions(child, f"{path}.{name.removeprefix('_')}")


def _objects(value: Any) -> Iterator[Json]:
    if isinstance(value, dict):
        yield value
        for child in value.values():
            yield from _objects(child)
    elif isinstance(value, list):
        for item in value:
            yield from _objects(item)


def _text(value: Any) -> str:
    """Return a text, the text of a concept, or the first text of a list."""
    if isinstance(value, list):
        return next(filter(None, map(_text, value)), "")
    if isinstance(value, dict):
        concept = value.get("concept", value)
        coded: Json = next(iter(concept.get("coding", ())), {})
        return str(concept.get("text") or coded.get("display") or "")
    return value if isinstance(value, str) else ""
