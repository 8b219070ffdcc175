"""iif(), trace(), the clock, variables, and the tree.

https://hl7.org/fhirpath/#utility-functions
"""

from datetime import datetime

from fhir_kb.errors import FHIRPathError
from fhir_kb.fhirpath.code import Code, from_value
from fhir_kb.fhirpath.functions.filtering import single_context
from fhir_kb.fhirpath.functions.signature import ARGUMENT, INPUT, Function, Functions, Invocation
from fhir_kb.fhirpath.navigation import compile_children, compile_descendants
from fhir_kb.fhirpath.node import Node, Nodes
from fhir_kb.fhirpath.state import State
from fhir_kb.fhirpath.temporal import Temporal, temporal_of
from fhir_kb.fhirpath.values import EMPTY
from fhir_kb.fhirpath.variables import is_predefined


def _iif(call: Invocation) -> Code:
    criterion, then = call.arguments[0].truth, call.arguments[1].nodes
    otherwise = call.argument(2)

    def nodes(this: Nodes, state: State) -> Nodes:
        items = single_context(call, this, state)
        if criterion(items, state):
            return then(items, state)
        return otherwise.nodes(items, state) if otherwise is not None else EMPTY

    return Code(nodes)


def _trace(call: Invocation) -> Code:
    collect, name_of, projection = call.input.nodes, call.text(0), call.argument(1)

    def nodes(this: Nodes, state: State) -> Nodes:
        items = collect(this, state)
        trace = state.environment.trace
        if trace is not None:
            shown = items
            if projection is not None:
                shown = [node for item in items for node in projection.nodes([item], state)]
            trace(name_of(this, state) or "", shown)
        return items

    return Code(nodes)


def _now(state: State, function: str) -> datetime:
    now = state.environment.now
    if now is None:
        raise FHIRPathError(f"{function} needs a clock: evaluate with Environment(now=…)")
    return now


def _date_time_now(call: Invocation) -> Code:
    return from_value(lambda this, state: temporal_of(_now(state, call.name)))


def _today(call: Invocation) -> Code:
    def result(this: Nodes, state: State) -> Temporal:
        return Temporal("date", temporal_of(_now(state, call.name)).parts[:3])

    return from_value(result)


def _time_of_day(call: Invocation) -> Code:
    def result(this: Nodes, state: State) -> Temporal:
        now = temporal_of(_now(state, call.name))
        return Temporal("time", now.parts[3:], now.fraction)

    return from_value(result)


def _define_variable(call: Invocation) -> Code:
    collect, name_of, projection = call.input.nodes, call.text(0), call.argument(1)

    def nodes(this: Nodes, state: State) -> Nodes:
        items = collect(this, state)
        name = name_of(this, state) or ""
        if name in state.variables or name in state.environment.variables or is_predefined(name):
            raise FHIRPathError(f"The variable %{name} is defined already; choose another name")
        value = items if projection is None else projection.nodes(items, state)
        state.variables = {**state.variables, name: value}
        return items

    return Code(nodes)


def _pathname(call: Invocation) -> Code:
    collect = call.input.nodes

    def nodes(this: Nodes, state: State) -> Nodes:
        paths = [item.path for item in collect(this, state)]
        return [Node(path, "System.String") for path in paths if path]

    return Code(nodes)


UTILITY: Functions = {
    "iif": Function(_iif, 2, 3, iterates=True, judges=True, gives=ARGUMENT),
    "trace": Function(_trace, 1, 2, iterates=True, gives=INPUT),
    "now": Function(_date_time_now, gives="System.DateTime"),
    "today": Function(_today, gives="System.Date"),
    "timeOfDay": Function(_time_of_day, gives="System.Time"),
    "defineVariable": Function(_define_variable, 1, 2, iterates=True, gives=INPUT),
    "pathname": Function(_pathname, gives="System.String"),
    "children": Function(lambda call: compile_children(call.input, call.types)),
    "descendants": Function(lambda call: compile_descendants(call.input, call.types)),
}
