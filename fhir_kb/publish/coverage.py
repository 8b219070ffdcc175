"""Which element carries which fact, per FHIR version: nothing is lost in silence.

An element carries a fact when the extension ``fact-source`` on it names the fact.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from fhir_kb.formats import Json
from fhir_kb.settings import CANONICAL

_FACT_SOURCE = f"{CANONICAL}/StructureDefinition/fact-source"


def carriers(resources: Iterable[Json]) -> Mapping[str, list[str]]:
    """Return, for each fact id, the elements that carry it: ``Type/id: element.path``."""
    found: dict[str, list[str]] = {}
    for resource in resources:
        owner = f"{resource['resourceType']}/{resource['id']}"
        for path, fact in _marks(resource, ""):
            place = f"{owner}: {path}" if path else owner
            if place not in found.setdefault(fact, []):
                found[fact].append(place)
    return found


def _marks(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for item in value:
            yield from _marks(item, path)
    elif isinstance(value, dict):
        for mark in value.get("extension", []):
            if mark["url"] == _FACT_SOURCE:
                yield path, _fact_id(mark)
        for key, child in value.items():
            if isinstance(child, dict | list):
                yield from _marks(child, _step(path, key, child))


def _step(path: str, key: str, child: Any) -> str:
    """Return the path of a child; extensions are named by what they are, not numbered."""
    if key == "extension":
        return path
    name = key.removeprefix("_")
    return f"{path}.{name}" if path else name


def _fact_id(mark: Json) -> str:
    return next(str(part["valueString"]) for part in mark["extension"] if part["url"] == "factId")
