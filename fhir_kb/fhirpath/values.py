"""The values that operators work on, and how they are got from nodes and written as text.

https://hl7.org/fhirpath/#literals

A Boolean is ``bool``, an Integer ``int``, a Long ``Long``, a Decimal ``Decimal``, a String
``str``, a Date, DateTime and Time ``Temporal``, a Quantity ``Quantity``. An item that is none of
these is worked on as its ``Node``.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from fhir_kb.errors import FHIRPathError
from fhir_kb.fhirpath.node import Node, Nodes
from fhir_kb.fhirpath.quantity import TIME_UNITS, UNITLESS, Quantity
from fhir_kb.fhirpath.temporal import Kind, Temporal, parse_temporal

INTEGER_LIMIT = 2**31 - 1
LONG_LIMIT = 2**63 - 1
LARGEST_EXPONENT = 100
"""Decimals beyond 10^100 are refused: written out, ``1E+400000000`` fills the memory."""

UCUM = "http://unitsofmeasure.org"


class Long(int):
    """A whole number of 64 bits."""


SYSTEM_TEMPORAL: Mapping[Kind, str] = {
    "date": "System.Date",
    "dateTime": "System.DateTime",
    "time": "System.Time",
}
TEMPORAL_TYPES: Mapping[str, Kind] = {
    "date": "date",
    "dateTime": "dateTime",
    "instant": "dateTime",
    "time": "time",
}
QUANTITY_TYPES = frozenset(
    {"Quantity", "Age", "Count", "Distance", "Duration", "MoneyQuantity", "SimpleQuantity"}
)
_SYSTEM_TYPES: Mapping[type, str] = {
    str: "System.String",
    bool: "System.Boolean",
    int: "System.Integer",
    Long: "System.Long",
    Decimal: "System.Decimal",
    Quantity: "System.Quantity",
}


def _temporal(kind: Kind) -> Callable[[str], Any]:
    """Return the reader of dates and times; a text that is none stays a text."""
    return lambda text: parse_temporal(text, kind) or text


def _long(text: str) -> Any:
    return Long(text) if _WHOLE.fullmatch(text) else text


_WHOLE = re.compile(r"-?\d{1,19}", re.ASCII)
_TEXT_VALUES: Mapping[str, Callable[[str], Any]] = {
    **{type: _temporal(kind) for type, kind in TEMPORAL_TYPES.items()},
    # JSON cannot be trusted with 64 bits, so R5 writes them as text.
    "integer64": _long,
}

EMPTY: Nodes = []
TRUE: Nodes = [Node(True, "System.Boolean")]
FALSE: Nodes = [Node(False, "System.Boolean")]


def type_of(value: Any) -> str:
    """Return the system type of a computed value."""
    if isinstance(value, Temporal):
        return SYSTEM_TEMPORAL[value.kind]
    name = _SYSTEM_TYPES.get(value.__class__)
    if name is None:
        raise FHIRPathError(f"FHIRPath has no type for a {value.__class__.__name__}: {value!r}")
    return name


def nodes_of(value: Any) -> Nodes:
    """Return a computed value, or none, as a collection."""
    if value is None:
        return EMPTY
    if value is True:
        return TRUE
    if value is False:
        return FALSE
    return [value if value.__class__ is Node else Node(value, type_of(value))]


def value_of(node: Node) -> Any:
    """Return what operators see of ``node``: None if it has no value, the node if complex."""
    value = node.value
    kind = value.__class__
    if kind is str:
        convert = _TEXT_VALUES.get(node.type)
        return value if convert is None else convert(value)
    if kind is dict:
        quantity = quantity_of(value) if node.type in QUANTITY_TYPES else None
        return node if quantity is None else quantity
    if kind is int and node.type != "System.Integer":
        return _whole_number(value, node.type)
    if isinstance(value, Decimal):
        if abs(value.adjusted()) > LARGEST_EXPONENT:
            raise FHIRPathError(f"The number at {node.path} is too large or too small to work with")
        return value if kind is Decimal else Decimal(value)
    if kind is float:
        return Decimal(repr(value))
    return node if kind is list else value


def _whole_number(value: int, type: str) -> int | Decimal:
    if type == "decimal":
        return Decimal(value)
    return Long(value) if type == "integer64" else value


def quantity_of(value: Mapping[str, Any]) -> Quantity | None:
    """Return a FHIR Quantity as a quantity, None if it has no exact value.

    UCUM's codes for durations mean the calendar's; a unit of another system is told apart by it.
    """
    number = value.get("value")
    if isinstance(number, bool) or not isinstance(number, int | Decimal | float):
        return None
    if value.get("comparator"):
        return None
    number = Decimal(repr(number)) if isinstance(number, float) else Decimal(number)
    if abs(number.adjusted()) > LARGEST_EXPONENT:
        return None
    code, system, shown = value.get("code"), value.get("system"), value.get("unit")
    if not isinstance(code, str):
        return Quantity(number, shown if isinstance(shown, str) else UNITLESS)
    if system == UCUM:
        unit = TIME_UNITS.get(code)
        return Quantity(number, unit.calendar_unit if unit else code)
    return Quantity(number, f"{system}|{code}")


def is_inexact(value: Any) -> bool:
    """Whether this is a FHIR Quantity without an exact value: with ``<`` or without a number."""
    return isinstance(value, Node) and value.type in QUANTITY_TYPES


def single(items: Nodes, wanted: str = "a single item") -> Node | None:
    """Return the one item of ``items``, None if there is none; refuse several."""
    if not items:
        return None
    if len(items) > 1:
        raise FHIRPathError(f"Expected {wanted}, found {len(items)}: {_places(items)}")
    return items[0]


def _places(items: Nodes) -> str:
    # Places and types, not values: a message may be logged, a patient must not be.
    shown = ", ".join(item.path or item.type for item in items[:3])
    return shown + (", …" if len(items) > 3 else "")


def truth_of(items: Nodes) -> bool | None:
    """Return a collection as a Boolean: one item that is no Boolean counts as true."""
    node = single(items, "a single Boolean")
    if node is None:
        return None
    value = node.value
    if value is True or value is False:
        return value
    return None if value is None and node.type == "boolean" else True


def text_of(value: Any) -> str | None:
    """Return ``value`` written as toString() does, None if it is none of the system types."""
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}" if abs(value.adjusted()) <= LARGEST_EXPONENT else str(value)
    if isinstance(value, str | int | Temporal | Quantity):
        return str(value)
    return None


def kind_of(value: Any) -> str:
    """Return the type of ``value`` as messages name it."""
    return value.type if isinstance(value, Node) else type_of(value).removeprefix("System.")
