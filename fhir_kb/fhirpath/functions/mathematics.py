"""Functions on numbers and quantities, and the sum, least, greatest and mean of many.

https://hl7.org/fhirpath/#math
"""

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, Decimal, DecimalException
from typing import Any

from fhir_kb.errors import FHIRPathError
from fhir_kb.fhirpath.arithmetic import in_range, sum_of, whole_in_range
from fhir_kb.fhirpath.code import Code, from_value
from fhir_kb.fhirpath.comparison import order_of
from fhir_kb.fhirpath.functions.signature import Function, Functions, Invocation, giving
from fhir_kb.fhirpath.node import Nodes
from fhir_kb.fhirpath.quantity import Quantity
from fhir_kb.fhirpath.state import State
from fhir_kb.fhirpath.values import LARGEST_EXPONENT, kind_of, value_of

Number = int | Decimal
_MOST_DECIMALS = 27


def _number(call: Invocation, value: Any) -> Number:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise FHIRPathError(f"{call.name} needs a number, not a {kind_of(value)}")
    return value


def _of_number(calculate: Callable[[Number], Number | None], *, quantities: bool) -> Function:
    """Return a function of a number; with ``quantities`` also of a quantity's value."""

    def build(call: Invocation) -> Code:
        value = call.input.value

        def result(this: Nodes, state: State) -> Any:
            found = value(this, state)
            if found is None:
                return None
            try:
                if quantities and isinstance(found, Quantity):
                    number = calculate(found.value)
                    return None if number is None else Quantity(Decimal(number), found.unit)
                return calculate(_number(call, found))
            except DecimalException:
                return None

        return from_value(result)

    return Function(build)


def _whole(rounding: str) -> Callable[[Number], Number | None]:
    def calculate(number: Number) -> Number | None:
        if isinstance(number, int):
            return number
        return whole_in_range(int(number.to_integral_value(rounding)))

    return calculate


def _abs(number: Number) -> Number | None:
    return whole_in_range(number if number >= 0 else -number, number)


def _sqrt(number: Number) -> Decimal | None:
    return None if number < 0 else Decimal(number).sqrt()


def _ln(number: Number) -> Decimal | None:
    return None if number <= 0 else Decimal(number).ln()


def _exp(number: Number) -> Decimal | None:
    # e^230 is 10^100, beyond which numbers are not worked with.
    exact = Decimal(number)
    return None if abs(exact) > 230 else exact.exp()


def _with_number(calculate: Callable[[Number, Number], Number | None]) -> Function:
    """Return a function of two numbers."""

    def build(call: Invocation) -> Code:
        value, argument = call.input.value, call.arguments[0].value

        def result(this: Nodes, state: State) -> Any:
            found, other = value(this, state), argument(this, state)
            if found is None or other is None:
                return None
            try:
                return in_range(calculate(_number(call, found), _number(call, other)))
            except DecimalException:
                return None

        return from_value(result)

    return Function(build, 1, 1)


def _power(base: Number, exponent: Number) -> Number | None:
    exact, power = Decimal(base), Decimal(exponent)
    if exact and abs(power * exact.adjusted()) > LARGEST_EXPONENT:
        return None
    result = exact**power
    if isinstance(base, int) and isinstance(exponent, int) and exponent >= 0:
        return whole_in_range(int(result), base, exponent)
    return result


def _log(number: Number, base: Number) -> Decimal | None:
    if number <= 0 or base <= 0 or base == 1:
        return None
    # The last digits of a quotient of logarithms are noise: 16.log(2) is 4.
    return round(Decimal(number).ln() / Decimal(base).ln(), 20).normalize()


def _round(call: Invocation) -> Code:
    value = call.input.value
    digits_of = call.integer(0) if call.arguments else None

    def result(this: Nodes, state: State) -> Any:
        found = value(this, state)
        digits = digits_of(this, state) if digits_of is not None else 0
        if found is None or digits is None:
            return None
        if not 0 <= digits <= _MOST_DECIMALS:
            raise FHIRPathError(f"round() keeps from 0 to {_MOST_DECIMALS} digits, not {digits}")
        step = Decimal(1).scaleb(-digits)
        try:
            if isinstance(found, Quantity):
                return Quantity(found.value.quantize(step, ROUND_HALF_UP), found.unit)
            return Decimal(_number(call, found)).quantize(step, ROUND_HALF_UP)
        except DecimalException:
            return None

    return from_value(result)


def _over_all(calculate: Callable[[list[Any], State], Any]) -> Function:
    """Return a function of the values of all items."""

    def build(call: Invocation) -> Code:
        collect = call.input.nodes

        def result(this: Nodes, state: State) -> Any:
            values = [value_of(item) for item in collect(this, state)]
            state.spend(len(values))
            present = [value for value in values if value is not None]
            try:
                return in_range(calculate(present, state)) if present else None
            except DecimalException:
                return None

        return from_value(result)

    return Function(build)


def _sum(values: list[Any], state: State) -> Any:
    total = values[0]
    if not isinstance(total, int | Decimal | Quantity) or isinstance(total, bool):
        raise FHIRPathError(f"There is no sum of values of type {kind_of(total)}")
    for value in values[1:]:
        total = sum_of(total, value, state)
        if total is None:
            return None
    return total


def _mean(values: list[Any], state: State) -> Any:
    decimals = [Decimal(value) if isinstance(value, int) else value for value in values]
    total = _sum(decimals, state)
    if isinstance(total, Quantity):
        return Quantity(total.value / len(values), total.unit)
    return None if total is None else total / len(values)


def _furthest(direction: int) -> Callable[[list[Any], State], Any]:
    """Return the least (-1) or the greatest (1) of values; nothing if their order is not known."""

    def calculate(values: list[Any], state: State) -> Any:
        best = values[0]
        for value in values[1:]:
            order = order_of(value, best, state.environment.units)
            if order is None:
                return None
            if order == direction:
                best = value
        return best

    return calculate


MATHEMATICS: Functions = {
    "abs": _of_number(_abs, quantities=True),
    "ceiling": _of_number(_whole(ROUND_CEILING), quantities=True),
    "floor": _of_number(_whole(ROUND_FLOOR), quantities=True),
    "truncate": _of_number(_whole(ROUND_DOWN), quantities=True),
    **giving(
        "System.Decimal",
        {
            "exp": _of_number(_exp, quantities=False),
            "ln": _of_number(_ln, quantities=False),
            "sqrt": _of_number(_sqrt, quantities=False),
            "log": _with_number(_log),
        },
    ),
    "power": _with_number(_power),
    "round": Function(_round, 0, 1),
    "sum": _over_all(_sum),
    "avg": _over_all(_mean),
    "min": _over_all(_furthest(-1)),
    "max": _over_all(_furthest(1)),
}
