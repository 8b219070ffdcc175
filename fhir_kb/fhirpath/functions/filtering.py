"""Choose and project items: where, select, repeat, sort, the subsets and the combinations.

https://hl7.org/fhirpath/#filtering-and-projection
"""

from collections.abc import Callable
from functools import cmp_to_key
from typing import Any

from fhir_kb.fhirpath.code import Code, Value
from fhir_kb.fhirpath.comparison import order_of
from fhir_kb.fhirpath.equality import Collector, distinct
from fhir_kb.fhirpath.functions.signature import (
    ARGUMENT,
    INPUT,
    Function,
    Functions,
    Invocation,
    giving,
)
from fhir_kb.fhirpath.membership import compile_union
from fhir_kb.fhirpath.node import Node, Nodes
from fhir_kb.fhirpath.state import State
from fhir_kb.fhirpath.syntax import Ordered, Special
from fhir_kb.fhirpath.values import EMPTY, single, value_of


def _where(call: Invocation) -> Code:
    collect, criterion = call.input.nodes, call.arguments[0].truth

    def nodes(this: Nodes, state: State) -> Nodes:
        items = collect(this, state)
        if not items:
            return items
        state.spend(len(items))
        outer = state.index
        result = []
        for index, item in enumerate(items):
            state.index = index
            if criterion([item], state):
                result.append(item)
        state.index = outer
        return result

    return Code(nodes)


def _select(call: Invocation) -> Code:
    collect, project = call.input.nodes, call.arguments[0].nodes

    def nodes(this: Nodes, state: State) -> Nodes:
        outer = state.index
        result: Nodes = []
        for index, item in enumerate(collect(this, state)):
            state.index = index
            found = project([item], state)
            state.spend(1 + len(found))
            result.extend(found)
        state.index = outer
        return result

    return Code(nodes)


def _repeat(call: Invocation) -> Code:
    collect, project = call.input.nodes, call.arguments[0].nodes

    def nodes(this: Nodes, state: State) -> Nodes:
        collector = Collector(state)
        waiting = collect(this, state)
        while waiting:
            found = [node for item in waiting for node in project([item], state)]
            state.spend(len(waiting) + len(found))
            waiting = [node for node in found if collector.add(node)]
        return collector.items

    return Code(nodes)


def _repeat_all(call: Invocation) -> Code:
    collect, project = call.input.nodes, call.arguments[0].nodes

    def nodes(this: Nodes, state: State) -> Nodes:
        result: Nodes = []
        waiting = collect(this, state)
        while waiting:
            waiting = [node for item in waiting for node in project([item], state)]
            state.spend(1 + len(waiting))
            result.extend(waiting)
        return result

    return Code(nodes)


def _coalesce(call: Invocation) -> Code:
    collects = [argument.nodes for argument in call.arguments]

    def nodes(this: Nodes, state: State) -> Nodes:
        items = single_context(call, this, state)
        return next((found for collect in collects if (found := collect(items, state))), EMPTY)

    return Code(nodes)


def single_context(call: Invocation, this: Nodes, state: State) -> Nodes:
    """Return the input of a function that works on one item or none as a whole."""
    items = call.input.nodes(this, state)
    if len(items) > 1:
        single(items, f"at most one item before {call.name}")
    return items


def _sort(call: Invocation) -> Code:
    collect = call.input.nodes
    keys = [code.value for code in call.arguments]
    orders = [order for order in call.call.arguments if isinstance(order, Ordered)]

    def nodes(this: Nodes, state: State) -> Nodes:
        items = collect(this, state)
        state.spend(len(items) * (1 + len(keys)))
        rows = [(_sort_keys(item, keys, state), item) for item in items]
        rows.sort(key=cmp_to_key(_row_order(orders or [_ASCENDING], state)))
        return [item for _, item in rows]

    return Code(nodes)


Row = tuple[list[Any], Node]
_ASCENDING = Ordered(Special("this"), descending=False)


def _sort_keys(item: Node, keys: list[Value], state: State) -> list[Any]:
    return [key([item], state) for key in keys] or [value_of(item)]


def _row_order(orders: list[Ordered], state: State) -> Callable[[Row, Row], int]:
    def compared(left: Row, right: Row) -> int:
        state.spend(1)
        for first, second, order in zip(left[0], right[0], orders, strict=True):
            sign = _key_order(first, second, order, state)
            if sign:
                return sign
        return 0

    return compared


def _key_order(left: Any, right: Any, order: Ordered, state: State) -> int:
    """Order two keys; nothing is less than anything."""
    if left is None or right is None:
        sign = (left is not None) - (right is not None)
        return -sign if order.descending and not order.negated else sign
    sign = order_of(left, right, state.environment.units) or 0
    return -sign if order.descending else sign


def _slice(cut: Callable[[Nodes], Nodes]) -> Function:
    def build(call: Invocation) -> Code:
        collect = call.input.nodes
        return Code(lambda this, state: cut(collect(this, state)))

    return Function(build, needs_order=True)


def _single(call: Invocation) -> Code:
    collect = call.input.nodes

    def nodes(this: Nodes, state: State) -> Nodes:
        items = collect(this, state)
        single(items, f"at most one item before {call.name}")
        return items

    return Code(nodes)


def _numbered_slice(cut: Callable[[Nodes, int], Nodes]) -> Function:
    def build(call: Invocation) -> Code:
        collect, number = call.input.nodes, call.integer(0)

        def nodes(this: Nodes, state: State) -> Nodes:
            items, limit = collect(this, state), number(this, state)
            if limit is None:
                return EMPTY
            return cut(items, max(limit, 0))

        return Code(nodes)

    return Function(build, 1, 1, needs_order=True)


def _intersect(call: Invocation) -> Code:
    return _compared(call, lambda node, others: others.holds(node), unique=True)


def _exclude(call: Invocation) -> Code:
    return _compared(call, lambda node, others: not others.holds(node), unique=False)


def _compared(call: Invocation, keeps: Callable[[Node, Collector], bool], *, unique: bool) -> Code:
    collect, others = call.input.nodes, call.arguments[0].nodes

    def nodes(this: Nodes, state: State) -> Nodes:
        collector = Collector(state)
        for other in others(this, state):
            state.spend(1)
            collector.add(other)
        kept = [item for item in collect(this, state) if keeps(item, collector)]
        state.spend(len(kept))
        return distinct(kept, state) if unique else kept

    return Code(nodes)


def _combine(call: Invocation) -> Code:
    collect, others = call.input.nodes, call.arguments[0].nodes

    def nodes(this: Nodes, state: State) -> Nodes:
        items = collect(this, state) + others(this, state)
        state.spend(len(items))
        return items

    return Code(nodes)


def _aggregate(call: Invocation) -> Code:
    collect, step = call.input.nodes, call.arguments[0].nodes
    start = call.argument(1)

    def nodes(this: Nodes, state: State) -> Nodes:
        items = collect(this, state)
        outer_total, outer_index = state.total, state.index
        total = start.nodes(this, state) if start is not None else EMPTY
        for index, item in enumerate(items):
            state.index = index
            state.total = total
            total = step([item], state)
            state.spend(1 + len(total))
        state.total, state.index = outer_total, outer_index
        return total

    return Code(nodes)


FILTERING: Functions = {
    **giving(
        INPUT,
        {
            "where": Function(_where, 1, 1, iterates=True, judges=True),
            "sort": Function(_sort, 0, None, iterates=True),
            "single": Function(_single),
            "first": _slice(lambda items: items[:1]),
            "last": _slice(lambda items: items[-1:]),
            "tail": _slice(lambda items: items[1:]),
            "skip": _numbered_slice(lambda items, number: items[number:]),
            "take": _numbered_slice(lambda items, number: items[:number]),
            "intersect": Function(_intersect, 1, 1),
            "exclude": Function(_exclude, 1, 1),
        },
    ),
    "select": Function(_select, 1, 1, iterates=True, gives=ARGUMENT),
    "repeat": Function(_repeat, 1, 1, iterates=True),
    "repeatAll": Function(_repeat_all, 1, 1, iterates=True),
    "coalesce": Function(_coalesce, 1, None, gives=ARGUMENT),
    "aggregate": Function(_aggregate, 1, 2),
    "union": Function(lambda call: compile_union((call.input, call.arguments[0])), 1, 1),
    "combine": Function(_combine, 1, 2),
}
