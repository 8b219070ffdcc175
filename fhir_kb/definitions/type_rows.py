"""A type definition as a row of plain JSON values, and back.

https://hl7.org/fhir/R4/elementdefinition.html

What is inherited is not written twice: a row holds the constraints that the type adds to its base.
Trailing values that are empty are left out of a row.
"""

from collections.abc import Mapping
from typing import Any

from fhir_kb.definitions.model import Binding, Constraint, Element, ElementType, TypeDefinition

_CHOICE, _SUMMARY, _MODIFIER, _XML_ATTRIBUTE = 1, 2, 4, 8

Row = list[Any]


def encode_type(definition: TypeDefinition, inherited: tuple[Constraint, ...]) -> Row:
    """Return the row of ``definition``, whose base type has the constraints ``inherited``."""
    own = [constraint for constraint in definition.constraints if constraint not in inherited]
    return _trimmed(
        [
            definition.kind,
            definition.base,
            int(definition.abstract),
            [encode_element(element) for element in definition.elements.values()],
            [encode_constraint(constraint) for constraint in own],
            definition.pattern,
            _encode_binding(definition.binding),
        ]
    )


def decode_type(name: str, row: Row, inherited: tuple[Constraint, ...]) -> TypeDefinition:
    """Return the type called ``name`` from its ``row`` and its base type's constraints."""
    kind, base, abstract, elements, constraints, pattern, binding = _padded(row, 7)
    decoded = [decode_element(name, element) for element in elements or ()]
    return TypeDefinition(
        name=name,
        kind=kind,
        base=base,
        abstract=bool(abstract),
        elements={element.name: element for element in decoded},
        json_names=json_names(decoded),
        constraints=inherited + decode_constraints(constraints),
        pattern=pattern,
        binding=_decode_binding(binding),
    )


def json_names(elements: list[Element]) -> Mapping[str, tuple[Element, ElementType]]:
    """Return each JSON key that ``elements`` may have, with its element and type."""
    names = {}
    for element in elements:
        for type in element.types:
            suffix = type.code[:1].upper() + type.code[1:] if element.choice else ""
            names[element.name + suffix] = (element, type)
    return names


def encode_element(element: Element) -> Row:
    """Return the row of ``element``."""
    flags = (
        _CHOICE * element.choice
        + _SUMMARY * element.summary
        + _MODIFIER * element.modifier
        + _XML_ATTRIBUTE * element.xml_attribute
    )
    return _trimmed(
        [
            element.name,
            flags,
            element.min,
            element.max,
            [_encode_element_type(type) for type in element.types],
            _encode_binding(element.binding),
            [encode_constraint(constraint) for constraint in element.constraints],
            element.max_length,
        ]
    )


def decode_element(owner: str, row: Row) -> Element:
    """Return the element in ``row`` of the type ``owner``."""
    name, flags, min, max, types, binding, constraints, max_length = _padded(row, 8)
    choice = bool(flags & _CHOICE)
    return Element(
        name=name,
        path=f"{owner}.{name}[x]" if choice else f"{owner}.{name}",
        min=min,
        max=max,
        types=tuple(_decode_element_type(type) for type in types or ()),
        choice=choice,
        binding=_decode_binding(binding),
        constraints=decode_constraints(constraints),
        summary=bool(flags & _SUMMARY),
        modifier=bool(flags & _MODIFIER),
        xml_attribute=bool(flags & _XML_ATTRIBUTE),
        max_length=max_length,
    )


def _encode_element_type(type: ElementType) -> str | Row:
    if not type.targets and not type.profiles:
        return type.code
    return _trimmed([type.code, list(type.targets), list(type.profiles)])


def _decode_element_type(row: str | Row) -> ElementType:
    if isinstance(row, str):
        return ElementType(row)
    code, targets, profiles = _padded(row, 3)
    return ElementType(code, tuple(targets or ()), tuple(profiles or ()))


def _encode_binding(binding: Binding | None) -> Row | None:
    if binding is None:
        return None
    return _trimmed([binding.strength, binding.value_set, binding.maximum])


def _decode_binding(row: Row | None) -> Binding | None:
    return Binding(*row) if row else None


def encode_constraint(constraint: Constraint) -> Row:
    """Return the row of ``constraint``."""
    return [constraint.key, constraint.severity, constraint.human, constraint.expression]


def decode_constraints(rows: list[Row] | None) -> tuple[Constraint, ...]:
    """Return the constraints in ``rows``."""
    return tuple(Constraint(*row) for row in rows or ())


def _trimmed(row: Row) -> Row:
    """Return ``row`` without the empty values at its end; 0 and False are values."""
    while row and (row[-1] is None or row[-1] == []):
        row = row[:-1]
    return row


def _padded(row: Row, length: int) -> Row:
    return row + [None] * (length - len(row))
