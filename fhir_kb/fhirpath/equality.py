"""Equality: ``=``, ``!=`` and what is a duplicate.

https://hl7.org/fhirpath/#equality
"""

from collections.abc import Hashable, Iterable
from decimal import Decimal
from typing import Any

from fhir_kb.fhirpath.node import Node, Nodes
from fhir_kb.fhirpath.quantity import Quantity, Units, in_coarser_unit
from fhir_kb.fhirpath.state import State
from fhir_kb.fhirpath.temporal import Temporal, compare
from fhir_kb.fhirpath.values import is_inexact, value_of


def equal(left: Nodes, right: Nodes, units: Units) -> bool | None:
    """Whether two collections hold equal items in the same order; None where it is not known."""
    if not left or not right:
        return None
    if len(left) != len(right):
        return False
    verdict: bool | None = True
    for item, other in zip(left, right, strict=True):
        same = _equal_items(item, other, units)
        if same is False:
            return False
        if same is None:
            verdict = None
    return verdict


def _equal_items(left: Node, right: Node, units: Units) -> bool | None:
    value, other = value_of(left), value_of(right)
    if value is None or other is None:
        return value is other and left.extra == right.extra
    return equal_values(value, other, units)


def equal_values(left: Any, right: Any, units: Units) -> bool | None:
    """Whether two values are equal; values of different types are not."""
    if left.__class__ is str and right.__class__ is str:
        return bool(left == right)
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, int | Decimal) and isinstance(right, int | Decimal):
        return left == right
    if isinstance(left, Temporal) and isinstance(right, Temporal):
        return _equal_temporals(left, right)
    if isinstance(left, Node) and isinstance(right, Node):
        return left is right or (left.value == right.value and left.extra == right.extra)
    left, right = as_quantity(left), as_quantity(right)
    if isinstance(left, Quantity) and isinstance(right, Quantity):
        pair = in_coarser_unit(left, right, units)
        return None if pair is None else pair[0] == pair[1]
    return None if is_inexact(left) or is_inexact(right) else False


def as_quantity(value: Any) -> Any:
    """Return a number as a quantity without unit, anything else as it is."""
    is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
    return Quantity(Decimal(value)) if is_number else value


def _equal_temporals(left: Temporal, right: Temporal) -> bool | None:
    if left.is_time != right.is_time:
        return False
    order = compare(left, right)
    return None if order is None else order == 0


class Collector:
    """Gathers items that are not equal to one gathered before."""

    def __init__(self, state: State) -> None:
        self.items: Nodes = []
        self._state = state
        self._seen: set[Hashable] = set()
        # Equal quantities may differ in unit, so that no key tells them apart.
        self._quantities: list[Quantity] = []

    def add(self, node: Node) -> bool:
        """Take ``node`` in unless an equal one is there; tell whether it was taken in."""
        new = self._remember(value_of(node), node)
        if new:
            self.items.append(node)
        return new

    def _remember(self, value: Any, node: Node) -> bool:
        if isinstance(value, Quantity):
            return self._remember_quantity(value)
        key = key_of(value, node, self._state)
        if key in self._seen:
            return False
        self._seen.add(key)
        return True

    def _remember_quantity(self, quantity: Quantity) -> bool:
        self._state.spend(len(self._quantities))
        if self.holds_quantity(quantity):
            return False
        self._quantities.append(quantity)
        return True

    def holds_quantity(self, quantity: Quantity) -> bool:
        """Whether an equal quantity was gathered."""
        units = self._state.environment.units
        return any(equal_values(quantity, other, units) for other in self._quantities)

    def holds(self, node: Node) -> bool:
        """Whether an item equal to ``node`` was gathered."""
        value = value_of(node)
        if isinstance(value, Quantity):
            self._state.spend(len(self._quantities))
            return self.holds_quantity(value)
        return key_of(value, node, self._state) in self._seen


def distinct(items: Iterable[Node], state: State) -> Nodes:
    """Return ``items`` without those equal to an earlier one."""
    collector = Collector(state)
    for item in items:
        state.spend(1)
        collector.add(item)
    return collector.items


def key_of(value: Any, node: Node, state: State) -> Hashable:
    """Return a key that two items share if and only if they are equal; not for quantities."""
    if value.__class__ is str:
        return value
    if value is None:
        return ("extra", _frozen(node.extra, state))
    if isinstance(value, bool):
        return ("boolean", value)
    if isinstance(value, Temporal):
        return (value.is_time, len(value.parts), value.offset is None, value.bounds)
    if isinstance(value, Node):
        return ("complex", _frozen(value.value, state))
    return ("number", value)


def _frozen(value: Any, state: State) -> Hashable:
    """Return a JSON value as one that can be a key."""
    if isinstance(value, dict):
        state.spend(len(value))
        return frozenset((key, _frozen(item, state)) for key, item in value.items())
    if isinstance(value, list):
        state.spend(len(value))
        return tuple(_frozen(item, state) for item in value)
    return ("boolean", value) if isinstance(value, bool) else value
