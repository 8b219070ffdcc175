"""What XML must know of a type: the order of its elements, and which are lists or attributes.

https://hl7.org/fhir/R4/xml.html

The definitions stand on a higher floor, so they are passed in as a function and only their shape
is stated here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Literal, Protocol

from fhir_kb.errors import FhirKbError


class TypeReference(Protocol):
    """A type that an element may have, by its name."""

    @property
    def code(self) -> str: ...  # noqa: D102


class ElementShape(Protocol):
    """An element; ``name`` is ``value`` for ``value[x]``."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def is_list(self) -> bool: ...  # noqa: D102
    @property
    def xml_attribute(self) -> bool: ...  # noqa: D102


class TypeShape(Protocol):
    """A type; ``elements`` in their order, ``json_names`` from ``valueQuantity`` to its element."""

    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def abstract(self) -> bool: ...  # noqa: D102
    @property
    def elements(self) -> Mapping[str, ElementShape]: ...  # noqa: D102
    @property
    def json_names(self) -> Mapping[str, tuple[ElementShape, TypeReference]]: ...  # noqa: D102


TypeLookup = Callable[[str], TypeShape | None]
"""Finds a type by its name, a backbone element by its path; ``Definitions.type`` is one."""


Form = Literal["attribute", "narrative", "boolean", "number", "text", "node"]
"""How an element is written in XML; a node is an element with elements."""

# integer64 is a string in JSON, so it stays text.
_FORMS: dict[str, Form] = {
    "xhtml": "narrative",
    "boolean": "boolean",
    "decimal": "number",
    "integer": "number",
    "positiveInt": "number",
    "unsignedInt": "number",
}


@dataclass(frozen=True)
class Member:
    """One key of a JSON object, which is also the name in XML; ``sibling`` is the key ``_name``.

    ``position`` is that of the element; the types of a choice share one.
    """

    name: str
    sibling: str
    position: int
    form: Form
    type: str
    is_list: bool
    is_primitive: bool
    types: "TypeLookup" = field(repr=False)

    @cached_property
    def layout(self) -> "Layout":
        """The layout of its type; a type that is named but not defined is our own fault."""
        layout = layout_of(self.types, self.type)
        if layout is None:
            raise FhirKbError(f"The definitions name the type {self.type!r} but do not hold it")
        return layout


@dataclass(frozen=True, slots=True)
class Layout:
    """The ``members`` of a type by name, and its primitives by the key of their ``siblings``."""

    is_resource: bool
    is_abstract: bool
    members: Mapping[str, Member]
    siblings: Mapping[str, Member]


def layout_of(types: TypeLookup, name: str) -> Layout | None:
    """Return the layout of the type ``name``, None when ``types`` does not know it.

    The results are kept: pass the same function each time, not a new lambda.
    """
    # Names come from outside: only those that are types may fill the cache.
    return None if types(name) is None else _known_layout(types, name)


@lru_cache(maxsize=8192)
def _known_layout(types: TypeLookup, name: str) -> Layout | None:
    shape = types(name)
    if shape is None:
        return None
    positions = {element: position for position, element in enumerate(shape.elements)}
    members = {
        key: _member(types, key, element, type.code, positions[element.name])
        for key, (element, type) in shape.json_names.items()
    }
    if shape.kind == "primitive-type":
        # The value of a primitive is no element of its own: it is the JSON value itself.
        members.pop("value", None)
    return Layout(
        is_resource=shape.kind == "resource",
        is_abstract=shape.abstract,
        members=members,
        siblings={member.sibling: member for member in members.values() if member.is_primitive},
    )


def resource_layout(types: TypeLookup, name: str) -> Layout | None:
    """Return the layout of the resource type ``name``, None when there can be no such resource."""
    layout = layout_of(types, name)
    return layout if layout and layout.is_resource and not layout.is_abstract else None


def _member(types: TypeLookup, key: str, element: ElementShape, type: str, position: int) -> Member:
    form = "attribute" if element.xml_attribute else _form(type)
    return Member(
        name=key,
        sibling=f"_{key}",
        position=position,
        form=form,
        type=type,
        is_list=element.is_list,
        is_primitive=form in ("boolean", "number", "text"),
        types=types,
    )


def _form(type: str) -> Form:
    """Return the form of a type by its name: FHIR's primitives, and only they, begin small."""
    return _FORMS.get(type) or ("text" if type[0].islower() else "node")
