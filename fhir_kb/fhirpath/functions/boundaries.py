"""How precise a value is, and the least and greatest that it may mean.

https://hl7.org/fhirpath/#lowboundaryprecision-integer-decimal--date--datetime--time
"""

from calendar import monthrange
from collections.abc import Callable
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal, DecimalException
from typing import Any

from fhir_kb.errors import FHIRPathError
from fhir_kb.fhirpath.code import Code, from_truth, from_value
from fhir_kb.fhirpath.equality import as_quantity
from fhir_kb.fhirpath.functions.signature import Function, Functions, Invocation
from fhir_kb.fhirpath.node import Nodes
from fhir_kb.fhirpath.quantity import Quantity, in_coarser_unit
from fhir_kb.fhirpath.state import State
from fhir_kb.fhirpath.temporal import EARLIEST_OFFSET, LATEST_OFFSET, Temporal
from fhir_kb.fhirpath.values import kind_of

_DEFAULT_DECIMALS, _MOST_DECIMALS = 8, 28
_DIGITS = {"date": (4, 6, 8), "dateTime": (4, 6, 8, 10, 12, 14), "time": (2, 4, 6)}
"""How many digits a value of one, two, three, … parts is written with."""
_FRACTION_DIGITS = 3


def _boundary(*, high: bool) -> Function:
    def build(call: Invocation) -> Code:
        value = call.input.value
        precision_of = call.integer(0) if call.arguments else None

        def result(this: Nodes, state: State) -> Any:
            found = value(this, state)
            precision = precision_of(this, state) if precision_of is not None else None
            if isinstance(found, Temporal):
                return _temporal_boundary(found, precision, high=high)
            if isinstance(found, Quantity):
                number = _decimal_boundary(found.value, precision, high=high)
                return None if number is None else Quantity(number, found.unit)
            if isinstance(found, int | Decimal) and not isinstance(found, bool):
                return _decimal_boundary(Decimal(found), precision, high=high)
            if found is None:
                return None
            raise FHIRPathError(f"A value of type {kind_of(found)} has no boundaries")

        return from_value(result)

    return Function(build, 0, 1)


def _decimal_boundary(number: Decimal, precision: int | None, *, high: bool) -> Decimal | None:
    """Return the end of the interval that ``number`` was rounded from.

    Towards zero it is cut to the digits asked for, away from zero rounded: so does HL7's own suite.
    """
    decimals = _DEFAULT_DECIMALS if precision is None else precision
    if not 0 <= decimals <= _MOST_DECIMALS:
        return None
    half = Decimal(5).scaleb(-decimals_of(number) - 1)
    end = number + half if high else number - half
    outward = high != number.is_signed()
    try:
        return end.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP if outward else ROUND_DOWN)
    except DecimalException:
        return None


def decimals_of(number: Decimal) -> int:
    """Return how many digits after the point ``number`` was written with."""
    exponent = number.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _temporal_boundary(value: Temporal, precision: int | None, *, high: bool) -> Temporal | None:
    stops = _DIGITS[value.kind]
    finest = stops[-1] + (0 if value.kind == "date" else _FRACTION_DIGITS)
    digits = finest if precision is None else precision
    if digits != finest and digits not in stops:
        return None
    length = len(stops) if digits == finest else stops.index(digits) + 1
    parts = _filled(value, high=high)[:length]
    fraction = ""
    if digits == finest and value.kind != "date":
        filler = "9" if high else "0"
        fraction = value.fraction[:_FRACTION_DIGITS].ljust(_FRACTION_DIGITS, filler)
    offset = value.offset if length > 3 else None
    if offset is None and value.kind == "dateTime" and length > 3:
        offset = LATEST_OFFSET if high else EARLIEST_OFFSET
    return Temporal(value.kind, parts, fraction, offset)


def _filled(value: Temporal, *, high: bool) -> tuple[int, ...]:
    """Return all parts of ``value``: those that are open at their least or their greatest."""
    if value.is_time:
        return (*value.parts, *((23, 59, 59) if high else (0, 0, 0))[len(value.parts) :])
    year, month, day, *clock = (*value.parts, None, None)[: max(3, len(value.parts))]
    month = month or (12 if high else 1)
    day = day or (monthrange(year or 1, month)[1] if high else 1)
    rest = ((23, 59, 59) if high else (0, 0, 0))[len(clock) :]
    return (year or 1, month, day, *(part or 0 for part in clock), *rest)


def _precision(call: Invocation) -> Code:
    value = call.input.value

    def result(this: Nodes, state: State) -> int | None:
        found = value(this, state)
        if isinstance(found, Temporal):
            return _DIGITS[found.kind][len(found.parts) - 1] + len(found.fraction)
        if isinstance(found, int | Decimal) and not isinstance(found, bool):
            return decimals_of(Decimal(found))
        if found is None:
            return None
        raise FHIRPathError(f"A value of type {kind_of(found)} has no precision")

    return from_value(result)


def _comparable(call: Invocation) -> Code:
    value, argument = call.input.value, call.arguments[0].value

    def truth(this: Nodes, state: State) -> bool | None:
        left = as_quantity(value(this, state))
        right = as_quantity(argument(this, state))
        if not isinstance(left, Quantity) or not isinstance(right, Quantity):
            return None
        return in_coarser_unit(left, right, state.environment.units) is not None

    return from_truth(truth)


def _component(read: Callable[[Temporal], Any]) -> Function:
    """Return yearOf() and its like; they give nothing for a part that the value does not have."""

    def build(call: Invocation) -> Code:
        value = call.input.value

        def result(this: Nodes, state: State) -> Any:
            found = value(this, state)
            return read(found) if isinstance(found, Temporal) else None

        return from_value(result)

    return Function(build)


def _date_part(position: int) -> Callable[[Temporal], int | None]:
    def read(value: Temporal) -> int | None:
        known = not value.is_time and len(value.parts) > position
        return value.parts[position] if known else None

    return read


def _clock_part(position: int) -> Callable[[Temporal], int | None]:
    def read(value: Temporal) -> int | None:
        clock = _clock(value)
        return clock[position] if len(clock) > position else None

    return read


def _clock(value: Temporal) -> tuple[int, ...]:
    return value.parts if value.is_time else value.parts[3:]


def _milliseconds(value: Temporal) -> int | None:
    return int(value.fraction[:3].ljust(3, "0")) if value.fraction else None


def _offset_hours(value: Temporal) -> Decimal | None:
    return None if value.offset is None else Decimal(value.offset) / 60


def _date(value: Temporal) -> Temporal | None:
    return None if value.is_time else Temporal("date", value.parts[:3])


def _time(value: Temporal) -> Temporal | None:
    clock = _clock(value)
    return Temporal("time", clock, value.fraction) if clock else None


BOUNDARIES: Functions = {
    "lowBoundary": _boundary(high=False),
    "highBoundary": _boundary(high=True),
    "precision": Function(_precision, gives="System.Integer"),
    "comparable": Function(_comparable, 1, 1, gives="System.Boolean"),
    "yearOf": _component(_date_part(0)),
    "monthOf": _component(_date_part(1)),
    "dayOf": _component(_date_part(2)),
    "hourOf": _component(_clock_part(0)),
    "minuteOf": _component(_clock_part(1)),
    "secondOf": _component(_clock_part(2)),
    "millisecondOf": _component(_milliseconds),
    "timezoneOffsetOf": _component(_offset_hours),
    "dateOf": _component(_date),
    "timeOf": _component(_time),
}
