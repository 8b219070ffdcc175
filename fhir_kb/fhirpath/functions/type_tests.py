"""``is``, ``as``, ofType() and type().

https://hl7.org/fhirpath/#types
"""

from collections.abc import Callable

from fhir_kb.fhirpath.code import Code, from_truth
from fhir_kb.fhirpath.functions.signature import Function, Functions, Invocation
from fhir_kb.fhirpath.node import Node, Nodes
from fhir_kb.fhirpath.state import State
from fhir_kb.fhirpath.types import TypeName, Types
from fhir_kb.fhirpath.values import single

Matches = Callable[[Node], bool]


def compile_is(operand: Code, type: TypeName, types: Types) -> Code:
    """Return the code of ``operand is type``; a resolved reference is what its target is."""
    matches = _is_a(type, types)
    if operand.resolves is not None:
        return _is_reference_to(operand, type, types)
    collect = operand.nodes

    def truth(this: Nodes, state: State) -> bool | None:
        node = single(collect(this, state))
        return None if node is None else matches(node)

    return from_truth(truth)


def _is_reference_to(operand: Code, type: TypeName, types: Types) -> Code:
    collect = operand.resolves or operand.nodes

    def truth(this: Nodes, state: State) -> bool | None:
        node = single(collect(this, state))
        return None if node is None else types.is_subtype(node.type, type.fhir or "")

    return from_truth(truth)


def compile_as(operand: Code, type: TypeName, types: Types, *, strict: bool) -> Code:
    """Return the code of ``operand as type``.

    Several items are refused if ``strict``; otherwise each is looked at, because search parameters
    of R4 apply ``as`` to elements that repeat.
    """
    of_type = compile_of_type(operand, type, types)
    if not strict:
        return of_type
    collect, choose = operand.nodes, of_type.nodes

    def nodes(this: Nodes, state: State) -> Nodes:
        single(collect(this, state))
        return choose(this, state)

    return Code(nodes)


def compile_of_type(operand: Code, type: TypeName, types: Types) -> Code:
    """Return the code of ofType(): a primitive must be of the very type, as HL7's suite has it."""
    collect = operand.nodes
    matches = _is_a(type, types)
    exact = type.fhir if type.fhir is not None and types.is_primitive(type.fhir) else None

    def nodes(this: Nodes, state: State) -> Nodes:
        items = collect(this, state)
        if exact is not None:
            return [item for item in items if item.type == exact]
        return [item for item in items if matches(item)]

    return Code(nodes)


def _is_a(type: TypeName, types: Types) -> Matches:
    """Return a test of one item's type, which remembers its answers."""
    known: dict[str, bool] = {}
    fhir, system = type.fhir, type.system

    def matches(node: Node) -> bool:
        found = known.get(node.type)
        if found is None:
            found = (fhir is not None and types.is_subtype(node.type, fhir)) or (
                system is not None and (node.type == system or _is_any(node.type, system))
            )
            known[node.type] = found
        return found

    return matches


def _is_any(type: str, system: str) -> bool:
    return system == "System.Any" and type.startswith("System.")


def _type(call: Invocation) -> Code:
    collect, types = call.input.nodes, call.types

    def nodes(this: Nodes, state: State) -> Nodes:
        return [_type_info(item, types) for item in collect(this, state)]

    return Code(nodes)


def _type_info(item: Node, types: Types) -> Node:
    system = item.type.startswith("System.")
    namespace, name = ("System", item.type[7:]) if system else ("FHIR", item.type)
    base = "System.Any" if system else f"FHIR.{types.base(name) or 'Base'}"
    info = {"namespace": namespace, "name": name, "baseType": base}
    simple = system or types.is_primitive(name)
    return Node(info, "System.SimpleTypeInfo" if simple else "System.ClassInfo")


TYPING: Functions = {
    "is": Function(
        lambda call: compile_is(call.input, call.type_name, call.types),
        1,
        1,
        takes_type=True,
        gives="System.Boolean",
    ),
    "as": Function(
        lambda call: compile_as(call.input, call.type_name, call.types, strict=call.strict),
        1,
        1,
        takes_type=True,
    ),
    "ofType": Function(
        lambda call: compile_of_type(call.input, call.type_name, call.types),
        1,
        1,
        takes_type=True,
    ),
    "type": Function(_type),
}
