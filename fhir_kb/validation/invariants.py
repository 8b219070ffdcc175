"""The invariants of the specification and of profiles: FHIRPath that must be true of a node.

https://hl7.org/fhir/R4/conformance-rules.html#constraints
"""

from fhir_kb.definitions import Constraint, Definitions
from fhir_kb.errors import FHIRPathError
from fhir_kb.fhirpath import Expression, Node, compile_expression
from fhir_kb.validation.native_invariants import ELSEWHERE, NATIVE
from fhir_kb.validation.plainly_true import PLAINLY_TRUE
from fhir_kb.validation.true_without import keys_to_be_absent
from fhir_kb.validation.walk import Rule, Walk


def invariant_rules(
    constraints: tuple[Constraint, ...], definitions: Definitions, context: str
) -> tuple[Rule, ...]:
    """Return the rules of the constraints on a type or on an element of the type ``context``."""
    return tuple(
        invariant_rule(constraint, definitions, context)
        for constraint in constraints
        if constraint.expression not in ELSEWHERE
    )


def invariant_rule(
    constraint: Constraint, definitions: Definitions, context: str, *, profile: str = ""
) -> Rule:
    """Return the rule that reports where ``constraint`` does not hold.

    ``profile`` is the canonical URL of the profile that states it. An expression is compiled
    when the rule first runs; one that cannot be compiled or run is said not to be checked.
    """
    source = f"{profile}#{constraint.key}" if profile else constraint.key
    type, native = NATIVE.get(constraint.expression, ("", None))
    if native is not None and definitions.is_subtype(context, type):

        def natively(walk: Walk, node: Node) -> None:
            if not native(node):
                _fails(walk, node, constraint, source)

        return natively
    compiled: Expression | None = None
    without: tuple[frozenset[str], ...] = ()
    is_plainly_true = PLAINLY_TRUE.get(constraint.expression)

    def rule(walk: Walk, node: Node) -> None:
        nonlocal compiled, without
        try:
            if compiled is None:
                compiled = compile_expression(constraint.expression, definitions, context)
                without = keys_to_be_absent(constraint.expression, definitions, context)
            value = node.value
            if without and value.__class__ is dict:
                for keys in without:
                    if keys.isdisjoint(value):
                        return
            if is_plainly_true is not None and is_plainly_true(node):
                return
            if not compiled.is_true(node, walk.environment):
                _fails(walk, node, constraint, source)
        except FHIRPathError as fault:
            walk.report(
                "invariant-not-checked",
                node,
                source=source,
                key=constraint.key,
                reason=fault.message,
            )

    return rule


def _fails(walk: Walk, node: Node, constraint: Constraint, source: str) -> None:
    walk.report(
        "invariant",
        node,
        source=source,
        severity=constraint.severity,
        key=constraint.key,
        human=constraint.human.rstrip("."),
    )
