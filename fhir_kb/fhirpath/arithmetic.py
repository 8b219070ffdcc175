"""Arithmetic: ``+``, ``-``, ``*``, ``/``, ``div``, ``mod``, ``&`` and the signs.

https://hl7.org/fhirpath/#math-1
"""

from collections.abc import Callable
from decimal import Decimal, DecimalException
from typing import Any

from fhir_kb.errors import FHIRPathError
from fhir_kb.fhirpath.code import Code, from_value
from fhir_kb.fhirpath.equality import as_quantity
from fhir_kb.fhirpath.node import Nodes
from fhir_kb.fhirpath.quantity import (
    CALENDAR_UNITS,
    TIME_UNITS,
    UNITLESS,
    Quantity,
    Units,
    converted,
)
from fhir_kb.fhirpath.state import State
from fhir_kb.fhirpath.temporal import Temporal
from fhir_kb.fhirpath.temporal_arithmetic import add as add_duration
from fhir_kb.fhirpath.values import (
    INTEGER_LIMIT,
    LARGEST_EXPONENT,
    LONG_LIMIT,
    Long,
    kind_of,
)

Number = int | Decimal
_LONGEST_UNIT = 200
"""Characters; a product's unit is written out and must not grow without end."""


def compile_arithmetic(symbol: str, left: Code, right: Code) -> Code:
    """Return the code of an arithmetic operation; overflow and division by zero give nothing."""
    calculate = _OPERATIONS[symbol]
    value, other = left.value, right.value

    def result(this: Nodes, state: State) -> Any:
        first = value(this, state)
        second = other(this, state)
        if first is None or second is None:
            return None
        try:
            return in_range(calculate(first, second, state))
        except DecimalException:
            return None

    return from_value(result)


def in_range(result: Any) -> Any:
    """Return ``result``, None for a decimal too large or too small to be written out."""
    number = result.value if isinstance(result, Quantity) else result
    if isinstance(number, Decimal) and number and abs(number.adjusted()) > LARGEST_EXPONENT:
        return None
    return result


def compile_concatenation(left: Code, right: Code) -> Code:
    """Return the code of ``&``, for which nothing is an empty text."""
    value, other = left.value, right.value

    def result(this: Nodes, state: State) -> Any:
        first, second = value(this, state), other(this, state)
        return _joined("" if first is None else first, "" if second is None else second, state)

    return from_value(result)


def _joined(first: Any, second: Any, state: State) -> str:
    if not isinstance(first, str) or not isinstance(second, str):
        raise _refusal("&", first, second)
    state.spend_characters(len(first) + len(second))
    return first + second


def compile_sign(symbol: str, operand: Code) -> Code:
    """Return the code of a number or quantity with a sign before it."""
    value = operand.value

    def result(this: Nodes, state: State) -> Any:
        number = value(this, state)
        if number is None:
            return None
        if isinstance(number, bool) or not isinstance(number, int | Decimal | Quantity):
            raise FHIRPathError(f"A value of type {kind_of(number)} cannot have a sign")
        return number if symbol == "+" else negated(number)

    return from_value(result)


def negated(number: Number | Quantity) -> Number | Quantity:
    """Return ``number`` with the other sign, of the same type."""
    if isinstance(number, Quantity):
        return Quantity(-number.value, number.unit)
    return Long(-number) if isinstance(number, Long) else -number


def sum_of(left: Any, right: Any, state: State) -> Any:
    """Return the sum of two numbers or quantities, None if their units do not add."""
    return _sum("+", left, right, state, 1)


def _add(left: Any, right: Any, state: State) -> Any:
    if isinstance(left, str) and isinstance(right, str):
        return _joined(left, right, state)
    if isinstance(left, Temporal) and isinstance(right, Quantity):
        return add_duration(left, right, 1)
    return sum_of(left, right, state)


def _subtract(left: Any, right: Any, state: State) -> Any:
    if isinstance(left, Temporal) and isinstance(right, Quantity):
        return add_duration(left, right, -1)
    return _sum("-", left, right, state, -1)


def _sum(symbol: str, left: Any, right: Any, state: State, sign: int) -> Any:
    if _are_numbers(left, right):
        return whole_in_range(left + sign * right, left, right)
    left, right = as_quantity(left), as_quantity(right)
    if not isinstance(left, Quantity) or not isinstance(right, Quantity):
        raise _refusal(symbol, left, right)
    return _sum_of_quantities(left, Quantity(sign * right.value, right.unit), state)


def _sum_of_quantities(left: Quantity, right: Quantity, state: State) -> Quantity | None:
    """Return the sum in the smaller unit; years and months are not added to each other.

    A calendar's duration and one of UCUM give one of the calendar.
    """
    units = state.environment.units
    if left.unit == right.unit:
        return Quantity(left.value + right.value, left.unit)
    if {left.unit, right.unit} & {"year", "month"}:
        return None
    unit = _smaller_unit(left.unit, right.unit, units)
    if unit is None:
        return None
    if unit in TIME_UNITS and {left.unit, right.unit} & CALENDAR_UNITS:
        unit = TIME_UNITS[unit].calendar_unit
    values = [converted(quantity, unit, units) for quantity in (left, right)]
    if values[0] is None or values[1] is None:
        return None
    return Quantity(values[0] + values[1], unit)


def _smaller_unit(left: str, right: str, units: Units) -> str | None:
    factor = converted(Quantity(Decimal(1), left), right, units)
    if factor is None:
        return None
    return right if factor > 1 else left


def _multiply(left: Any, right: Any, state: State) -> Any:
    if _are_numbers(left, right):
        return whole_in_range(left * right, left, right)
    pair = _quantities("*", left, right)
    if pair is None:
        return None
    unit = product_unit(pair[0].unit, pair[1].unit)
    return Quantity(pair[0].value * pair[1].value, unit) if len(unit) <= _LONGEST_UNIT else None


def _divide(left: Any, right: Any, state: State) -> Any:
    if _are_numbers(left, right):
        return None if right == 0 else Decimal(left) / Decimal(right)
    pair = _quantities("/", left, right)
    if pair is None or pair[1].value == 0:
        return None
    unit = quotient_unit(pair[0].unit, pair[1].unit)
    return Quantity(pair[0].value / pair[1].value, unit) if len(unit) <= _LONGEST_UNIT else None


def _quantities(symbol: str, left: Any, right: Any) -> tuple[Quantity, Quantity] | None:
    """Return both operands as quantities; None for calendar units, which do not multiply."""
    first, second = as_quantity(left), as_quantity(right)
    if not isinstance(first, Quantity) or not isinstance(second, Quantity):
        raise _refusal(symbol, left, right)
    other_unit = {first.unit: second.unit, second.unit: first.unit}
    if any(unit in CALENDAR_UNITS and other_unit[unit] != UNITLESS for unit in other_unit):
        return None
    return first, second


def product_unit(left: str, right: str) -> str:
    """Return the UCUM unit of a product, as written: ``cm.m``."""
    if UNITLESS in (left, right):
        return left if right == UNITLESS else right
    return f"{left}.{_grouped(right)}"


def quotient_unit(left: str, right: str) -> str:
    """Return the UCUM unit of a quotient, as written: ``g/m``."""
    if left == right:
        return UNITLESS
    if right == UNITLESS:
        return left
    return f"{'' if left == UNITLESS else left}/{_grouped(right)}"


def _grouped(unit: str) -> str:
    return f"({unit})" if "/" in unit or "." in unit else unit


def _whole_quotient(left: Any, right: Any, state: State) -> Any:
    _check_numbers("div", left, right)
    if right == 0:
        return None
    return _like(left, right, Decimal(left) // Decimal(right))


def _remainder(left: Any, right: Any, state: State) -> Any:
    _check_numbers("mod", left, right)
    if right == 0:
        return None
    return _like(left, right, Decimal(left) % Decimal(right))


def _like(left: Number, right: Number, result: Decimal) -> Number | None:
    """Return ``result`` as a whole number if both operands are."""
    if isinstance(left, int) and isinstance(right, int):
        return whole_in_range(int(result), left, right)
    return result


def whole_in_range(result: Number, *operands: Number) -> Number | None:
    """Return a sum or product; None for a whole number out of the range of its operands' type."""
    if isinstance(result, Decimal):
        return result
    if any(isinstance(operand, Long) for operand in operands):
        return Long(result) if abs(result) <= LONG_LIMIT else None
    return result if abs(result) <= INTEGER_LIMIT else None


def _are_numbers(left: Any, right: Any) -> bool:
    return (
        isinstance(left, int | Decimal)
        and isinstance(right, int | Decimal)
        and not isinstance(left, bool)
        and not isinstance(right, bool)
    )


def _check_numbers(symbol: str, left: Any, right: Any) -> None:
    if not _are_numbers(left, right):
        raise _refusal(symbol, left, right)


def _refusal(symbol: str, left: Any, right: Any) -> FHIRPathError:
    return FHIRPathError(
        f"{symbol} cannot be applied to a value of type {kind_of(left)} "
        f"and one of type {kind_of(right)}"
    )


_OPERATIONS: dict[str, Callable[[Any, Any, State], Any]] = {
    "+": _add,
    "-": _subtract,
    "*": _multiply,
    "/": _divide,
    "div": _whole_quotient,
    "mod": _remainder,
}
