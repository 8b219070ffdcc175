"""resolve(): from a reference to the resource it names.

https://hl7.org/fhir/R4/fhirpath.html#functions
"""

import re

from fhir_kb.fhirpath.code import Code
from fhir_kb.fhirpath.functions.signature import Function, Functions, Invocation
from fhir_kb.fhirpath.node import Node, Nodes
from fhir_kb.fhirpath.state import State, resource_around
from fhir_kb.fhirpath.types import Types, untyped_name

_TYPE_AND_ID = re.compile(
    r"(?:^|/)(?P<type>[A-Z][A-Za-z]+)/[A-Za-z0-9.\-]{1,64}(?:/_history/[A-Za-z0-9.\-]{1,64})?$",
    re.ASCII,
)


def _resolve(call: Invocation) -> Code:
    collect, types = call.input.nodes, call.types

    def nodes(this: Nodes, state: State) -> Nodes:
        items = collect(this, state)
        state.spend(len(items))
        found = (_target(item, state) for item in items)
        return [node for node in found if node is not None]

    def resolves(this: Nodes, state: State) -> Nodes:
        items = collect(this, state)
        state.spend(len(items))
        found = (_target(item, state) or _named_target(item, types) for item in items)
        return [node for node in found if node is not None]

    return Code(nodes, resolves=resolves)


def _target(item: Node, state: State) -> Node | None:
    """Return the resource that ``item`` refers to: a contained one, or what the caller finds."""
    url = _url(item)
    if url is None:
        return None
    if url.startswith("#"):
        return _contained(item, url[1:])
    resolve = state.environment.resolve
    resource = resolve(url) if resolve is not None else None
    return None if resource is None else Node(resource, untyped_name(resource))


def _url(item: Node) -> str | None:
    url = item.value.get("reference") if isinstance(item.value, dict) else item.value
    return url if isinstance(url, str) and url else None


def _contained(item: Node, id: str) -> Node | None:
    container = resource_around(item)
    while container is not None and container.name == "contained" and container.parent is not None:
        container = container.parent
    if container is None:
        return None
    if not id:
        return container
    for index, resource in enumerate(container.value.get("contained") or ()):
        if isinstance(resource, dict) and resource.get("id") == id:
            return Node(resource, untyped_name(resource), None, container, "contained", index)
    return None


def _named_target(item: Node, types: Types) -> Node | None:
    """Return a node of the type that a reference names, for a test of its type alone."""
    if isinstance(item.value, dict):
        stated = item.value.get("type")
        if isinstance(stated, str) and types.is_resource(stated):
            return Node({"resourceType": stated}, stated)
    match = _TYPE_AND_ID.search(_url(item) or "")
    if match is None or not types.is_resource(match["type"]):
        return None
    return Node({"resourceType": match["type"]}, match["type"])


REFERENCES: Functions = {"resolve": Function(_resolve)}
