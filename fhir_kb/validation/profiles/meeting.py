"""Whether a node meets a profile that is named by its canonical URL, and if not, why.

https://hl7.org/fhir/R4/profiling.html#resources
"""

from collections.abc import Iterable

from fhir_kb.fhirpath import Node
from fhir_kb.validation.canonical import type_of_specification
from fhir_kb.validation.resolution import Scope
from fhir_kb.validation.walk import Schema, Walk


def check_against(walk: Walk, node: Node, canonical: str) -> None:
    """Report what ``node`` does not meet of a profile; a type's own name asks for nothing more."""
    if type_of_specification(canonical, walk.definitions) is None:
        schema = _schema(walk, node, canonical)
        if schema is not None:
            schema.check(walk, node)


def reasons_against(
    walk: Walk, node: Node, canonicals: Iterable[str], scope: Scope | None = None
) -> list[str]:
    """Return why ``node`` meets none of the profiles; nothing if it meets one, or may do so.

    ``scope`` is where the node's references are resolved, if not where those of the walk are.
    """
    reasons, may_meet = [], False
    for canonical in canonicals:
        type = type_of_specification(canonical, walk.definitions)
        if type is not None:
            if walk.definitions.is_subtype(node.type, type):
                return []
            reasons.append(f"it is of type {node.type}, not {type}")
            continue
        schema = _schema(walk, node, canonical)
        if schema is None:
            may_meet = True
            continue
        failures = walk.failures(node, schema, scope)
        if not failures:
            return []
        reasons.append(f"{failures[0].message} at {failures[0].expression}")
    return [] if may_meet else reasons


def _schema(walk: Walk, node: Node, canonical: str) -> Schema | None:
    schema = walk.conformance.profile(canonical)
    if schema is None and walk.first_time("profile", canonical):
        walk.report("profile-not-known", node, profile=canonical)
    return schema
