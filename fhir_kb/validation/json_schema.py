"""The strict JSON Schema of a resource type, made from the definitions of its release.

https://json-schema.org/draft-07 and https://hl7.org/fhir/R4/json.html

It is for form builders and for clients without FHIR tools, and a second opinion on the
validator's walk. It knows what is required, how often an element may stand and in how many of its
types, the codes of required bindings, ids and extensions beside primitives (``_birthDate``), and
nothing else may stand there. It does not know invariants, references, or that a null in an array
needs something at its place in the array beside it.

Resources inside resources are told apart by their ``resourceType`` and not by trying each type,
so that one fault is one error.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from urllib.parse import urljoin

from fhir_kb.definitions import Binding, Definitions, Element, ElementType, TypeDefinition
from fhir_kb.definitions.codes import ValueSetCodes
from fhir_kb.errors import UnknownType
from fhir_kb.formats import Json
from fhir_kb.settings import CANONICAL
from fhir_kb.validation.json_schema_primitives import primitive_schema
from fhir_kb.validation.wording import nearest

_RESOURCE = "Resource"
_BESIDE = "Element"
"""The type of what stands beside a primitive: an id and extensions."""


@lru_cache(maxsize=32)
def resource_schema(definitions: Definitions, type: str) -> Json:
    """Return the schema of a resource type, whole: it refers to no other document.

    Refuses (UnknownType) a type that this release does not have. The schema is shared: nobody
    may change it.
    """
    if type not in definitions.resource_types:
        hint = nearest(type, definitions.resource_types)
        raise UnknownType(f"FHIR {definitions.name} has no resource type {type!r}{hint}")
    schemas = _schemas(definitions)
    needed = _reachable(f"#/definitions/{type}", schemas)
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": urljoin(CANONICAL, f"/schema/{definitions.name.lower()}/{type}.json"),
        "title": f"{type}, FHIR {definitions.name} ({definitions.version})",
        "allOf": [_reference(type)],
        "definitions": {name: schemas[name] for name in sorted(needed)},
    }


@lru_cache(maxsize=4)
def _schemas(definitions: Definitions) -> Mapping[str, Json]:
    """Return the schema of each type of a release, and of each value set that it binds."""
    return _Writer(definitions).write()


def _reachable(reference: str, schemas: Mapping[str, Json]) -> set[str]:
    """Return the names of the schemas that a reference leads to, by any number of steps."""
    found: set[str] = set()
    waiting = [reference]
    while waiting:
        name = waiting.pop().removeprefix("#/definitions/")
        if name not in found:
            found.add(name)
            waiting += _references(schemas[name])
    return found


def _references(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, child in value.items():
            if key == "$ref":
                yield child
            else:
                yield from _references(child)
    elif isinstance(value, list):
        for child in value:
            yield from _references(child)


def _reference(name: str) -> Json:
    return {"$ref": f"#/definitions/{name}"}


class _Writer:
    """Writes the schemas of one release."""

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
        self._schemas: dict[str, Json] = {}
        self._waiting: list[str] = []
        self._met: set[str] = set()

    def write(self) -> Mapping[str, Json]:
        """Return the schemas by name."""
        for name in (*sorted(self._definitions.resource_types), _BESIDE):
            self._to(name)
        self._schemas[_RESOURCE] = _any_resource(sorted(self._definitions.resource_types))
        while self._waiting:
            name = self._waiting.pop()
            definition = self._definitions.type(name)
            if definition is not None:
                self._schemas[name] = self._type(definition)
        return self._schemas

    def _to(self, name: str) -> Json:
        """Return the reference to a type, which is written if it is not yet."""
        if name not in self._met and name != _RESOURCE:
            self._met.add(name)
            self._waiting.append(name)
        return _reference(name)

    def _type(self, definition: TypeDefinition) -> Json:
        if definition.kind == "primitive-type":
            return primitive_schema(definition)
        properties: Json = {}
        schema: Json = {"type": "object", "minProperties": 1, "properties": properties}
        if definition.kind == "resource":
            properties["resourceType"] = {"const": definition.name}
            schema["required"] = ["resourceType"]
        for key, (element, type) in definition.json_names.items():
            if element.max != 0:
                properties |= self._properties(key, element, type)
        rules = [rule for each in definition.elements.values() for rule in _rules(each, definition)]
        for rule in rules:
            if "required" in rule:
                schema["required"] = [*schema.get("required", ()), *rule["required"]]
        others = [rule for rule in rules if "required" not in rule]
        if others:
            schema["allOf"] = others
        schema["additionalProperties"] = False
        return schema

    def _properties(self, key: str, element: Element, type: ElementType) -> Json:
        """Return what may stand under ``key``, and under ``_key`` if it is a primitive."""
        value = self._value(element, type)
        if not _is_primitive(type):
            return {key: _repeated(element, value) if element.is_list else value}
        beside = self._to(_BESIDE)
        if not element.is_list:
            return {key: value, f"_{key}": beside}
        return {
            key: _repeated(element, _or_null(value)),
            f"_{key}": _repeated(element, _or_null(beside)),
        }

    def _value(self, element: Element, type: ElementType) -> Json:
        name = type.profiles[0] if type.code == "Quantity" and type.profiles else type.code
        to_type = self._to(name)
        codes = self._codes(element.binding)
        if codes is None:
            return to_type
        if type.code == "code":
            return self._value_set(codes)
        held = _HOLDERS.get(type.code)
        return {"allOf": [to_type, held(_coding(codes))]} if held else to_type

    def _codes(self, binding: Binding | None) -> ValueSetCodes | None:
        """Return the codes of a required binding, if all of them are known."""
        if binding is None or binding.strength != "required":
            return None
        value_set = self._definitions.value_set(binding.value_set)
        return value_set if value_set is not None and value_set.complete else None

    def _value_set(self, value_set: ValueSetCodes) -> Json:
        name = f"ValueSet-{value_set.url.rpartition('/')[2]}"
        self._schemas[name] = {"title": value_set.url, "enum": sorted(value_set.codes)}
        return _reference(name)


def _is_primitive(type: ElementType) -> bool:
    return type.code[0].islower()


def _or_null(schema: Json) -> Json:
    """Return the schema of an item that is null where only the array beside has something."""
    return {"anyOf": [schema, {"type": "null"}]}


def _repeated(element: Element, item: Json) -> Json:
    schema: Json = {"type": "array", "minItems": max(element.min, 1), "items": item}
    return schema if element.max is None else schema | {"maxItems": element.max}


def _rules(element: Element, definition: TypeDefinition) -> Iterator[Json]:
    """Yield what must hold of the keys of an element: that there is one, that there are not two."""
    ways = [
        _present(key, type)
        for key, (each, type) in definition.json_names.items()
        if each is element
    ]
    if element.choice and len(ways) > 1:
        yield {"oneOf": ways if element.min else [*ways, {"not": {"anyOf": ways}}]}
    elif element.min and element.max != 0:
        yield from ways


def _present(key: str, type: ElementType) -> Json:
    """Return the schema of an object with ``key``; a primitive may have no value but extensions."""
    if _is_primitive(type):
        return {"anyOf": [{"required": [key]}, {"required": [f"_{key}"]}]}
    return {"required": [key]}


def _coding(value_set: ValueSetCodes) -> Json:
    """Return the schema of a coding out of a value set."""
    by_system: dict[str, list[str]] = {}
    for system, code in sorted(value_set.codings):
        by_system.setdefault(system, []).append(code)
    ways = [
        {
            "required": ["system", "code"],
            "properties": {"system": {"const": system}, "code": {"enum": codes}},
        }
        for system, codes in by_system.items()
    ]
    return ways[0] if len(ways) == 1 else {"anyOf": ways}


def _in_concept(coding: Json) -> Json:
    return {"required": ["coding"], "properties": {"coding": {"contains": coding}}}


_HOLDERS = {"Coding": lambda coding: coding, "CodeableConcept": _in_concept}
"""How a required coding stands in a value of each type."""


def _any_resource(types: Iterable[str]) -> Json:
    """Return the schema of a resource of any type, chosen by its ``resourceType``."""
    names = list(types)
    return {
        "type": "object",
        "required": ["resourceType"],
        "properties": {"resourceType": {"enum": names}},
        "allOf": [
            {
                "if": {
                    "required": ["resourceType"],
                    "properties": {"resourceType": {"const": name}},
                },
                "then": _reference(name),
            }
            for name in names
        ],
    }
