"""Where an extension stands, against where its definition lets it stand.

https://hl7.org/fhir/R4/defining-extensions.html#context
"""

from collections.abc import Callable, Iterator, Mapping

from fhir_kb.definitions.extensions import ExtensionDefinition
from fhir_kb.errors import FHIRPathError
from fhir_kb.fhirpath import Environment, Node, compile_expression
from fhir_kb.validation.resolution import resource_node
from fhir_kb.validation.walk import Walk
from fhir_kb.validation.wording import listed


def check_context(walk: Walk, node: Node, definition: ExtensionDefinition) -> None:
    """Report an extension where none of its contexts is, or whose context's invariant fails."""
    around = node.parent
    if around is None or not definition.contexts:
        return
    if not any(
        _TESTS[context.type](walk, around, context.expression) for context in definition.contexts
    ):
        walk.report(
            "extension-out-of-context",
            node,
            source=definition.url,
            url=definition.url,
            place=around.type,
            contexts=listed(sorted({context.expression for context in definition.contexts})),
        )
        return
    for invariant in definition.context_invariants:
        _check_invariant(walk, node, around, invariant, definition.url)


def _is_element(walk: Walk, around: Node, expression: str) -> bool:
    # Element stands for every place that can have an extension, resources too.
    if expression == "Element" or walk.definitions.is_subtype(around.type, expression):
        return True
    if expression in _INTERFACES:
        return _has_interface(walk, around.type, expression)
    head, _, tail = expression.replace("[x]", "").partition(".")
    return any(
        tail in tails and walk.definitions.is_subtype(type, head) for type, tails in _places(around)
    )


_INTERFACES: Mapping[str, frozenset[str]] = {
    "CanonicalResource": frozenset({"url", "version", "status"}),
    "MetadataResource": frozenset({"url", "version", "status", "approvalDate"}),
}
"""Kinds of resources that no definition derives from: what tells one are its elements."""


def _has_interface(walk: Walk, type: str, interface: str) -> bool:
    definition = walk.definitions.type(type)
    return definition is not None and _INTERFACES[interface] <= definition.elements.keys()


def _places(node: Node) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield each type around ``node``, and the paths that lead from it to the node.

    A choice is called both ``value`` and ``valueQuantity``; a backbone element's type is the
    path of its definition, so the path goes on from there.
    """
    tails = {""}
    current = node
    while current.parent is not None:
        names = {current.name or "", current.key}
        tails = {f"{name}.{tail}".rstrip(".") for name in names for tail in tails}
        current = current.parent
        yield current.type, frozenset(tails)
        if "." in current.type:
            head, _, rest = current.type.partition(".")
            yield head, frozenset(f"{rest}.{tail}" for tail in tails)


def _is_extension(walk: Walk, around: Node, expression: str) -> bool:
    return isinstance(around.value, dict) and around.value.get("url") == expression


def _is_selected(walk: Walk, around: Node, expression: str) -> bool:
    """Whether a FHIRPath selects the place; one that cannot be run forbids nothing."""
    resource = resource_node(around)
    try:
        selected = compile_expression(expression, walk.definitions, resource.type).evaluate(
            resource, walk.environment
        )
    except FHIRPathError:
        return True
    return any(each.value is around.value for each in selected) or any(
        each.value is True for each in selected
    )


_TESTS: Mapping[str, Callable[[Walk, Node, str], bool]] = {
    "element": _is_element,
    "extension": _is_extension,
    "fhirpath": _is_selected,
}


def _check_invariant(walk: Walk, node: Node, around: Node, invariant: str, url: str) -> None:
    environment = walk.environment
    try:
        holds = compile_expression(invariant, walk.definitions, around.type).is_true(
            around,
            Environment(
                resolve=environment.resolve,
                member_of=environment.member_of,
                units=environment.units,
                variables={"extension": node},
                budget=environment.budget,
            ),
        )
    except FHIRPathError as fault:
        walk.report("invariant-not-checked", node, source=url, key=url, reason=fault.message)
        return
    if not holds:
        walk.report("extension-context-invariant", node, source=url, url=url, invariant=invariant)
