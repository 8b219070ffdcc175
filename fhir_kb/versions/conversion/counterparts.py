"""Where an element of one version stands in another, and whether its values may stand there.

https://hl7.org/fhir/R5/versions.html
"""

from dataclasses import dataclass
from typing import Any

from fhir_kb.definitions import Definitions
from fhir_kb.definitions.model import Element, TypeDefinition
from fhir_kb.versions.conversion.elements import NEWER, OTHER_MEANING, RENAMED
from fhir_kb.versions.conversion.items import Item

_ALIKE = (frozenset({"string", "markdown"}), frozenset({"uri", "url", "canonical"}))
"""Primitives that JSON writes alike, and of which one may hold what the other says."""

CODEABLE_REFERENCE = "CodeableReference"


@dataclass(frozen=True)
class Place:
    """An element of the target and the single elements above it that lead there.

    ``shape`` is the backbone that the element is made of, None for a data type.
    """

    above: tuple[str, ...]
    element: Element
    shape: TypeDefinition | None

    def type_of(self, item: Item) -> str:
        """Return the type that a value has at this place."""
        return item.type if self.element.choice else self.element.types[0].code


class Counterparts:
    """The elements of ``source`` in ``target``."""

    def __init__(self, source: Definitions, target: Definitions) -> None:
        self._source = source
        self._target = target
        crosses = NEWER in (source.name, target.name) and source.name != target.name
        self.is_downward = crosses and source.name == NEWER
        self.is_upward = crosses and target.name == NEWER
        rows = [row[::-1] if self.is_downward else row for row in RENAMED] if crosses else []
        self._renamed = dict(rows)
        self._other_meaning = OTHER_MEANING if crosses else frozenset()

    def of(self, shape: TypeDefinition, element: Element, other: TypeDefinition) -> Place | None:
        """Return the place of an element of ``shape`` in ``other``; None where it has none."""
        path = f"{shape.name}.{element.name}"
        if path in self._other_meaning:
            return None
        renamed = self._renamed.get(path)
        if renamed is not None:
            if not renamed.startswith(f"{other.name}."):
                return None
            return self.place(other, tuple(renamed.removeprefix(f"{other.name}.").split(".")))
        if f"{other.name}.{element.name}" in self._renamed.values():
            return None
        return self.place(other, (element.name,))

    def moved(
        self, shape: TypeDefinition, element: Element, other: TypeDefinition
    ) -> dict[str, Place]:
        """Return, of an element without a place, the places of its parts by their names."""
        if element.is_list:
            return {}
        inside = f"{shape.name}.{element.name}."
        found: dict[str, Place] = {}
        for path, renamed in self._renamed.items():
            if path.startswith(inside) and renamed.startswith(f"{other.name}."):
                place = self.place(other, (renamed.removeprefix(f"{other.name}."),))
                if place is not None:
                    found[path.removeprefix(inside)] = place
        return found

    def place(self, other: TypeDefinition, steps: tuple[str, ...]) -> Place | None:
        """Return the place that steps lead to from ``other``; None where they lead nowhere."""
        shape: TypeDefinition | None = other
        for step in steps[:-1]:
            above = shape.elements.get(step) if shape else None
            if above is None or above.is_list:
                return None
            shape = self._target.type(above.types[0].code)
        element = shape.elements.get(steps[-1]) if shape else None
        if element is None:
            return None
        made_of = self._target.type(element.types[0].code)
        is_backbone = made_of is not None and made_of.kind == "backbone"
        return Place(steps[:-1], element, made_of if is_backbone else None)

    def adapted(self, item: Item, element: Element) -> Item | None:
        """Return a value as an element of the target can have it; None when it cannot."""
        types = [type.code for type in element.types]
        if item.type in types:
            return item if self._is_allowed(item, element) else None
        shape, wanted = self._source.type(item.type), self._target.type(types[0])
        if shape and wanted and shape.kind == wanted.kind == "backbone":
            return item
        if not element.choice and any({item.type, types[0]} <= alike for alike in _ALIKE):
            return item
        if item.type == CODEABLE_REFERENCE:
            return self._taken_apart(item, types)
        if types == [CODEABLE_REFERENCE] and item.type in ("CodeableConcept", "Reference"):
            return self._put_together(item)
        return None

    def _is_allowed(self, item: Item, element: Element) -> bool:
        """Return whether a code is one that the target allows, where it allows only some."""
        binding = element.binding
        if binding is None or binding.strength != "required":
            return True
        codes = self._target.value_set(binding.value_set)
        if codes is None or not codes.complete:
            return True
        if item.type == "CodeableConcept":
            codings = item.value.get("coding", [])
            return any((each.get("system"), each.get("code")) in codes for each in codings)
        return item.type != "code" or item.value in codes.codes

    def _taken_apart(self, item: Item, types: list[str]) -> Item | None:
        """Return the concept or the reference of a CodeableReference, or a concept with both."""
        if not item.value.keys() <= {"concept", "reference"}:
            return None
        concept, reference = item.value.get("concept"), item.value.get("reference")
        if concept is None and "Reference" in types:
            return Item("Reference", reference)
        if "CodeableConcept" not in types:
            return None
        if reference is None:
            return Item("CodeableConcept", concept)
        carrier = {"url": self._reference_url(self._source), "valueReference": reference}
        held: dict[str, Any] = dict(concept or {})
        return Item("CodeableConcept", {**held, "extension": [carrier, *held.get("extension", [])]})

    def _put_together(self, item: Item) -> Item:
        if item.type == "Reference":
            return Item(CODEABLE_REFERENCE, {"reference": item.value})
        url = self._reference_url(self._target)
        value = dict(item.value)
        extensions = value.pop("extension", [])
        references = [each["valueReference"] for each in extensions if each.get("url") == url][:1]
        others = [each for each in extensions if each.get("url") != url]
        if others:
            value["extension"] = others
        together: dict[str, Any] = {"concept": value} if value else {}
        if references:
            together["reference"] = references[0]
        return Item(CODEABLE_REFERENCE, together)

    def _reference_url(self, definitions: Definitions) -> str:
        return f"{extension_start(definitions)}{CODEABLE_REFERENCE}.reference"


def extension_start(definitions: Definitions) -> str:
    """Return what the URLs of the extensions for a version's elements begin with."""
    short = ".".join(definitions.version.split(".")[:2])
    return f"http://hl7.org/fhir/{short}/StructureDefinition/extension-"
