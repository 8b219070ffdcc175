"""The path of a discriminator: where it leads from a node, and where from a slice's definition.

https://hl7.org/fhir/R4/profiling.html#discriminator
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from fhir_kb.fhirpath import Node, compile_expression
from fhir_kb.validation.canonical import type_of_specification
from fhir_kb.validation.profiles.overlay import Overlay
from fhir_kb.validation.profiles.place import Place
from fhir_kb.validation.profiles.values import Wanted, wanted_at
from fhir_kb.validation.walk import Walk

OverlayOf = Callable[[str], Overlay | None]
"""From a canonical URL to the tree of the profile, None if it is not at hand."""

_PATH_MAX = 500
_STEP = re.compile(
    r"(?P<name>\$?\w+)(?:\[x\])?(?P<call>\(\s*['\"]?(?P<argument>[^()'\"]*)['\"]?\s*\))?"
)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a path leads in a slice's definition.

    That is a place of a profile, a part of a fixed value or pattern, or a type of the
    specification. ``profile`` is the canonical URL that led there.
    """

    place: Place | None = None
    wanted: Wanted | None = None
    type: str = ""
    profile: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a path: an element's ``name``, or a function with its ``argument``."""

    name: str
    argument: str = ""
    is_call: bool = False


def read_path(path: str) -> tuple[Step, ...] | None:
    """Return the steps of a discriminator's path, None if it has what no such path may have."""
    if len(path) > _PATH_MAX:
        return None
    steps, position = [], 0
    while position < len(path):
        match = _STEP.match(path, position)
        if match is None or (match["call"] and match["name"] not in _CALLS):
            return None
        if match["name"] != "$this":
            steps.append(Step(match["name"], match["argument"] or "", bool(match["call"])))
        position = match.end()
        if position < len(path):
            if path[position] != ".":
                return None
            position += 1
    return tuple(steps)


def nodes_at_path(walk: Walk, node: Node, steps: Iterable[Step]) -> list[Node]:
    """Return the nodes that a path leads to from ``node``."""
    nodes = [node]
    for step in steps:
        move = _CALLS[step.name][0] if step.is_call else _children
        nodes = [found for each in nodes for found in move(walk, each, step)]
    return nodes


def spots_at_path(place: Place, steps: Iterable[Step], overlay_of: OverlayOf) -> list[Spot]:
    """Return where a path leads to from the definition of a slice."""
    spots = [Spot(place)]
    for step in steps:
        move = _CALLS[step.name][1] if step.is_call else _child_spots
        spots = [found for each in spots for found in move(each, step, overlay_of)]
    return spots


def stated_profiles(place: Place, key: str) -> list[str]:
    """Return the ``profile`` or ``targetProfile`` canonicals of all types of a place."""
    stated = place.stated("type")
    rows = stated.element["type"] if stated is not None else []
    return [canonical for row in rows for canonical in row.get(key, [])]


def _children(walk: Walk, node: Node, step: Step) -> Iterable[Node]:
    return walk.children(node, step.name)


def _resolved(walk: Walk, node: Node, step: Step) -> Iterable[Node]:
    return compile_expression("resolve()", walk.definitions).evaluate(node, walk.environment)


def _extensions(walk: Walk, node: Node, step: Step) -> Iterable[Node]:
    found = walk.children(node, "extension")
    return [
        each
        for each in found
        if isinstance(each.value, dict) and each.value.get("url") == step.argument
    ]


def _of_type(walk: Walk, node: Node, step: Step) -> Iterable[Node]:
    return [node] if walk.definitions.is_subtype(node.type, step.argument) else []


def _child_spots(spot: Spot, step: Step, overlay_of: OverlayOf) -> Iterator[Spot]:
    if spot.wanted is not None:
        yield from (Spot(wanted=each) for each in spot.wanted.step(step.name))
    if spot.place is None:
        return
    found = False
    child = spot.place.children.get(step.name)
    for place in (child, *child.slices.values()) if child is not None else ():
        found = True
        yield Spot(place)
    for whole in wanted_at(spot.place):
        for wanted in whole.step(step.name):
            found = True
            yield Spot(wanted=wanted)
    if not found:
        for root in _profile_spots(stated_profiles(spot.place, "profile"), overlay_of):
            yield from _child_spots(root, step, overlay_of)


def _profile_spots(canonicals: Iterable[str], overlay_of: OverlayOf) -> Iterator[Spot]:
    for canonical in canonicals:
        overlay = overlay_of(canonical)
        if overlay is not None:
            yield Spot(overlay.root, type=overlay.type, profile=canonical)


def _target_spots(spot: Spot, step: Step, overlay_of: OverlayOf) -> Iterator[Spot]:
    if spot.place is None:
        return
    for canonical in stated_profiles(spot.place, "targetProfile"):
        type = type_of_specification(canonical, spot.place.definitions)
        overlay = overlay_of(canonical) if type is None else None
        if overlay is not None:
            yield Spot(overlay.root, type=overlay.type, profile=canonical)
        else:
            yield Spot(type=type or "", profile=canonical)


def _extension_spots(spot: Spot, step: Step, overlay_of: OverlayOf) -> Iterator[Spot]:
    extension = spot.place.children.get("extension") if spot.place is not None else None
    for place in extension.slices.values() if extension is not None else ():
        if extension_url(place, overlay_of) == step.argument:
            yield Spot(place)


def _type_spots(spot: Spot, step: Step, overlay_of: OverlayOf) -> Iterator[Spot]:
    if spot.place is not None:
        if spot.place.types == (step.argument,):
            yield spot
        for place in spot.place.slices.values():
            if place.types == (step.argument,):
                yield Spot(place)


def extension_url(slice: Place, overlay_of: OverlayOf) -> str:
    """Return the url of the extensions in a slice: fixed here or by its profile, or its name."""
    url = slice.children.get("url")
    for wanted in wanted_at(url) if url is not None else ():
        return str(wanted.value)
    for canonical in stated_profiles(slice, "profile"):
        overlay = overlay_of(canonical)
        if overlay is not None and "url" in overlay.root.children:
            return extension_url(overlay.root, overlay_of)
        return canonical.partition("|")[0]
    return slice.slice


_Move = Callable[[Walk, Node, Step], Iterable[Node]]
_SpotMove = Callable[[Spot, Step, OverlayOf], Iterator[Spot]]
_CALLS: dict[str, tuple[_Move, _SpotMove]] = {
    "resolve": (_resolved, _target_spots),
    "extension": (_extensions, _extension_spots),
    "ofType": (_of_type, _type_spots),
    "as": (_of_type, _type_spots),
}
"""The functions that a discriminator may have, on nodes and on definitions."""
