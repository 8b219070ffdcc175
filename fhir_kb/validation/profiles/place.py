"""An element of a profile, or a slice of one, and all that a chain of profiles states of it.

https://hl7.org/fhir/R4/profiling.html#differential

Places form a tree as differentials are laid over each other. What is not stated has no place, so
the tree of a small profile is small, whatever type it is of.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fhir_kb.definitions import Definitions, Element
from fhir_kb.formats import Json

SLICE_MARK = ":"
RESLICE_MARK = "/"


@dataclass(frozen=True, slots=True)
class Statement:
    """One ElementDefinition, and the canonical URL of the profile it stands in."""

    element: Json
    profile: str


class Place:
    """An element of a profile, or a slice of one.

    ``name`` is as FHIRPath has it (``value`` for ``value[x]``), ``label`` the id that the element
    has in the profile (``Observation.component:systolic.value[x]``). ``base`` is the element of
    the specification that it narrows, None for the root. ``slice`` is the slice's name.
    """

    __slots__ = (
        "_types",
        "base",
        "children",
        "definitions",
        "label",
        "name",
        "slice",
        "slices",
        "statements",
    )

    def __init__(
        self,
        definitions: Definitions,
        name: str,
        label: str,
        types: tuple[str, ...],
        base: Element | None = None,
        slice: str = "",
    ) -> None:
        self.definitions = definitions
        self._types = types
        self.name = name
        self.label = label
        self.base = base
        self.slice = slice
        self.statements: list[Statement] = []
        self.children: dict[str, Place] = {}
        self.slices: dict[str, Place] = {}

    def __repr__(self) -> str:
        return f"Place({self.label})"

    @property
    def types(self) -> tuple[str, ...]:
        """The types that the element may have, as far as they are narrowed down."""
        stated = self.stated("type")
        # A backbone element's type is its path, which says more than the BackboneElement stated.
        if stated is None or any("." in type for type in self._types):
            return self._types
        return tuple(row["code"] for row in stated.element["type"] if "code" in row) or self._types

    @property
    def is_narrowed(self) -> bool:
        """Whether the types are fewer than the specification's."""
        return self.base is None or self.types != tuple(type.code for type in self.base.types)

    def stated(self, key: str) -> Statement | None:
        """Return what states ``key``; of several, the profile furthest from the base."""
        for statement in reversed(self.statements):
            if key in statement.element:
                return statement
        return None

    def all_stated(self, key: str) -> Iterator[tuple[Any, str]]:
        """Yield each value stated under ``key``, with the profile that states it."""
        for statement in self.statements:
            if key in statement.element:
                yield statement.element[key], statement.profile

    def flag(self, key: str) -> bool:
        """Whether ``key`` is true in any of the profiles."""
        return any(value is True for value, _ in self.all_stated(key))

    def child(self, step: str) -> "Place | None":
        """Return the place of a child element, made if need be; None if no type has it.

        ``step`` may be a choice (``value[x]``) or a choice of one type (``valueQuantity``), which
        is a slice of it.
        """
        name = step.removesuffix("[x]")
        if name in self.children:
            return self.children[name]
        for type in self.types:
            definition = self.definitions.type(type)
            if definition is None:
                continue
            element = definition.elements.get(name)
            if element is not None:
                return self._add(element)
            if name in definition.json_names:
                choice, only = definition.json_names[name]
                whole = self.children.get(choice.name) or self._add(choice)
                return whole.slice_of(name, (only.code,))
        return None

    def _add(self, element: Element) -> "Place":
        step = f"{element.name}[x]" if element.choice else element.name
        types = tuple(type.code for type in element.types)
        place = Place(self.definitions, element.name, f"{self.label}.{step}", types, element)
        self.children[element.name] = place
        return place

    def slice_of(self, name: str, types: tuple[str, ...] = ()) -> "Place":
        """Return the place of a slice, made if need be; ``types`` if its name tells them.

        A name with a slash is a slice of a slice.
        """
        if name == self.slice:
            return self
        outer, _, inner = name.partition(RESLICE_MARK)
        place = self.slices.get(outer)
        if place is None:
            place = self.slices[outer] = Place(
                self.definitions,
                self.name,
                f"{self.label}{RESLICE_MARK if self.slice else SLICE_MARK}{outer}",
                types or self._types_by_name(outer),
                self.base,
                f"{self.slice}{RESLICE_MARK}{outer}" if self.slice else outer,
            )
        return place.slice_of(inner) if inner else place

    def _types_by_name(self, slice: str) -> tuple[str, ...]:
        """Return the type that a choice's slice is named by (``valueQuantity``), or all types."""
        if self.base is not None and self.base.choice:
            for type in self.types:
                if slice == self.name + type[:1].upper() + type[1:]:
                    return (type,)
        return self.types
