"""The invariants that cost most, by the exact text of their expression: a quick look first.

https://hl7.org/fhir/R4/structuredefinition.html#invs

A look that says yes is as good as the expression, which is then not evaluated; one that says no
says nothing. So it may be strict about what it has not thought of: a value of the wrong type, an
extension in place of a value.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from fhir_kb.fhirpath import Node
from fhir_kb.formats import Json

Look = Callable[[Node], bool]

_VIEWS = ("snapshot", "differential")
_NAME = re.compile(r"[A-Z][A-Za-z0-9_]{1,254}")
_PATH = re.compile(r"[A-Za-z][A-Za-z0-9]{0,62}(?:\.[a-z][A-Za-z0-9]{0,62}(?:\[x\])?)*")
_TYPE_CODE = re.compile(r"[A-Za-z0-9]+|http://hl7\.org/fhirpath/System\.[A-Z][A-Za-z]+")
_SPECIFICATION = "http://hl7.org/fhir/StructureDefinition"
_AT_THE_ROOT = ("label", "_label", "code", "requirements", "_requirements")


class _Odd(Exception):
    """Something is not as the definitions have it, so the expression has to decide."""


def plainly(look: Callable[[Node], bool]) -> Look:
    """Return ``look`` as one that says no where it meets something odd."""

    def careful(node: Node) -> bool:
        try:
            return look(node)
        except _Odd:
            return False

    return careful


def _objects(holder: Json, key: str) -> list[Json]:
    items = holder.get(key, [])
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise _Odd
    return items


def _text(holder: Json, key: str) -> str:
    text = holder.get(key)
    if not isinstance(text, str) or not text:
        raise _Odd
    return text


def _elements(node: Node) -> Iterator[Json]:
    """Yield the elements of a StructureDefinition's snapshot and differential."""
    for view in _VIEWS:
        held = node.value.get(view, {})
        if not isinstance(held, dict):
            raise _Odd
        yield from _objects(held, "element")


def _only_slices_inside(node: Node) -> bool:
    return all(
        "." in _text(element, "path") or not ("sliceName" in element or "_sliceName" in element)
        for element in _elements(node)
    )


def _root_is_bare(node: Node) -> bool:
    return not any(
        key in element
        for element in _elements(node)
        if "." not in _text(element, "path")
        for key in _AT_THE_ROOT
    )


def _types_are_named(node: Node) -> bool:
    if not _text(node.value, "url").startswith(_SPECIFICATION):
        return True
    types = chain.from_iterable(_objects(element, "type") for element in _elements(node))
    return all(_TYPE_CODE.fullmatch(_text(type, "code")) for type in types)


def _paths_follow_the_root(node: Node) -> bool:
    """sdf-8 and sdf-8a: the first path is that of the type, and the others go on from it."""
    structure = node.parent
    if structure is None or structure.type != "StructureDefinition":
        return False
    paths = [_text(element, "path") for element in _objects(node.value, "element")]
    is_logical = structure.value.get("kind") == "logical"
    if not paths or not (is_logical or paths[0] == structure.value.get("type")):
        return False
    start = f"{paths[0].partition('.')[0]}."
    return paths[0] + "." == start and all(path.startswith(start) for path in paths[1:])


def _link_ids_differ(node: Node) -> bool:
    """que-2: wherever there is a link id, also in what is contained."""
    found: list[str] = []
    waiting: list[Any] = [node.value]
    while waiting:
        holder = waiting.pop()
        if holder.__class__ is list:
            waiting.extend(child for child in holder if child.__class__ in (list, dict))
            continue
        if "linkId" in holder or "_linkId" in holder:
            found.append(_text(holder, "linkId"))
        waiting.extend(child for child in holder.values() if child.__class__ in (list, dict))
    return _differ(found)


def _codes_differ(node: Node) -> bool:
    """csd-1: the codes of all concepts, at every level."""
    if "contained" in node.value:
        return False
    found: list[str] = []
    waiting = [node.value]
    while waiting:
        concepts = _objects(waiting.pop(), "concept")
        found += [_text(concept, "code") for concept in concepts]
        waiting += concepts
    return _differ(found)


def _differ(texts: Iterable[str]) -> bool:
    found = list(texts)
    return len(found) == len(set(found))


def _distinct(name: str, key: str) -> Look:
    def look(node: Node) -> bool:
        return _differ(_text(item, key) for item in _objects(node.value, name))

    return plainly(look)


def _fits(name: str, pattern: re.Pattern[str]) -> Look:
    def look(node: Node) -> bool:
        return pattern.fullmatch(_text(node.value, name)) is not None

    return plainly(look)


def _is_bounded(node: Node) -> bool:
    lowest, highest = node.value.get("min"), _text(node.value, "max")
    if highest == "*":
        return True
    is_plain = lowest.__class__ is int and highest.isdecimal() and len(highest) < 10
    return is_plain and lowest <= int(highest)


def _is_no_modifier(node: Node) -> bool:
    return node.value.get("isModifier") is False


def _group_has_items(node: Node) -> bool:
    return _text(node.value, "type") != "group" or bool(_objects(node.value, "item"))


def _is_no_display(node: Node) -> bool:
    return _text(node.value, "type") != "display"


def _is_short(node: Node) -> bool:
    return isinstance(node.value, str) and len(node.value) <= 255


PLAINLY_TRUE: Mapping[str, Look] = {
    "(snapshot | differential).element.all(path.contains('.').not() implies sliceName.empty())": (
        plainly(_only_slices_inside)
    ),
    "children().element.where(path.contains('.').not()).label.empty() and "
    "children().element.where(path.contains('.').not()).code.empty() and "
    "children().element.where(path.contains('.').not()).requirements.empty()": (
        plainly(_root_is_bare)
    ),
    "url.startsWith('http://hl7.org/fhir/StructureDefinition') implies "
    "(differential.element.type.code.all(matches('^[a-zA-Z0-9]+$') or "
    r"matches('^http:\\/\\/hl7\\.org\\/fhirpath\\/System\\.[A-Z][A-Za-z]+$')) and "
    r"snapshot.element.type.code.all(matches('^[a-zA-Z0-9\\.]+$') or "
    r"matches('^http:\\/\\/hl7\\.org\\/fhirpath\\/System\\.[A-Z][A-Za-z]+$')))": (
        plainly(_types_are_named)
    ),
    "url.startsWith('http://hl7.org/fhir/StructureDefinition') implies "
    "(differential | snapshot).element.type.code.all(matches('^[a-zA-Z0-9]+$') or "
    r"matches('^http:\\/\\/hl7\\.org\\/fhirpath\\/System\\.[A-Z][A-Za-z]+$'))": (
        plainly(_types_are_named)
    ),
    "(%resource.kind = 'logical' or element.first().path = %resource.type) and "
    "element.tail().all(path.startsWith(%resource.snapshot.element.first().path&'.'))": (
        plainly(_paths_follow_the_root)
    ),
    "(%resource.kind = 'logical' or element.first().path.startsWith(%resource.type)) and "
    "(element.tail().empty() or element.tail().all(path.startsWith("
    r"%resource.differential.element.first().path.replaceMatches('\\..*','')&'.')))": (
        plainly(_paths_follow_the_root)
    ),
    "(%resource.kind = 'logical' or element.first().path.startsWith(%resource.type)) and "
    "(element.tail().empty() or  element.tail().all(path.startsWith("
    r"%resource.differential.element.first().path.replaceMatches('\\..*','')&'.')))": (
        plainly(_paths_follow_the_root)
    ),
    "descendants().linkId.isDistinct()": plainly(_link_ids_differ),
    "concept.code.combine($this.descendants().concept.code).isDistinct()": plainly(_codes_differ),
    "constraint.select(key).isDistinct()": _distinct("constraint", "key"),
    "mapping.select(identity).isDistinct()": _distinct("mapping", "identity"),
    "type.select(code).isDistinct()": _distinct("type", "code"),
    "min.empty() or max.empty() or (max = '*') or iif(max != '*', min <= max.toInteger())": (
        plainly(_is_bounded)
    ),
    r"path.matches('^[^\\s\\.,:;\\\'"
    r'"\\/|?!@#$%&*()\\[\\]{}]{1,64}(\\.[^\\s\\.,:;\\\'"\\/|?!@#$%&*()\\[\\]{}]{1,64}'
    r"(\\[x\\])?(\\:[^\\s\\.]+)?)*$')": _fits("path", _PATH),
    r"path.matches('^[A-Za-z][A-Za-z0-9]*(\\.[a-z][A-Za-z0-9]*(\\[x])?)*$')": _fits("path", _PATH),
    r"path.matches('^[A-Za-z][A-Za-z0-9]{0,63}(\\.[a-z][A-Za-z0-9]{0,63}(\\[x])?)*$')": (
        _fits("path", _PATH)
    ),
    "name.exists() implies name.matches('^[A-Z]([A-Za-z0-9_]){0,254}$')": _fits("name", _NAME),
    "name.exists() implies name.matches('^[A-Z]([A-Za-z0-9_]){1,254}$')": _fits("name", _NAME),
    "(isModifier.exists() and isModifier) implies isModifierReason.exists()": _is_no_modifier,
    "(type='group' and %resource.status='complete') implies item.empty().not()": (
        plainly(_group_has_items)
    ),
    "type='group' implies item.empty().not()": plainly(_group_has_items),
    "type!='display' or code.empty()": plainly(_is_no_display),
    "type!='display' or (required.empty() and repeats.empty())": plainly(_is_no_display),
    "type!='display' or readOnly.empty()": plainly(_is_no_display),
    "$this.length() <= 255": _is_short,
}
"""The expressions, each with its look."""
