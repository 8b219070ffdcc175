"""Whether there are items, and what holds for all or any of them.

https://hl7.org/fhirpath/#existence
"""

from fhir_kb.errors import FHIRPathError
from fhir_kb.fhirpath.code import Code, Judge, from_truth, from_value
from fhir_kb.fhirpath.equality import Collector, distinct
from fhir_kb.fhirpath.functions.signature import INPUT, Function, Functions, Invocation, giving
from fhir_kb.fhirpath.logic import compile_not
from fhir_kb.fhirpath.node import Nodes
from fhir_kb.fhirpath.state import State


def _empty(call: Invocation) -> Code:
    tally = call.input.tally
    return from_truth(lambda this, state: not tally(this, state))


def _exists(call: Invocation) -> Code:
    criterion = call.argument(0)
    if criterion is not None:
        return from_truth(_any(call.input, criterion.truth))
    tally = call.input.tally
    return from_truth(lambda this, state: tally(this, state) > 0)


def _any(source: Code, criterion: Judge) -> Judge:
    collect = source.nodes

    def truth(this: Nodes, state: State) -> bool:
        outer = state.index
        for index, item in enumerate(collect(this, state)):
            state.spend(1)
            state.index = index
            if criterion([item], state):
                state.index = outer
                return True
        state.index = outer
        return False

    return truth


def _all(call: Invocation) -> Code:
    collect, criterion = call.input.nodes, call.arguments[0].truth

    def truth(this: Nodes, state: State) -> bool:
        outer = state.index
        for index, item in enumerate(collect(this, state)):
            state.spend(1)
            state.index = index
            if not criterion([item], state):
                state.index = outer
                return False
        state.index = outer
        return True

    return from_truth(truth)


def _each(stops_at: bool, result: bool) -> Function:
    """Return allTrue() and its like: ``result`` once an item is ``stops_at``, else the contrary."""

    def build(call: Invocation) -> Code:
        collect = call.input.nodes

        def truth(this: Nodes, state: State) -> bool:
            found = not result
            for item in collect(this, state):
                if item.value is not True and item.value is not False:
                    raise FHIRPathError(f"{call.name} needs Booleans, not a {item.type}")
                if item.value is stops_at:
                    found = result
            return found

        return from_truth(truth)

    return Function(build)


def _count(call: Invocation) -> Code:
    return from_value(call.input.tally)


def _distinct(call: Invocation) -> Code:
    collect = call.input.nodes
    return Code(lambda this, state: distinct(collect(this, state), state))


def _is_distinct(call: Invocation) -> Code:
    collect = call.input.nodes

    def truth(this: Nodes, state: State) -> bool:
        collector = Collector(state)
        for item in collect(this, state):
            state.spend(1)
            if not collector.add(item):
                return False
        return True

    return from_truth(truth)


def _subset_of(call: Invocation) -> Code:
    return from_truth(_contained(call.input, call.arguments[0]))


def _superset_of(call: Invocation) -> Code:
    return from_truth(_contained(call.arguments[0], call.input))


def _contained(part: Code, whole: Code) -> Judge:
    def truth(this: Nodes, state: State) -> bool:
        collector = Collector(state)
        for item in whole.nodes(this, state):
            state.spend(1)
            collector.add(item)
        return all(collector.holds(item) for item in part.nodes(this, state))

    return truth


EXISTENCE: Functions = {
    **giving(
        "System.Boolean",
        {
            "empty": Function(_empty),
            "exists": Function(_exists, 0, 1, iterates=True, judges=True),
            "all": Function(_all, 1, 1, iterates=True, judges=True),
            "allTrue": _each(stops_at=False, result=False),
            "anyTrue": _each(stops_at=True, result=True),
            "allFalse": _each(stops_at=True, result=False),
            "anyFalse": _each(stops_at=False, result=True),
            "subsetOf": Function(_subset_of, 1, 1),
            "supersetOf": Function(_superset_of, 1, 1),
            "isDistinct": Function(_is_distinct),
            "not": Function(lambda call: compile_not(call.input)),
        },
    ),
    "count": Function(_count, gives="System.Integer"),
    "distinct": Function(_distinct, gives=INPUT),
}
