"""Types as the walker needs them: what each JSON key may hold, compiled when first met.

https://hl7.org/fhir/R4/json.html
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from fhir_kb.definitions import Definitions, Element, ElementType, TypeDefinition
from fhir_kb.errors import FhirKbError
from fhir_kb.validation.primitives import Primitive, compile_primitive
from fhir_kb.validation.rules import code_set, element_rules, type_rules
from fhir_kb.validation.walk import Rule

RESOURCE_TYPE = "resourceType"


class Member:
    """One JSON key of a type.

    ``name`` is the element's name as FHIRPath says it (``value`` for ``valueQuantity``).
    ``primitive`` is None for an element with elements. ``codes`` are those that a required
    binding allows to a code. ``rules`` are what this element adds to the rules of its type.
    """

    __slots__ = (
        "_compile",
        "_shape",
        "accepts",
        "codes",
        "element",
        "is_choice",
        "is_list",
        "is_resource",
        "json_type",
        "key",
        "max",
        "name",
        "primitive",
        "rules",
        "type",
    )

    def __init__(
        self,
        key: str,
        element: Element,
        type: str,
        primitive: Primitive | None,
        is_resource: bool,
        codes: frozenset[str] | None,
        rules: tuple[Rule, ...],
        compile: Callable[[str], "Shape"],
    ) -> None:
        self.key = key
        self.element = element
        self.name = element.name
        self.type = type
        self.is_list = element.is_list
        self.is_choice = element.choice
        self.is_resource = is_resource
        self.max = element.max
        self.primitive = primitive
        self.json_type: Any = primitive.json_type if primitive else None
        self.accepts: Callable[[Any], object] = primitive.accepts if primitive else bool
        self.codes = codes
        self.rules = rules
        self._compile = compile
        self._shape: Shape | None = None

    @property
    def shape(self) -> "Shape":
        """The shape of what the key holds: of its type, or of a primitive's ``_key`` object."""
        shape = self._shape
        if shape is None:
            shape = self._shape = self._compile(self.type)
        return shape


@dataclass(frozen=True, slots=True)
class Requirement:
    """An element that must be there: under one of ``keys``, at least ``min`` times."""

    name: str
    path: str
    min: int
    keys: tuple[str, ...]
    types: tuple[str, ...]


class Shape:
    """What a type may hold: its members by JSON key, what it must hold, and its rules."""

    __slots__ = ("members", "names", "required", "rules", "type")

    def __init__(
        self,
        type: str,
        members: Mapping[str, Member],
        required: tuple[Requirement, ...],
        rules: tuple[Rule, ...],
    ) -> None:
        self.type = type
        self.members = members
        self.required = required
        self.rules = rules


class Shapes:
    """The shapes of one release; without ``rules`` there is only structure."""

    def __init__(self, definitions: Definitions, *, rules: bool) -> None:
        self._definitions = definitions
        self._with_rules = rules
        self._shapes: dict[str, Shape] = {}
        self._primitives: dict[str, Primitive] = {}

    @cached_property
    def resource_types(self) -> frozenset[str]:
        """The types a resource may be of."""
        return self._definitions.resource_types

    def shape(self, type: str) -> Shape:
        """Return the shape of a type that the definitions have."""
        shape = self._shapes.get(type)
        if shape is None:
            shape = self._shapes[type] = self._compiled(self._definition(type))
        return shape

    def _definition(self, type: str) -> TypeDefinition:
        definition = self._definitions.type(type)
        if definition is None:
            raise FhirKbError(f"The definitions name the type {type!r} but do not hold it")
        return definition

    def _compiled(self, definition: TypeDefinition) -> Shape:
        is_primitive = definition.kind == "primitive-type"
        members = {
            key: self._member(key, element, type)
            for key, (element, type) in definition.json_names.items()
            if not (is_primitive and key == "value")
        }
        required = tuple(
            _requirement(element, definition)
            for element in definition.elements.values()
            if element.min and not is_primitive
        )
        rules = type_rules(definition, self._definitions) if self._with_rules else ()
        return Shape(definition.name, members, required, rules)

    def _member(self, key: str, element: Element, type: ElementType) -> Member:
        name = _profiled(type)
        definition = self._definition(name)
        codes: frozenset[str] | None = None
        rules: tuple[Rule, ...] = ()
        if self._with_rules:
            codes = code_set(element, type, self._definitions)
            rules = element_rules(element, type, self._definitions)
        return Member(
            key,
            element,
            name,
            self._primitive(definition) if definition.kind == "primitive-type" else None,
            definition.kind == "resource",
            codes,
            rules,
            self.shape,
        )

    def _primitive(self, definition: TypeDefinition) -> Primitive:
        primitive = self._primitives.get(definition.name)
        if primitive is None:
            primitive = self._primitives[definition.name] = compile_primitive(definition)
        return primitive


@lru_cache(maxsize=16)
def shapes_of(definitions: Definitions, *, rules: bool) -> Shapes:
    """Return the shapes of a release, shared by all validations."""
    return Shapes(definitions, rules=rules)


def _profiled(type: ElementType) -> str:
    """Return the type to check: SimpleQuantity is a Quantity held to a profile of its own."""
    return type.profiles[0] if type.code == "Quantity" and type.profiles else type.code


def _requirement(element: Element, definition: TypeDefinition) -> Requirement:
    keys = []
    for key, (each, type) in definition.json_names.items():
        if each is element:
            keys.append(key)
            if type.code[0].islower():
                keys.append(f"_{key}")
    types = tuple(type.code for type in element.types)
    return Requirement(element.name, element.path, element.min, tuple(keys), types)
