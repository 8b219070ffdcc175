"""``=``, ``~``, ``in``, ``contains`` and ``|`` between collections.

https://hl7.org/fhirpath/#collections-1
"""

from collections.abc import Sequence

from fhir_kb.fhirpath.code import Code, Judge, Value, from_truth
from fhir_kb.fhirpath.equality import Collector, distinct, equal, equal_values
from fhir_kb.fhirpath.equivalence import Equivalence
from fhir_kb.fhirpath.node import Node, Nodes
from fhir_kb.fhirpath.state import State
from fhir_kb.fhirpath.types import Types
from fhir_kb.fhirpath.values import TEMPORAL_TYPES, single


def compile_equality(left: Code, right: Code) -> Code:
    """Return the code of ``=``."""
    for code, other in ((left, right), (right, left)):
        if isinstance(code.constant, str):
            return from_truth(_equals_text(other, code.constant))
    if left.single and right.single:
        return from_truth(_equals_value(left.value, right.value))
    collect, others = left.nodes, right.nodes

    def truth(this: Nodes, state: State) -> bool | None:
        items = collect(this, state)
        if not items:
            return None
        state.spend(len(items))
        return equal(items, others(this, state), state.environment.units)

    return from_truth(truth)


def _equals_text(code: Code, text: str) -> Judge:
    """Compare with a constant text, by far the most frequent comparison."""
    collect = code.nodes

    def truth(this: Nodes, state: State) -> bool | None:
        items = collect(this, state)
        if not items:
            return None
        if len(items) != 1:
            return False
        node = items[0]
        return node.value == text and node.type not in TEMPORAL_TYPES

    return truth


def _equals_value(left: Value, right: Value) -> Judge:
    def truth(this: Nodes, state: State) -> bool | None:
        first, second = left(this, state), right(this, state)
        if first is None or second is None:
            return None
        return equal_values(first, second, state.environment.units)

    return truth


def compile_equivalence(left: Code, right: Code, types: Types) -> Code:
    """Return the code of ``~``."""
    collect, others = left.nodes, right.nodes

    def truth(this: Nodes, state: State) -> bool | None:
        return Equivalence(types, state).of(collect(this, state), others(this, state))

    return from_truth(truth)


def compile_in(left: Code, right: Code) -> Code:
    """Return the code of ``in``."""
    return from_truth(_membership(left, right))


def compile_contains(left: Code, right: Code) -> Code:
    """Return the code of ``contains``."""
    return from_truth(_membership(right, left))


def _membership(item: Code, collection: Code) -> Judge:
    if collection.texts is not None:
        return _is_one_of(item, collection.texts)
    find, collect = item.nodes, collection.nodes

    def truth(this: Nodes, state: State) -> bool | None:
        node = single(find(this, state))
        if node is None:
            return None
        collector = Collector(state)
        for other in collect(this, state):
            state.spend(1)
            collector.add(other)
        return collector.holds(node)

    return truth


def _is_one_of(item: Code, texts: frozenset[str]) -> Judge:
    find = item.nodes

    def truth(this: Nodes, state: State) -> bool | None:
        node = single(find(this, state))
        if node is None:
            return None
        value = node.value
        return value.__class__ is str and value in texts and node.type not in TEMPORAL_TYPES

    return truth


def compile_union(operands: Sequence[Code]) -> Code:
    """Return the code of a row of ``|``."""
    texts = [operand.constant for operand in operands]
    if all(isinstance(text, str) for text in texts):
        return _constant_texts(texts)
    collects = [operand.nodes for operand in operands]

    def nodes(this: Nodes, state: State) -> Nodes:
        items: Nodes = []
        for collect in collects:
            found = collect(this, state)
            items = items + found if items and found else items or found
        return items if len(items) < 2 else distinct(items, state)

    return Code(nodes)


def _constant_texts(texts: Sequence[str]) -> Code:
    items = [Node(text, "System.String") for text in dict.fromkeys(texts)]
    return Code(lambda this, state: items, texts=frozenset(texts))
