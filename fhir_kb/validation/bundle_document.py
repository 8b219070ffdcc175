"""Documents and messages: what the first entry refers to, and whether every entry hangs together.

https://hl7.org/fhir/R4/documents.html and https://hl7.org/fhir/R4/messaging.html
"""

from collections.abc import Iterable, Iterator
from typing import Any

from fhir_kb.fhirpath import Node
from fhir_kb.formats import Json
from fhir_kb.validation.resolution import BundleIndex
from fhir_kb.validation.walk import Walk
from fhir_kb.validation.wording import shortened

_OF_COMPOSITION: tuple[tuple[str, ...], ...] = (
    ("subject",),
    ("encounter",),
    ("author",),
    ("attester", "party"),
    ("custodian",),
    ("event", "detail"),
)
_OF_SECTION: tuple[tuple[str, ...], ...] = (("author",), ("focus",), ("entry",))


def check_document(walk: Walk, node: Node) -> None:
    """Check that a document holds what its Composition refers to, and nothing unconnected."""
    index = walk.index(node.value)
    composition = _first(index, "Composition")
    if composition is None:
        return
    for path in _OF_COMPOSITION:
        for place, reference in _references(composition, path):
            _check_present(walk, node, index, place, reference)
    for place, section in _sections(composition):
        for path in _OF_SECTION:
            for step, reference in _references(section, path):
                _check_present(walk, node, index, f"{place}.{step}", reference)
    _check_connected(walk, node, index, "unconnected-entry")


def check_message(walk: Walk, node: Node) -> None:
    """Check that a message holds the focus of its MessageHeader, and what is unconnected."""
    index = walk.index(node.value)
    header = _first(index, "MessageHeader")
    if header is None:
        return
    for place, reference in _references(header, ("focus",)):
        _check_present(walk, node, index, place, reference)
    _check_connected(walk, node, index, "unconnected-message-entry")


def _first(index: BundleIndex, type: str) -> Json | None:
    resource = index.entries[0].get("resource") if index.entries else None
    is_asked_for = isinstance(resource, dict) and resource.get("resourceType") == type
    return resource if is_asked_for else None


def _check_present(walk: Walk, node: Node, index: BundleIndex, place: str, reference: str) -> None:
    if reference.startswith("#"):
        return
    found = index.find(reference, index.entries[0].get("fullUrl"))
    if len(found) == 1:
        return
    at = f"entry[0].resource.{place}"
    if found:
        walk.report("ambiguous-reference", node, at=at, reference=shortened(reference))
    elif not index.alike(reference):
        # Where there is an entry like it, the reference's own check says so.
        walk.report("not-in-bundle", node, at=at, reference=shortened(reference))


def _references(resource: Json, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield each literal reference under ``path`` with its place."""
    name, *rest = path
    value = resource.get(name)
    items = value if isinstance(value, list) else [value]
    for number, item in enumerate(items):
        if not isinstance(item, dict):
            continue
        place = f"{name}[{number}]" if isinstance(value, list) else name
        if rest:
            yield from ((f"{place}.{step}", each) for step, each in _references(item, tuple(rest)))
        elif isinstance(item.get("reference"), str):
            yield place, item["reference"]


def _sections(resource: Json, around: str = "") -> Iterator[tuple[str, Json]]:
    sections = resource.get("section")
    for number, section in enumerate(sections if isinstance(sections, list) else ()):
        if isinstance(section, dict):
            place = f"{around}section[{number}]"
            yield place, section
            yield from _sections(section, f"{place}.")


def _check_connected(walk: Walk, node: Node, index: BundleIndex, message_id: str) -> None:
    """Report entries that no reference connects with the first, in either direction."""
    neighbours: dict[int, set[int]] = {number: set() for number in range(len(index.entries))}
    for number, entry in enumerate(index.entries):
        for reference in set(_all_references(entry.get("resource"))):
            for found in index.find(reference, entry.get("fullUrl")):
                neighbours[number].add(found)
                neighbours[found].add(number)
    reached = _reached(neighbours)
    for number, entry in enumerate(index.entries):
        if number not in reached and isinstance(entry.get("resource"), dict):
            name = entry.get("fullUrl") or entry["resource"].get("resourceType")
            walk.report(message_id, node, at=f"entry[{number}]", entry=name)


def _reached(neighbours: dict[int, set[int]]) -> set[int]:
    reached: set[int] = set()
    waiting: list[int] = [0]
    while waiting:
        number = waiting.pop()
        if number not in reached:
            reached.add(number)
            waiting.extend(neighbours[number])
    return reached


def _all_references(value: Any) -> Iterable[str]:
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            reference = value.get("reference")
            if isinstance(reference, str):
                yield reference
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, str) and ":" in value[:10]:
            # A canonical or a narrative link may also be what connects two entries.
            yield value
