"""A profile and the profiles it is based on, laid over each other to one tree of statements.

https://hl7.org/fhir/R4/profiling.html#differential

No snapshot is generated: each differential of the chain, from the specification's type on, adds
its statements to the tree. A snapshot serves where a profile has no differential, or where one
that it is based on is not at hand.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from fhir_kb.definitions import Definitions
from fhir_kb.formats import Json
from fhir_kb.validation.canonical import OF_SPECIFICATION, type_of_specification, versioned_url
from fhir_kb.validation.profiles.element_reading import read_element
from fhir_kb.validation.profiles.place import RESLICE_MARK, SLICE_MARK, Place, Statement

Find = Callable[[str], Json | None]
"""From a canonical URL to the StructureDefinition it names."""

_IMPOSED = OF_SPECIFICATION + "structuredefinition-imposeProfile"
_CHAIN_MAX = 50
_DEPTH_MAX = 50


@dataclass(frozen=True, slots=True)
class Overlay:
    """The tree of a profile on ``type``; ``url`` has the profile's version, if it has one.

    ``imposed`` are other profiles that must be met as well. ``faults`` say what of the profile
    could not be read, and so is not checked.
    """

    url: str
    type: str
    root: Place
    imposed: tuple[str, ...] = ()
    faults: list[str] = field(default_factory=list)


def overlay_of(structure: Json, find: Find, definitions: Definitions) -> Overlay:
    """Return the tree of a StructureDefinition that constrains a type of the specification."""
    type = structure["type"]
    chain, faults = _chain(structure, find, definitions)
    root = Place(definitions, type, type, (type,))
    imposed: list[str] = []
    for each in chain:
        imposed += _imposed(each)
        elements, url = _elements(each), versioned_url(each)
        for steps, element in zip(_steps(elements), elements, strict=True):
            place = _place_at(root, steps)
            if place is None:
                faults.append(f"{element.get('path', 'an element')} is no element of {type}")
            else:
                place.statements.append(Statement(read_element(element, each["url"]), url))
    return Overlay(versioned_url(structure), type, root, tuple(dict.fromkeys(imposed)), faults)


def part_of(overlay: Overlay, id: str) -> Overlay | None:
    """Return the tree below one element of a profile, which its id names; None if it has none."""
    place: Place | None = overlay.root
    for step in id.split(".")[1:]:
        name, _, slice = step.partition(SLICE_MARK)
        place = place.children.get(name.removesuffix("[x]")) if place is not None else None
        for each in slice.split(RESLICE_MARK) if slice and place is not None else ():
            place = place.slices.get(each) if place is not None else None
    return Overlay(overlay.url, place.types[0], place) if place is not None else None


def _chain(structure: Json, find: Find, definitions: Definitions) -> tuple[list[Json], list[str]]:
    """Return the profile after those it is based on, and what is missing of them."""
    chain = [structure]
    while len(chain) < _CHAIN_MAX:
        last = chain[-1]
        base = last.get("baseDefinition", "")
        is_snapshot = _has(last, "snapshot") and not _has(last, "differential")
        if is_snapshot or type_of_specification(base, definitions):
            return chain[::-1], []
        found = find(base)
        if found is None and _has(last, "snapshot"):
            # The snapshot holds what the missing profiles state.
            chain[-1] = {**last, "differential": {}}
            return chain[::-1], []
        if found is None:
            return chain[::-1], [f"{base or 'its base'}, which it is based on, is not at hand"]
        chain.append(found)
    return chain[::-1], [f"it is based on more than {_CHAIN_MAX} profiles, or on itself"]


def _has(structure: Json, view: str) -> bool:
    return bool(structure.get(view, {}).get("element"))


def _elements(structure: Json) -> list[Json]:
    view = "differential" if _has(structure, "differential") else "snapshot"
    elements: list[Json] = structure.get(view, {}).get("element", [])
    return elements


def _imposed(structure: Json) -> Iterator[str]:
    for extension in structure.get("extension", []):
        canonical = extension.get("valueCanonical")
        if extension.get("url") == _IMPOSED and canonical is not None:
            yield canonical


def _place_at(root: Place, steps: list[str]) -> Place | None:
    place: Place | None = root if sum(map(_depth, steps)) <= _DEPTH_MAX else None
    for step in steps:
        name, _, slice = step.partition(SLICE_MARK)
        place = place.child(name) if place is not None else None
        if place is not None and slice:
            place = place.slice_of(slice)
    return place


def _depth(step: str) -> int:
    return 1 + step.count(RESLICE_MARK)


def _steps(elements: list[Json]) -> Iterator[list[str]]:
    """Yield the steps from the root to each element, with the slices on the way.

    The ids tell them. Where they are missing or wrong, the order does: an element is inside the
    slice that was named last on its path.
    """
    if all(_is_sound(element) for element in elements):
        for element in elements:
            yield element["id"].split(".")[1:]
        return
    open_slices: dict[str, str] = {}
    for element in elements:
        path, slice = element.get("path", ""), element.get("sliceName", "")
        open_slices = {
            outer: name
            for outer, name in open_slices.items()
            if outer != path and not outer.startswith(f"{path}.")
        }
        if slice:
            open_slices[path] = slice
        yield _steps_by_order(path, open_slices)


def _steps_by_order(path: str, open_slices: dict[str, str]) -> list[str]:
    steps, walked = path.split("."), []
    for index, name in enumerate(steps):
        slice = open_slices.get(".".join(steps[: index + 1]), "")
        walked.append(f"{name}{SLICE_MARK}{slice}" if slice else name)
    return walked[1:]


def _is_sound(element: Json) -> bool:
    """Whether an element's id says the same as its path and its slice's name."""
    steps = [step.partition(SLICE_MARK) for step in element.get("id", "").split(".")]
    names = element.get("path", "").split(".")
    if (
        "id" not in element
        or len(steps) != len(names)
        or not all(map(_is_same, (step[0] for step in steps), names))
    ):
        return False
    slice, named = element.get("sliceName", ""), steps[-1][2]
    return not slice or slice in (named, named.rpartition(RESLICE_MARK)[2])


def _is_same(step: str, name: str) -> bool:
    """Whether a step of an id is one of a path, where a choice may go by one of its types."""
    return step == name or (step.endswith("[x]") and name.startswith(step.removesuffix("[x]")))
