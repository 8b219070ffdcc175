"""Order: ``<``, ``<=``, ``>`` and ``>=``.

https://hl7.org/fhirpath/#comparison
"""

import operator
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from fhir_kb.errors import FHIRPathError
from fhir_kb.fhirpath.code import Code, from_truth
from fhir_kb.fhirpath.equality import as_quantity
from fhir_kb.fhirpath.node import Nodes
from fhir_kb.fhirpath.quantity import Quantity, Units, in_coarser_unit
from fhir_kb.fhirpath.state import State
from fhir_kb.fhirpath.temporal import Temporal, compare
from fhir_kb.fhirpath.values import is_inexact, kind_of

_TESTS: dict[str, Callable[[int, int], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def compile_comparison(symbol: str, left: Code, right: Code) -> Code:
    """Return the code of ``left`` compared with ``right``."""
    test = _TESTS[symbol]
    value, other = left.value, right.value

    def truth(this: Nodes, state: State) -> bool | None:
        first = value(this, state)
        if first is None:
            return None
        second = other(this, state)
        if second is None:
            return None
        if first.__class__ is int and second.__class__ is int:
            return test(first, second)
        order = order_of(first, second, state.environment.units)
        return None if order is None else test(order, 0)

    return from_truth(truth)


def order_of(left: Any, right: Any, units: Units) -> int | None:
    """Return -1, 0 or 1, None where it is not known; refuse values that have no common order."""
    if isinstance(left, str) and isinstance(right, str):
        return _order(left, right)
    if isinstance(left, Temporal) and isinstance(right, Temporal):
        if left.is_time == right.is_time:
            return compare(left, right)
    elif not isinstance(left, bool) and not isinstance(right, bool):
        if isinstance(left, int | Decimal) and isinstance(right, int | Decimal):
            return _order(left, right)
        first, second = as_quantity(left), as_quantity(right)
        if isinstance(first, Quantity) and isinstance(second, Quantity):
            pair = in_coarser_unit(first, second, units)
            return None if pair is None else _order(*pair)
        if is_inexact(left) or is_inexact(right):
            return None
    raise FHIRPathError(
        f"A value of type {kind_of(left)} cannot be compared with one of type {kind_of(right)}"
    )


def _order(left: Any, right: Any) -> int:
    return int(left > right) - int(left < right)
