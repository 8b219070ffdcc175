"""The shape of the specification's definitions, as the other floors read them.

https://hl7.org/fhir/R4/structuredefinition.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Strength = Literal["required", "extensible", "preferred", "example"]


@dataclass(frozen=True, slots=True)
class Binding:
    """The value set an element's codes come from; ``value_set`` is a canonical URL.

    ``maximum`` is the value set that no code may leave, where the strength alone would allow it.
    """

    strength: Strength
    value_set: str
    maximum: str | None = None


@dataclass(frozen=True, slots=True)
class Constraint:
    """A FHIRPath invariant; ``severity`` is error or warning."""

    key: str
    severity: Literal["error", "warning"]
    human: str
    expression: str


@dataclass(frozen=True, slots=True)
class ElementType:
    """One type an element may have; ``targets`` are resource type names or profile URLs.

    ``profiles`` are the profiles that the type itself must meet (an Extension, a Quantity).
    """

    code: str
    targets: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a type.

    ``name`` is the element's name as FHIRPath says it (``value`` for ``value[x]``);
    ``max`` is None for ``*``. For a backbone element and for a content reference the single
    type's code is the path of the defining element (``Observation.component``). A primitive's
    own ``value`` has a FHIRPath system type (``System.String``).
    ``constraints`` are those that the element adds to the constraints of its types; what is
    stated on a backbone element is a constraint of the backbone's own type.
    """

    name: str
    path: str
    min: int
    max: int | None
    types: tuple[ElementType, ...]
    choice: bool = False
    binding: Binding | None = None
    constraints: tuple[Constraint, ...] = ()
    summary: bool = False
    modifier: bool = False
    xml_attribute: bool = False
    max_length: int | None = None

    @property
    def is_list(self) -> bool:
        """Whether JSON holds the element as an array."""
        return self.max is None or self.max > 1


Kind = Literal["resource", "complex-type", "primitive-type", "backbone"]


@dataclass(frozen=True, slots=True)
class TypeDefinition:
    """A resource, data type, primitive or backbone element, with its elements in their order.

    ``elements`` holds inherited elements too, keyed by FHIRPath name.
    ``json_names`` maps a JSON key (``valueQuantity``, ``status``; never ``_status``) to its
    element and type code.
    ``constraints`` holds inherited constraints too, those of the base type first.
    ``pattern`` is a primitive's regular expression, for ``re.fullmatch`` with ``re.ASCII``.
    ``binding`` binds the type itself (the unit of an Age), wherever it is used.
    """

    name: str
    kind: Kind
    base: str | None
    abstract: bool
    elements: Mapping[str, Element]
    json_names: Mapping[str, tuple[Element, ElementType]]
    constraints: tuple[Constraint, ...] = ()
    pattern: str | None = None
    binding: Binding | None = None


@dataclass(frozen=True, slots=True)
class SearchParameter:
    """A search parameter of one resource type.

    ``type`` is one of number, date, string, token, reference, composite, quantity, uri, special.
    ``components`` of a composite are (code of the component parameter, FHIRPath expression);
    ``component_types`` are their types in the same order.
    """

    code: str
    url: str
    type: str
    expression: str
    targets: tuple[str, ...] = ()
    components: tuple[tuple[str, str], ...] = ()
    component_types: tuple[str, ...] = ()
    description: str = ""


Coding = tuple[str, str]
"""(system, code)."""
