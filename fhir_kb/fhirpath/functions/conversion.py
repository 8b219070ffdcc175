"""toBoolean(), toInteger() and their like, and whether they would give something.

https://hl7.org/fhirpath/#conversion
"""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from fhir_kb.fhirpath.code import Code, from_truth, from_value
from fhir_kb.fhirpath.equality import as_quantity
from fhir_kb.fhirpath.functions.signature import Function, Functions, Invocation, giving
from fhir_kb.fhirpath.node import Nodes
from fhir_kb.fhirpath.quantity import (
    CALENDAR_WORDS,
    UNITLESS,
    Quantity,
    explicitly_converted,
)
from fhir_kb.fhirpath.state import State
from fhir_kb.fhirpath.temporal import Kind, Temporal, parse_temporal
from fhir_kb.fhirpath.values import INTEGER_LIMIT, LONG_LIMIT, Long, single, text_of, value_of

Convert = Callable[[Any], Any]

_TRUE_TEXTS = frozenset({"true", "t", "yes", "y", "1", "1.0"})
_FALSE_TEXTS = frozenset({"false", "f", "no", "n", "0", "0.0"})
_WHOLE = re.compile(r"[+-]?\d{1,20}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?\d{1,100}(\.\d{1,100})?", re.ASCII)
_QUANTITY = re.compile(r"([+-]?\d{1,100}(?:\.\d{1,100})?)\s*(?:'([^']+)'|([a-zA-Z]+))?", re.ASCII)


def to_boolean(value: Any) -> bool | None:
    """Return ``value`` as a Boolean, None if it is no form of one."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | Decimal):
        return bool(value) if value in (0, 1) else None
    if isinstance(value, str):
        text = value.lower()
        return True if text in _TRUE_TEXTS else False if text in _FALSE_TEXTS else None
    return None


def to_integer(value: Any) -> int | None:
    """Return ``value`` as an Integer, None if it is none or too large."""
    number = _whole(value)
    return number if number is not None and abs(number) <= INTEGER_LIMIT else None


def to_long(value: Any) -> Long | None:
    """Return ``value`` as a Long, None if it is none or too large."""
    number = _whole(value)
    return Long(number) if number is not None and abs(number) <= LONG_LIMIT else None


def _whole(value: Any) -> int | None:
    if isinstance(value, str):
        return int(value) if _WHOLE.fullmatch(value) else None
    return int(value) if isinstance(value, int) else None


def to_decimal(value: Any) -> Decimal | None:
    """Return ``value`` as a Decimal, None if it is none."""
    if isinstance(value, str):
        return Decimal(value) if _DECIMAL.fullmatch(value) else None
    return Decimal(value) if isinstance(value, int | Decimal) else None


def to_quantity(value: Any) -> Quantity | None:
    """Return ``value`` as a quantity, None if it is none."""
    if isinstance(value, Quantity):
        return value
    if isinstance(value, bool):
        return Quantity(Decimal("1.0") if value else Decimal("0.0"))
    if isinstance(value, str):
        return _parse_quantity(value)
    quantity = as_quantity(value)
    return quantity if isinstance(quantity, Quantity) else None


def _parse_quantity(text: str) -> Quantity | None:
    match = _QUANTITY.fullmatch(text)
    if match is None:
        return None
    number, code, word = match.groups()
    unit = code or word or UNITLESS
    if word is not None and word not in CALENDAR_WORDS:
        return None
    return Quantity(Decimal(number), CALENDAR_WORDS.get(unit, unit))


def to_date(value: Any) -> Temporal | None:
    """Return the date of ``value``, None if it has none."""
    if isinstance(value, str):
        return parse_temporal(value, "date") or to_date(parse_temporal(value, "dateTime"))
    if isinstance(value, Temporal) and not value.is_time:
        return Temporal("date", value.parts[:3])
    return None


def to_date_time(value: Any) -> Temporal | None:
    """Return ``value`` as a dateTime, as precise as it is."""
    if isinstance(value, str):
        return parse_temporal(value, "dateTime")
    if isinstance(value, Temporal) and not value.is_time:
        return Temporal("dateTime", value.parts, value.fraction, value.offset)
    return None


def to_time(value: Any) -> Temporal | None:
    """Return ``value`` as a time of day, None if it is none."""
    if isinstance(value, str):
        return parse_temporal(value.removeprefix("T"), _TIME)
    return value if isinstance(value, Temporal) and value.is_time else None


_TIME: Kind = "time"


Build = Callable[[Invocation], Code]


def _to(convert: Convert) -> Build:
    def build(call: Invocation) -> Code:
        value = call.input.value
        return from_value(lambda this, state: convert(value(this, state)))

    return build


def _tells(convert: Convert) -> Build:
    def build(call: Invocation) -> Code:
        value = call.input.value

        def truth(this: Nodes, state: State) -> bool | None:
            found = value(this, state)
            return None if found is None else convert(found) is not None

        return from_truth(truth)

    return build


def _to_string(call: Invocation) -> Code:
    collect = call.input.nodes

    def result(this: Nodes, state: State) -> str | None:
        node = single(collect(this, state))
        if node is None:
            return None
        # The text of a date in a resource is what stands there, not what we would write.
        return node.value if isinstance(node.value, str) else text_of(value_of(node))

    return from_value(result)


def _to_unit(call: Invocation) -> Code:
    value = call.input.value
    unit_of = call.text(0) if call.arguments else None

    def result(this: Nodes, state: State) -> Quantity | None:
        quantity = to_quantity(value(this, state))
        unit = unit_of(this, state) if unit_of is not None else None
        if quantity is None or unit is None:
            return quantity
        target: str = CALENDAR_WORDS.get(unit) or unit
        number = explicitly_converted(quantity, target, state.environment.units)
        return None if number is None else Quantity(number, target)

    return from_value(result)


def _converts_to_unit(call: Invocation) -> Code:
    converted = _to_unit(call).value
    value = call.input.value

    def truth(this: Nodes, state: State) -> bool | None:
        found = value(this, state)
        return None if found is None else converted(this, state) is not None

    return from_truth(truth)


_CONVERSIONS: dict[str, Convert] = {
    "Boolean": to_boolean,
    "Integer": to_integer,
    "Long": to_long,
    "Decimal": to_decimal,
    "Date": to_date,
    "DateTime": to_date_time,
    "Time": to_time,
}

CONVERSION: Functions = {
    **{
        f"to{name}": Function(_to(convert), gives=f"System.{name}")
        for name, convert in _CONVERSIONS.items()
    },
    "toString": Function(_to_string, gives="System.String"),
    "toQuantity": Function(_to_unit, 0, 1, gives="System.Quantity"),
    **giving(
        "System.Boolean",
        {
            **{f"convertsTo{name}": Function(_tells(to)) for name, to in _CONVERSIONS.items()},
            "convertsToString": Function(_tells(text_of)),
            "convertsToQuantity": Function(_converts_to_unit, 0, 1),
        },
    ),
}
