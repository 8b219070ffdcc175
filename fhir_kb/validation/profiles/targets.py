"""What a reference leads to: a contained resource, or one of the Bundle around.

https://hl7.org/fhir/R4/references.html
"""

from dataclasses import dataclass
from typing import Any, Literal

from fhir_kb.definitions import ElementType
from fhir_kb.fhirpath import Node
from fhir_kb.formats import Json
from fhir_kb.validation.profiles.meeting import reasons_against
from fhir_kb.validation.references import reference_rule
from fhir_kb.validation.resolution import Scope, container_of
from fhir_kb.validation.walk import Rule, Walk
from fhir_kb.validation.wording import listed, shortened

Aggregation = Literal["contained", "bundled", "referenced"]


@dataclass(frozen=True, slots=True)
class Target:
    """A resource that a reference leads to, and where its own references are resolved."""

    node: Node
    scope: Scope | None


@dataclass(frozen=True, slots=True)
class TargetDemand:
    """What a profile asks of the targets of an element.

    ``types`` are the types the targets may have, ``canonicals`` the profiles of which a target
    meets one (none if the types are all that is asked), ``aggregation`` where it may be (anywhere
    if empty).
    """

    type: str
    types: tuple[str, ...]
    canonicals: tuple[str, ...]
    aggregation: tuple[str, ...]


def target_rules(
    demand: TargetDemand, base: ElementType | None, label: str, url: str
) -> list[Rule]:
    """Return the rules of an element's references, beyond those of its type in ``base``."""
    rules: list[Rule] = []
    if demand.types and (base is None or set(demand.types) != set(base.targets)):
        rules.append(reference_rule(ElementType(demand.type, demand.types), profile=url))
    if demand.aggregation:
        rules.append(_aggregation_rule(demand.aggregation, label, url))
    if demand.canonicals:
        rules.append(_profile_rule(demand.canonicals, label, url))
    return rules


def target_of(walk: Walk, reference: str, node: Node) -> Target | None:
    """Return what ``reference``, which stands at ``node``, leads to; None if not at hand."""
    if reference.startswith("#"):
        return _contained(walk, reference[1:], node)
    scope = walk.scope
    while scope is not None:
        for place in scope.index.find(reference, scope.full_url):
            entry = scope.index.entries[place]
            inside = Scope(scope.index, entry.get("fullUrl"), scope.outer)
            return Target(_resource_node(entry["resource"]), inside)
        scope = scope.outer
    return None


def _contained(walk: Walk, id: str, node: Node) -> Target | None:
    container = container_of(node)
    if container is None or not isinstance(container.value, dict):
        return None
    if not id:
        return Target(container, walk.scope)
    contained = container.value.get("contained")
    for index, resource in enumerate(contained if isinstance(contained, list) else ()):
        if isinstance(resource, dict) and resource.get("id") == id:
            inside = _resource_node(resource, container, "contained", index)
            return Target(inside, walk.scope)
    return None


def _resource_node(
    resource: Json, parent: Node | None = None, name: str | None = None, index: int | None = None
) -> Node:
    type = resource.get("resourceType")
    return Node(resource, type if isinstance(type, str) else "", None, parent, name, index)


def reference_in(node: Node) -> str | None:
    """Return the text of a Reference, or of the reference in a CodeableReference."""
    value: Any = node.value
    if node.type == "CodeableReference" and isinstance(value, dict):
        value = value.get("reference")
    text = value.get("reference") if isinstance(value, dict) else None
    return text if isinstance(text, str) and text else None


def _aggregation_rule(allowed: tuple[str, ...], label: str, url: str) -> Rule:
    def rule(walk: Walk, node: Node) -> None:
        reference = reference_in(node)
        if reference is None:
            return
        found = _aggregation(walk, reference, node)
        if found == "referenced" and walk.scope is None and "bundled" in allowed:
            # By itself a resource does not tell what Bundle it will be sent in.
            return
        if found not in allowed:
            walk.report(
                "wrong-aggregation",
                node,
                source=url,
                reference=shortened(reference),
                element=label,
                found=found,
                allowed=listed(allowed),
                profile=url,
            )

    return rule


def _aggregation(walk: Walk, reference: str, node: Node) -> Aggregation:
    if reference.startswith("#"):
        return "contained"
    return "referenced" if target_of(walk, reference, node) is None else "bundled"


def _profile_rule(canonicals: tuple[str, ...], label: str, url: str) -> Rule:
    def rule(walk: Walk, node: Node) -> None:
        reference = reference_in(node)
        if reference is None:
            return
        target = target_of(walk, reference, node)
        if target is None:
            if walk.first_time("target", f"{label} {url}"):
                walk.report(
                    "target-not-checked",
                    node,
                    source=url,
                    reference=shortened(reference),
                    element=label,
                    profiles=listed(canonicals),
                    profile=url,
                )
            return
        reasons = reasons_against(walk, target.node, canonicals, target.scope)
        if reasons:
            walk.report(
                "target-profile",
                node,
                source=url,
                reference=shortened(reference),
                element=label,
                profiles=listed(canonicals),
                reasons="; ".join(reasons),
                profile=url,
            )

    return rule
