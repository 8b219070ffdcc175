"""Equivalence: ``~`` and ``!~``, which forgive case, order and precision.

https://hl7.org/fhirpath/#equivalent
"""

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal, DecimalException
from typing import Any

from fhir_kb.fhirpath.equality import as_quantity, equal_values
from fhir_kb.fhirpath.node import Node, Nodes
from fhir_kb.fhirpath.quantity import Quantity, Units, in_coarser_unit
from fhir_kb.fhirpath.state import State
from fhir_kb.fhirpath.types import Types
from fhir_kb.fhirpath.values import value_of


class Equivalence:
    """Compares items by the rules of equivalence; complex ones by their elements."""

    def __init__(self, types: Types, state: State) -> None:
        self._types = types
        self._state = state

    def of(self, left: Nodes, right: Nodes) -> bool:
        """Whether each item of one collection has its match in the other, in any order."""
        if len(left) != len(right):
            return False
        unmatched = list(right)
        for item in left:
            self._state.spend(len(unmatched))
            match = next((other for other in unmatched if self.of_items(item, other)), None)
            if match is None:
                return False
            unmatched.remove(match)
        return True

    def of_items(self, left: Node, right: Node) -> bool:
        """Whether two items are equivalent."""
        value, other = value_of(left), value_of(right)
        if isinstance(value, Node) and isinstance(other, Node):
            return self._of_elements(value, other)
        if value is None or other is None:
            return value is other and self._of_elements(left, right)
        return equivalent_values(value, other, self._state.environment.units)

    def _of_elements(self, left: Node, right: Node) -> bool:
        elements, others = self._grouped(left), self._grouped(right)
        return elements.keys() == others.keys() and all(
            self.of(items, others[name]) for name, items in elements.items()
        )

    def _grouped(self, node: Node) -> dict[str | None, Nodes]:
        grouped: dict[str | None, Nodes] = defaultdict(list)
        for child in self._types.children(node):
            self._state.spend(1)
            grouped[child.name].append(child)
        return grouped


def equivalent_values(left: Any, right: Any, units: Units) -> bool:
    """Whether two values are equivalent."""
    if isinstance(left, str) and isinstance(right, str):
        return _normalised(left) == _normalised(right)
    if _is_number(left) and _is_number(right):
        return _equivalent_numbers(Decimal(left), Decimal(right))
    left, right = as_quantity(left), as_quantity(right)
    if isinstance(left, Quantity) and isinstance(right, Quantity):
        pair = in_coarser_unit(left, right, units, alike=True)
        return pair is not None and _equivalent_numbers(*pair)
    return equal_values(left, right, units) is True


def _is_number(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _normalised(text: str) -> str:
    """Return ``text`` without case and with every kind of white space as a space."""
    folded = text.casefold()
    return "".join(" " if character.isspace() else character for character in folded)


def _equivalent_numbers(left: Decimal, right: Decimal) -> bool:
    """Compare at the precision of the number with fewer decimals; zeros at the end count not."""
    decimals = min(_decimals(left), _decimals(right))
    step = Decimal(1).scaleb(-decimals)
    try:
        return left.quantize(step, ROUND_HALF_UP) == right.quantize(step, ROUND_HALF_UP)
    except DecimalException:
        return left == right


def _decimals(number: Decimal) -> int:
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
