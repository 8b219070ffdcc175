"""StructureDefinitions of the specification as type definitions.

https://hl7.org/fhir/R4/structuredefinition.html
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from fhir_kb.definitions.building.corrector import Corrector
from fhir_kb.definitions.model import (
    Binding,
    Constraint,
    Element,
    ElementType,
    TypeDefinition,
)
from fhir_kb.definitions.type_rows import json_names
from fhir_kb.formats import Json

STRUCTURE_DEFINITION = "http://hl7.org/fhir/StructureDefinition/"
_SYSTEM_TYPES = "http://hl7.org/fhirpath/"
_FHIR_TYPE = STRUCTURE_DEFINITION + "structuredefinition-fhir-type"
_REGEX = STRUCTURE_DEFINITION + "regex"
_MAXIMUM = STRUCTURE_DEFINITION + "elementdefinition-maxValueSet"

PROFILED_TYPES = frozenset({"SimpleQuantity", "MoneyQuantity"})
"""Profiles of a data type that the specification's elements name as if they were types."""

_Children = Mapping[str, list[Json]]


class TypeReader:
    """Every type of one release, from its StructureDefinitions' snapshots."""

    def __init__(self, structures: Iterable[Json], corrector: Corrector) -> None:
        self._structures = {_name(each): each for each in structures if _is_type(each)}
        self._corrector = corrector
        self.constraints = cache(self._constraints_of_type)

    def definitions(self) -> dict[str, TypeDefinition]:
        """Return each type by name, its backbone elements after it."""
        return {
            definition.name: definition
            for name in sorted(self._structures)
            for definition in self._definitions(name)
        }

    def _constraints_of_type(self, name: str | None) -> tuple[Constraint, ...]:
        """Return the constraints of the type itself, those of its base type first."""
        if name is None:
            return ()
        structure = self._structures[name]
        return self._with_inherited(_base(structure), structure["snapshot"]["element"][0])

    def _with_inherited(self, base: str | None, element: Json) -> tuple[Constraint, ...]:
        inherited = self.constraints(base)
        keys = {each.key for each in inherited}
        stated = self._stated_constraints(element)
        return inherited + tuple(each for each in stated if each.key not in keys)

    def _stated_constraints(self, element: Json) -> list[Constraint]:
        return [
            Constraint(
                key=each["key"],
                severity=each["severity"],
                human=each["human"],
                expression=self._corrector.expression(each["key"], each["expression"]),
            )
            for each in element.get("constraint", [])
            if self._corrector.keeps_constraint(element["path"], each["key"])
        ]

    def _definitions(self, name: str) -> Iterable[TypeDefinition]:
        structure = self._structures[name]
        root, *elements = structure["snapshot"]["element"]
        children: dict[str, list[Json]] = {}
        for element in elements:
            children.setdefault(element["path"].rpartition(".")[0], []).append(element)
        yield self._type(name, structure, children)
        for element in elements:
            if element["path"] in children:
                yield self._backbone(element, children)

    def _type(self, name: str, structure: Json, children: _Children) -> TypeDefinition:
        root = structure["snapshot"]["element"][0]
        own = children.get(root["path"], [])
        elements = self._elements(name, own, children)
        return TypeDefinition(
            name=name,
            kind=structure["kind"],
            base=_base(structure),
            abstract=structure["abstract"],
            elements={element.name: element for element in elements},
            json_names=json_names(elements),
            constraints=self.constraints(name),
            pattern=self._corrector.pattern(name, _pattern(own)),
            binding=_binding(root),
        )

    def _backbone(self, element: Json, children: _Children) -> TypeDefinition:
        path, base = element["path"], element["type"][0]["code"]
        elements = self._elements(path, children[path], children)
        return TypeDefinition(
            name=path,
            kind="backbone",
            base=base,
            abstract=False,
            elements={each.name: each for each in elements},
            json_names=json_names(elements),
            constraints=self._with_inherited(base, element),
        )

    def _elements(self, owner: str, elements: list[Json], children: _Children) -> list[Element]:
        return [self.element(owner, each, each["path"] in children) for each in elements]

    def element(self, owner: str, element: Json, is_backbone: bool = False) -> Element:
        """Return the ElementDefinition ``element`` as an element of the type ``owner``."""
        spelling = element["path"].rpartition(".")[2]
        types = self._element_types(element, is_backbone)
        return Element(
            name=spelling.removesuffix("[x]"),
            path=f"{owner}.{spelling}",
            min=element["min"],
            max=None if element["max"] == "*" else int(element["max"]),
            types=types,
            choice=spelling.endswith("[x]"),
            binding=_binding(element),
            constraints=(
                () if is_backbone else self.added_constraints(element, *(t.code for t in types))
            ),
            summary=element.get("isSummary", False),
            modifier=element.get("isModifier", False),
            xml_attribute="xmlAttr" in element.get("representation", []),
            max_length=element.get("maxLength"),
        )

    def _element_types(self, element: Json, is_backbone: bool) -> tuple[ElementType, ...]:
        if is_backbone:
            return (ElementType(element["path"]),)
        if "contentReference" in element:
            return (ElementType(element["contentReference"].partition("#")[2]),)
        return tuple(self._element_type(element, each) for each in element["type"])

    def _element_type(self, element: Json, type: Json) -> ElementType:
        return ElementType(
            code=self._corrector.element_type(element["base"]["path"], _type_code(element, type)),
            targets=_names(type.get("targetProfile", [])),
            profiles=_names(type.get("profile", [])),
        )

    def added_constraints(self, element: Json, *types: str) -> tuple[Constraint, ...]:
        """Return what ``element`` states beyond its ``types``: a snapshot repeats theirs."""
        repeated = {
            constraint.key
            for type in ("Element", *types)
            if type in self._structures
            for constraint in self.constraints(type)
        }
        return tuple(each for each in self._stated_constraints(element) if each.key not in repeated)


def _is_type(structure: Json) -> bool:
    if structure["kind"] == "logical":
        return False
    return structure.get("derivation") != "constraint" or structure["id"] in PROFILED_TYPES


def _name(structure: Json) -> str:
    return str(structure["id"] if structure["id"] in PROFILED_TYPES else structure["type"])


def _base(structure: Json) -> str | None:
    return structure.get("baseDefinition", "").rpartition("/")[2] or None


def _type_code(element: Json, type: Json) -> str:
    """Return a FHIR type's name; a primitive's own value keeps its FHIRPath system type."""
    code: str = type["code"]
    if not code.startswith(_SYSTEM_TYPES):
        return code
    if element["path"].endswith(".value"):
        return code.removeprefix(_SYSTEM_TYPES)
    return str(_extension(type, _FHIR_TYPE) or "string")


def _pattern(elements: list[Json]) -> str | None:
    for element in elements:
        for type in element.get("type", []):
            if pattern := _extension(type, _REGEX):
                return str(pattern)
    return None


def _binding(element: Json) -> Binding | None:
    binding = element.get("binding", {})
    if "valueSet" not in binding:
        return None
    additional = [
        each["valueSet"] for each in binding.get("additional", []) if each["purpose"] == "maximum"
    ]
    maximum = _extension(binding, _MAXIMUM) or (additional[0] if additional else None)
    return Binding(
        binding["strength"], _unversioned(binding["valueSet"]), maximum and _unversioned(maximum)
    )


def _unversioned(canonical: str) -> str:
    return canonical.partition("|")[0]


def _names(canonicals: list[str]) -> tuple[str, ...]:
    """Return the names of the specification's own types, and any other profile by its URL."""
    return tuple(each.removeprefix(STRUCTURE_DEFINITION) for each in canonicals)


def _extension(element: Json, url: str) -> Any:
    """Return the value of the extension ``url``, if the element has it."""
    for extension in element.get("extension", []):
        if extension["url"] == url:
            return next(value for key, value in extension.items() if key.startswith("value"))
    return None
