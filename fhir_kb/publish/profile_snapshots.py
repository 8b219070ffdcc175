"""Snapshots of our profiles and extensions: all elements, those that were not narrowed included.

https://hl7.org/fhir/R4/profiling.html#snapshot

Files and servers hold differentials, which say the same in little space; a package holds
snapshots too, because what derives from a profile (``Parent`` in FSH) is made of its snapshot.
"""

from collections.abc import Iterable

from fhir_kb.definitions import Definitions, Snapshots
from fhir_kb.errors import KnowledgeError
from fhir_kb.formats import Json
from fhir_kb.publish.element_order import in_element_order
from fhir_kb.publish.element_tree import Branch, elements_of, steps_of, tree_of
from fhir_kb.publish.narrowing import described_by, narrowed

_SPECIFICATION = "http://hl7.org/fhir/StructureDefinition/"
_RESLICE_MARK = "/"


class ProfileSnapshots:
    """Makes the snapshots of StructureDefinitions that may refer to each other.

    Each is on a type of the release, or on another of ``structures``.
    """

    def __init__(self, structures: Iterable[Json], definitions: Definitions) -> None:
        self._structures = {each["url"]: each for each in structures}
        self._definitions = definitions
        self._specification = Snapshots(definitions.name)
        self._made: dict[str, list[Json]] = {}

    def completed(self, structure: Json) -> Json:
        """Return the StructureDefinition with its snapshot.

        Refuses (KnowledgeError) one whose base is not at hand, or whose differential names an
        element or a slice that its base has no place for.
        """
        elements = self._elements(structure["url"])
        return in_element_order({**structure, "snapshot": {"element": elements}}, self._definitions)

    def _elements(self, canonical: str) -> list[Json]:
        """Return the elements of a snapshot of ours or of the specification; none if not held."""
        if canonical in self._structures and canonical not in self._made:
            self._made[canonical] = elements_of(self._tree(self._structures[canonical]))
        if canonical in self._made:
            return self._made[canonical]
        return self._specification.elements(canonical.removeprefix(_SPECIFICATION))

    def _tree(self, structure: Json) -> Branch:
        url, base = structure["url"], structure["baseDefinition"]
        elements = self._elements(base)
        if not elements:
            raise KnowledgeError(f"{url} has no snapshot: that of {base} is not at hand")
        root = tree_of(_as_inherited(each) for each in elements)
        for statement in structure["differential"]["element"]:
            branch = self._branch(root, statement["id"], url)
            branch.element = self._narrowed(branch.element, statement)
        _raise_minima(root)
        return root

    def _narrowed(self, element: Json, statement: Json) -> Json:
        """Return the element with a statement on it; a profiled type describes it first."""
        if any("profile" in type for type in statement.get("type", [])):
            element = self._described(element, statement["type"])
        return narrowed(element, statement)

    def _described(self, element: Json, types: list[Json]) -> Json:
        """Return the element in the words of its type, if it has only one and that is at hand."""
        elements = self._of_one(types)
        return described_by(element, elements[0]) if elements else element

    def _of_one(self, types: list[Json]) -> list[Json]:
        """Return the elements of the one type, or the one profile of it, that there is."""
        named = [each for type in types for each in type.get("profile", [type["code"]])]
        return self._elements(named[0]) if len(named) == 1 else []

    def _branch(self, root: Branch, id: str, url: str) -> Branch:
        branch = root
        for name, slice in steps_of(id):
            if not branch.children:
                branch.children = self._children(branch.element)
            if name not in branch.children:
                raise KnowledgeError(f"{url}: its base has no element {id}")
            branch = branch.children[name]
            if slice:
                branch = self._slice(branch, slice, f"{url}: {id}")
        return branch

    def _slice(self, branch: Branch, name: str, where: str) -> Branch:
        """Return a slice of an element, made like the element if it is not there yet."""
        if name not in branch.slices:
            if "slicing" not in branch.element:
                raise KnowledgeError(f"{where}: what is sliced does not say how")
            if _RESLICE_MARK in name:
                raise KnowledgeError(f"{where}: slices of slices are not unrolled here")
            element = {key: value for key, value in branch.element.items() if key != "slicing"}
            if _is_extension(element):
                # What is said of all extensions there is not said of this one.
                element = self._described(element, element["type"])
            branch.slices[name] = Branch(
                branch.name,
                {**element, "sliceName": name, "min": 0},
                name,
                branch.copied().children,
            )
        return branch.slices[name]

    def _children(self, element: Json) -> dict[str, Branch]:
        """Return the elements that are in an element by its type; none if it has several types."""
        elements = self._of_one(element.get("type", []))
        return tree_of(map(_as_inherited, elements)).children if elements else {}


def _is_extension(element: Json) -> bool:
    return [type["code"] for type in element["type"]] == ["Extension"]


def _as_inherited(element: Json) -> Json:
    """Return the element as a profile of its type has it.

    ``#PlanDefinition.action`` would mean the profile's own element, which may be narrower.
    """
    reference: str = element.get("contentReference", "")
    if not reference.startswith("#"):
        return element
    type = reference[1:].partition(".")[0]
    return {**element, "contentReference": f"{_SPECIFICATION}{type}{reference}"}


def _raise_minima(branch: Branch) -> None:
    """Let an element stand as often as its slices must."""
    for each in (*branch.children.values(), *branch.slices.values()):
        _raise_minima(each)
    least = sum(each.element["min"] for each in branch.slices.values())
    if least > branch.element["min"]:
        branch.element = {**branch.element, "min": least}
