"""The smallest resources that hold an element, one for each element of a resource type.

Our own resources do not use every element of their types; these do. They are right by structure,
primitives, codes and references; an invariant may still speak against them.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from fhir_kb.definitions import Binding, Definitions, Element, ElementType, TypeDefinition
from fhir_kb.formats import Json
from fhir_kb.validation.syntax import SYNTAXES

_VALUES: Mapping[str, Any] = {
    "base64Binary": "QUJD",
    "boolean": True,
    "canonical": "http://example.org/x",
    "code": "x",
    "date": "2020-01-01",
    "dateTime": "2020-01-01",
    "decimal": Decimal("1.0"),
    "id": "x",
    "instant": "2020-01-01T00:00:00Z",
    "integer": 1,
    "integer64": "1",
    "markdown": "x",
    "oid": "urn:oid:1.2.3",
    "positiveInt": 1,
    "string": "x",
    "time": "10:00:00",
    "unsignedInt": 1,
    "uri": "http://example.org/x",
    "url": "http://example.org/x",
    "uuid": "urn:uuid:c757873d-ec9a-4326-a141-556f43239520",
    "xhtml": '<div xmlns="http://www.w3.org/1999/xhtml">x</div>',
}
_LEFT_OUT = frozenset({"contained", "extension", "modifierExtension"})
_DEPTH = 6
"""How far content references (an item in an item) are followed."""


def specimens(type: str, definitions: Definitions) -> Iterator[Json]:
    """Yield a resource for each element of a type, in each of the element's types."""
    definition = definitions.type(type)
    assert definition is not None
    return _Maker(definitions).resources(definition)


class _Maker:
    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions

    def resources(self, definition: TypeDefinition) -> Iterator[Json]:
        smallest = {"resourceType": definition.name, **self._required(definition)}
        for value in self._with_each(definition, ()):
            yield {**smallest, **value}

    def _with_each(self, definition: TypeDefinition, above: tuple[str, ...]) -> Iterator[Json]:
        """Yield the required content with each element in turn, and with each element inside it."""
        required = self._required(definition)
        for key, (element, type) in definition.json_names.items():
            if element.name in _LEFT_OUT or element.max == 0:
                continue
            others = _without(required, element, definition)
            yield {**others, key: _held(element, self._value(element, type))}
            inner = self._definitions.type(type.code)
            if inner is None or inner.kind != "backbone" or above.count(inner.name) > 0:
                continue
            if len(above) < _DEPTH:
                for value in self._with_each(inner, (*above, inner.name)):
                    yield {**others, key: _held(element, value)}

    def _required(self, definition: TypeDefinition) -> Json:
        content: Json = {}
        met: set[str] = set()
        for key, (element, type) in definition.json_names.items():
            if element.min and element.name not in met:
                met.add(element.name)
                content[key] = _held(element, self._value(element, type))
        return content

    def _value(self, element: Element, type: ElementType) -> Any:
        coding = self._coding(element.binding)
        match type.code:
            case "code" if coding:
                return coding["code"]
            case "Coding" if coding:
                return coding
            case "CodeableConcept":
                return {"coding": [coding]} if coding else {"text": "x"}
            case "CodeableReference":
                return {"reference": self._reference(type)}
            case "Reference":
                return self._reference(type)
            case "Resource":
                return {"resourceType": "Basic", "code": {"text": "x"}}
        if type.code in _VALUES:
            return _VALUES[type.code]
        definition = self._definitions.type(type.code)
        assert definition is not None, type.code
        return self._required(definition) or self._first(definition)

    def _first(self, definition: TypeDefinition) -> Json:
        """Return the first primitive that a type may hold beside its id."""
        for key, (element, type) in definition.json_names.items():
            if key not in ("id", *_LEFT_OUT) and type.code in _VALUES and element.max != 0:
                return {key: _held(element, self._value(element, type))}
        return {"id": "x"}

    def _coding(self, binding: Binding | None) -> Json | None:
        if binding is None:
            return None
        value_set = self._definitions.value_set(binding.maximum or binding.value_set)
        if value_set is None:
            return None
        if value_set.codings:
            system, code = min(value_set.codings)
            return {"system": system, "code": code}
        syntax = SYNTAXES.get(value_set.rule or "")
        return {"system": min(value_set.open_systems), "code": syntax.example} if syntax else None

    def _reference(self, type: ElementType) -> Json:
        names = [target.rpartition("/")[2] for target in type.targets]
        known = [name for name in names if name in self._definitions.resource_types]
        return {"reference": f"{known[0] if known else 'Patient'}/x"}


def _held(element: Element, value: Any) -> Any:
    return [value] * max(element.min, 1) if element.is_list else value


def _without(content: Json, element: Element, definition: TypeDefinition) -> Json:
    """Return the content without an element, whichever of its types it has."""
    return {key: held for key, held in content.items() if definition.json_names[key][0] != element}
