"""The elements of a snapshot as a tree: below each element what is in it, beside it its slices.

https://hl7.org/fhir/R4/elementdefinition.html#id

Ids and paths are told by the place in the tree, and so written when the tree is made a list again:
what is put under another element has its new names without being renamed.
"""

from collections.abc import Iterable, Iterator
from copy import copy
from dataclasses import dataclass, field

from fhir_kb.formats import Json

_SLICE_MARK = ":"


@dataclass(slots=True)
class Branch:
    """An element, or a slice of one, with the elements in it and the slices of it, by their names.

    ``name`` is the last step of its path (``value[x]``). The ElementDefinition may be shared with
    other trees: it is replaced, never changed.
    """

    name: str
    element: Json
    slice: str = ""
    children: dict[str, "Branch"] = field(default_factory=dict)
    slices: dict[str, "Branch"] = field(default_factory=dict)

    def copied(self) -> "Branch":
        """Return a tree of its own with the same ElementDefinitions."""
        twin = copy(self)
        twin.children = {name: each.copied() for name, each in self.children.items()}
        twin.slices = {name: each.copied() for name, each in self.slices.items()}
        return twin


def steps_of(id: str) -> Iterator[tuple[str, str]]:
    """Yield the name and the slice ("" for none) of each step from the root to an element."""
    for step in id.split(".")[1:]:
        name, _, slice = step.partition(_SLICE_MARK)
        yield name, slice


def tree_of(elements: Iterable[Json]) -> Branch:
    """Return the tree of a snapshot's elements, of which the root is the first."""
    first, *others = elements
    root = Branch(first["path"], first)
    for element in others:
        *outer, (name, slice) = steps_of(element["id"])
        parent = root
        for step in outer:
            parent = _step(parent, *step)
        if slice:
            parent.children[name].slices[slice] = Branch(name, element, slice)
        else:
            parent.children[name] = Branch(name, element)
    return root


def _step(parent: Branch, name: str, slice: str) -> Branch:
    child = parent.children[name]
    return child.slices[slice] if slice else child


def elements_of(root: Branch) -> list[Json]:
    """Return the elements of a tree in the order of a snapshot, each with its id and path."""
    return list(_elements(root, root.name, root.name))


def _elements(branch: Branch, id: str, path: str) -> Iterator[Json]:
    yield {**branch.element, "id": id, "path": path}
    for child in branch.children.values():
        yield from _elements(child, f"{id}.{child.name}", f"{path}.{child.name}")
    for slice in branch.slices.values():
        yield from _elements(slice, f"{id}{_SLICE_MARK}{slice.slice}", path)
