"""Compiled expressions: closures that can be asked for nodes, a truth, a value or a number.

A closure gets the collection it starts from ($this) and the state of the evaluation. Asking for
what is needed and no more is what makes invariants fast: ``name.exists()`` builds no node.
"""

from collections.abc import Callable
from typing import Any

from fhir_kb.fhirpath.node import Node, Nodes
from fhir_kb.fhirpath.state import State
from fhir_kb.fhirpath.values import EMPTY, FALSE, TRUE, nodes_of, single, truth_of, value_of

Collect = Callable[[Nodes, State], Nodes]
Judge = Callable[[Nodes, State], bool | None]
Value = Callable[[Nodes, State], Any]
Tally = Callable[[Nodes, State], int]


class Code:
    """A compiled expression.

    ``nodes`` gives the collection, ``truth`` the collection as a Boolean, ``value`` its single
    item as operators see it, ``tally`` its length. ``constant`` is the value of a literal and
    ``texts`` the values of a row of text literals, ``is_this`` says that it is just $this,
    ``single`` that there is never more than one item and that ``value`` alone tells which.
    ``resolves`` are the references that resolve() is called on last.
    """

    __slots__ = (
        "constant",
        "is_this",
        "nodes",
        "resolves",
        "single",
        "tally",
        "texts",
        "truth",
        "value",
    )

    def __init__(
        self,
        nodes: Collect,
        *,
        truth: Judge | None = None,
        value: Value | None = None,
        tally: Tally | None = None,
        constant: Any = None,
        texts: frozenset[str] | None = None,
        is_this: bool = False,
        single: bool = False,
        resolves: Collect | None = None,
    ) -> None:
        self.nodes = nodes
        self.truth = truth or _truth(nodes)
        self.value = value or _value(nodes)
        self.tally = tally or _tally(nodes)
        self.constant = constant
        self.texts = texts
        self.is_this = is_this
        self.single = single
        self.resolves = resolves


def from_truth(truth: Judge) -> Code:
    """Return the code of an expression that gives one Boolean or nothing."""

    def nodes(this: Nodes, state: State) -> Nodes:
        verdict = truth(this, state)
        if verdict is None:
            return EMPTY
        return TRUE if verdict else FALSE

    return Code(nodes, truth=truth, value=truth, single=True)


def from_value(value: Value) -> Code:
    """Return the code of an expression that gives one system value, one node or nothing."""

    def nodes(this: Nodes, state: State) -> Nodes:
        return nodes_of(value(this, state))

    return Code(nodes, value=value, single=True)


def from_constant(value: Any, type: str) -> Code:
    """Return the code of a literal."""
    items = [Node(value, type)]
    return Code(
        lambda this, state: items,
        value=lambda this, state: value,
        constant=value,
        single=True,
    )


def _truth(nodes: Collect) -> Judge:
    def truth(this: Nodes, state: State) -> bool | None:
        return truth_of(nodes(this, state))

    return truth


def _value(nodes: Collect) -> Value:
    def value(this: Nodes, state: State) -> Any:
        items = nodes(this, state)
        if not items:
            return None
        node = items[0] if len(items) == 1 else single(items)
        return None if node is None else value_of(node)

    return value


def _tally(nodes: Collect) -> Tally:
    return lambda this, state: len(nodes(this, state))


THIS = Code(lambda this, state: this, is_this=True)
NOTHING = Code(
    lambda this, state: EMPTY,
    truth=lambda this, state: None,
    value=lambda this, state: None,
    tally=lambda this, state: 0,
)
