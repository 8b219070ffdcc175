"""What the definitions say about elements and types, in the form that evaluation needs.

https://hl7.org/fhirpath/#models
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple, Protocol

from fhir_kb.definitions.model import TypeDefinition
from fhir_kb.errors import FHIRPathError
from fhir_kb.fhirpath.node import Node, Nodes
from fhir_kb.formats import Json
from fhir_kb.formats.number import PrintedDecimal

SYSTEM_NAMES = frozenset(
    {
        "Any",
        "Boolean",
        "String",
        "Integer",
        "Long",
        "Decimal",
        "Date",
        "DateTime",
        "Time",
        "Quantity",
        "SimpleTypeInfo",
        "ClassInfo",
    }
)
_FHIRPATH_TYPE = "http://hl7.org/fhirpath/"


class TypeSource(Protocol):
    """The part of the definitions that expressions need."""

    def __hash__(self) -> int:
        """Return a hash: expressions are remembered by the definitions they were compiled with."""

    def type(self, name: str, /) -> TypeDefinition | None:
        """Return the type called ``name``, None if there is none."""

    def is_subtype(self, name: str, base: str, /) -> bool:
        """Whether ``name`` is ``base`` or derived from it."""


class Found(NamedTuple):
    """Where JSON holds an element: its key, its FHIRPath name and its type.

    ``type`` is empty for a resource, which names its own type, and where no definitions tell.
    ``beside`` is the key of a primitive's id and extensions, empty for other types.
    """

    key: str
    name: str
    type: str
    beside: str


class Types:
    """Lookups by type name, remembered; without a source every key is an element without type."""

    def __init__(self, source: TypeSource | None) -> None:
        self.source = source
        self._keys: dict[str, Mapping[str, Found] | None] = {}
        self._places: dict[tuple[str, str], Found | Mapping[str, Found] | None] = {}
        self._subtypes: dict[tuple[str, str], bool] = {}

    def places(self, type: str, name: str) -> Found | Mapping[str, Found] | None:
        """Return where an element ``name`` of ``type`` is, by JSON key if it is a choice."""
        keys = self.keys(type)
        if keys is None:
            return None if name == "resourceType" else _untyped(name)
        if (type, name) not in self._places:
            found = {key: place for key, place in keys.items() if place.name == name}
            self._places[type, name] = found.get(name) or found or None
        return self._places[type, name]

    def keys(self, type: str) -> Mapping[str, Found] | None:
        """Return each JSON key of ``type`` with what it holds, None if the type is not known."""
        if type in self._keys:
            return self._keys[type]
        definition = self._definition(type)
        keys = None
        if definition is not None:
            names = definition.json_names.items()
            keys = {
                key: self._found(key, element.name, code.code) for key, (element, code) in names
            }
        self._keys[type] = keys
        return keys

    def _found(self, key: str, name: str, code: str) -> Found:
        if code.startswith(_FHIRPATH_TYPE):
            code = code.removeprefix(_FHIRPATH_TYPE)
        definition = self._definition(code)
        if definition is None or definition.kind == "primitive-type":
            return Found(key, name, code, f"_{key}")
        return Found(key, name, "" if definition.kind == "resource" else code, "")

    def _definition(self, name: str) -> TypeDefinition | None:
        return self.source.type(name) if self.source is not None and name else None

    def knows(self, type: str) -> bool:
        """Whether the elements of ``type`` are defined."""
        return self._definition(type) is not None

    def is_resource(self, name: str) -> bool:
        """Whether ``name`` is a type of resource, as far as is known."""
        if self.source is None:
            return True
        definition = self._definition(name)
        return definition is not None and definition.kind == "resource"

    def is_primitive(self, name: str) -> bool:
        """Whether ``name`` is a primitive type of FHIR."""
        definition = self._definition(name)
        return definition is not None and definition.kind == "primitive-type"

    def base(self, name: str) -> str | None:
        """Return the type that ``name`` is derived from."""
        definition = self._definition(name)
        return definition.base if definition is not None else None

    def is_subtype(self, type: str, base: str) -> bool:
        """Whether the FHIR type ``type`` is ``base`` or derived from it."""
        if type == base:
            return True
        if self.source is None or not type:
            return False
        known = self._subtypes.get((type, base))
        if known is None:
            known = self.knows(type) and self.source.is_subtype(type, base)
            self._subtypes[(type, base)] = known
        return known

    def specified(self, name: str) -> "TypeName":
        """Return the type that an expression names; refuse one that the definitions lack."""
        namespace, _, rest = name.rpartition(".")
        if namespace == "System":
            return TypeName(None, f"System.{rest}")
        fhir = rest if namespace == "FHIR" else name
        system = f"System.{fhir}" if not namespace and fhir in SYSTEM_NAMES else None
        if self.source is None or self.knows(fhir):
            return TypeName(fhir, system)
        if system is None:
            raise FHIRPathError(
                f"There is no type {name!r} in this version of FHIR or in FHIRPath; "
                "names of types are written as FHIR writes them (Patient, CodeableConcept, string)"
            )
        return TypeName(None, system)

    def children(self, node: Node) -> Nodes:
        """Return the child elements of ``node`` in the order of its JSON."""
        elements = node.elements
        children: Nodes = []
        if elements is None:
            return children
        keys = self.keys(node.type)
        for key, value in elements.items():
            if key.startswith("_"):
                key = key[1:]
                if elements.get(key) is not None:
                    continue
            if keys is None:
                found = _untyped(key) if key != "resourceType" else None
            else:
                found = keys.get(key)
            if found is None:
                continue
            if value.__class__ is list or not found.type or found.beside in elements:
                children.extend(nodes_at(node, elements, found))
            elif value is not None:
                children.append(Node(value, found.type, None, node, found.name))
        return children

    def count_children(self, node: Node) -> int:
        """Return how many child elements ``node`` has."""
        elements = node.elements
        if elements is None:
            return 0
        keys = self.keys(node.type)
        count = 0
        for key, value in elements.items():
            if keys is None or key not in keys or f"_{key}" in elements:
                return len(self.children(node))
            if value.__class__ is list:
                count += len(value) - value.count(None)
            else:
                count += value is not None
        return count


class TypeName(NamedTuple):
    """A type as an expression names it: in FHIR, among the system types, or either."""

    fhir: str | None
    system: str | None


_UNTYPED = {
    str: "string",
    bool: "boolean",
    int: "integer",
    Decimal: "decimal",
    PrintedDecimal: "decimal",
}


def _untyped(key: str) -> Found:
    return Found(key, key, "", f"_{key}")


def nodes_at(parent: Node, elements: Json, found: Found) -> Iterator[Node]:
    """Yield what ``elements``, the JSON of ``parent``, holds at ``found``."""
    value = elements.get(found.key)
    extra = elements.get(found.beside) if found.beside else None
    if value.__class__ is not list and extra.__class__ is not list:
        if value is not None or extra is not None:
            yield _child(parent, found, value, extra, None)
        return
    values = value if value.__class__ is list else []
    extras = extra if extra.__class__ is list else []
    for index in range(max(len(values), len(extras))):
        value = values[index] if index < len(values) else None
        extra = extras[index] if index < len(extras) else None
        if value is not None or extra is not None:
            yield _child(parent, found, value, extra, index)


def _child(parent: Node, found: Found, value: object, extra: object, index: int | None) -> Node:
    type = found.type or untyped_name(value)
    beside = extra if isinstance(extra, dict) else None
    return Node(value, type, beside, parent, found.name, index)


def untyped_name(value: object) -> str:
    """Return the type that ``value`` shows by itself: a resource's, a plain JSON type or none."""
    if isinstance(value, dict):
        named = value.get("resourceType")
        return named if isinstance(named, str) else ""
    return _UNTYPED.get(value.__class__, "")
