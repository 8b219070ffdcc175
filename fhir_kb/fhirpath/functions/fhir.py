"""The functions that FHIR adds to FHIRPath.

https://hl7.org/fhir/R4/fhirpath.html#functions
"""

from collections.abc import Callable
from typing import NoReturn

from fhir_kb.errors import FHIRPathError
from fhir_kb.fhirpath.code import Code, from_truth
from fhir_kb.fhirpath.functions.signature import INPUT, Function, Functions, Invocation, giving
from fhir_kb.fhirpath.node import Node, Nodes
from fhir_kb.fhirpath.state import State
from fhir_kb.fhirpath.types import Types
from fhir_kb.fhirpath.values import EMPTY, nodes_of, single, value_of

_PROFILE = "http://hl7.org/fhir/StructureDefinition/"


def _extension(call: Invocation) -> Code:
    collect, url_of = call.input.nodes, call.text(0)

    def nodes(this: Nodes, state: State) -> Nodes:
        url = url_of(this, state)
        return [node for item in collect(this, state) for node in _extensions(item, url)]

    return Code(nodes)


def _extensions(item: Node, url: str | None) -> Nodes:
    elements = item.elements
    extensions = elements.get("extension") if elements is not None else None
    if not isinstance(extensions, list):
        return EMPTY
    return [
        Node(extension, "Extension", None, item, "extension", index)
        for index, extension in enumerate(extensions)
        if isinstance(extension, dict) and extension.get("url") == url
    ]


def _has_extension(call: Invocation) -> Code:
    extensions = _extension(call).nodes
    return from_truth(lambda this, state: bool(extensions(this, state)))


def _has_value(call: Invocation) -> Code:
    collect = call.input.nodes

    def truth(this: Nodes, state: State) -> bool:
        items = collect(this, state)
        return len(items) == 1 and items[0].has_value

    return from_truth(truth)


def _get_value(call: Invocation) -> Code:
    collect = call.input.nodes

    def nodes(this: Nodes, state: State) -> Nodes:
        items = collect(this, state)
        return nodes_of(value_of(items[0])) if len(items) == 1 and items[0].has_value else EMPTY

    return Code(nodes)


def _hook(call: Invocation, name: str) -> NoReturn:
    raise FHIRPathError(f"{call.name} cannot be answered here: evaluate with Environment({name}=…)")


def _member_of(call: Invocation) -> Code:
    collect, url_of = call.input.nodes, call.text(0)

    def truth(this: Nodes, state: State) -> bool | None:
        node, url = single(collect(this, state)), url_of(this, state)
        if node is None or url is None:
            return None
        member_of = state.environment.member_of or _hook(call, "member_of")
        return member_of(node, url)

    return from_truth(truth)


def _subsumption(*, reverse: bool) -> Callable[[Invocation], Code]:
    def build(call: Invocation) -> Code:
        collect, others = call.input.nodes, call.arguments[0].nodes

        def truth(this: Nodes, state: State) -> bool | None:
            node, other = single(collect(this, state)), single(others(this, state))
            if node is None or other is None:
                return None
            subsumes = state.environment.subsumes or _hook(call, "subsumes")
            return subsumes(other, node) if reverse else subsumes(node, other)

        return from_truth(truth)

    return build


def _conforms_to(call: Invocation) -> Code:
    collect, url_of, types = call.input.nodes, call.text(0), call.types

    def truth(this: Nodes, state: State) -> bool | None:
        node, url = single(collect(this, state)), url_of(this, state)
        if node is None or url is None:
            return None
        conforms_to = state.environment.conforms_to
        return conforms_to(node, url) if conforms_to else _is_of_base_type(node, url, types)

    return from_truth(truth)


def _is_of_base_type(node: Node, url: str, types: Types) -> bool:
    """Judge a base type of FHIR, whose profile every resource of the type is held to."""
    name = url.removeprefix(_PROFILE)
    if name == url or not types.knows(name):
        raise FHIRPathError(
            f"Whether something conforms to {url!r} cannot be told here: "
            "evaluate with Environment(conforms_to=…)"
        )
    return types.is_subtype(node.type, name)


def _html_checks(call: Invocation) -> Code:
    collect = call.input.nodes

    def truth(this: Nodes, state: State) -> bool | None:
        node = single(collect(this, state))
        if node is None:
            return None
        html_checks = state.environment.html_checks or _hook(call, "html_checks")
        return html_checks(node)

    return from_truth(truth)


def _check_modifiers(call: Invocation) -> Code:
    collect = call.input.nodes
    urls = [argument.value for argument in call.arguments]

    def nodes(this: Nodes, state: State) -> Nodes:
        items = collect(this, state)
        understood = {url(this, state) for url in urls}
        for item in items:
            modifiers = (item.elements or {}).get("modifierExtension") or ()
            unknown = {modifier.get("url") for modifier in modifiers} - understood
            if unknown:
                raise FHIRPathError(f"{item.path} is modified by {', '.join(map(str, unknown))}")
        return items

    return Code(nodes)


FHIR: Functions = {
    "extension": Function(_extension, 1, 1, gives="Extension"),
    "getValue": Function(_get_value),
    "checkModifiers": Function(_check_modifiers, 0, None, gives=INPUT),
    **giving(
        "System.Boolean",
        {
            "hasExtension": Function(_has_extension, 1, 1),
            "hasValue": Function(_has_value),
            "memberOf": Function(_member_of, 1, 1),
            "subsumes": Function(_subsumption(reverse=False), 1, 1),
            "subsumedBy": Function(_subsumption(reverse=True), 1, 1),
            "conformsTo": Function(_conforms_to, 1, 1),
            "htmlChecks": Function(_html_checks),
        },
    ),
}
