"""References: their form, and the type of what they refer to.

https://hl7.org/fhir/R4/references.html#literal
"""

import re
from typing import Any

from fhir_kb.definitions import ElementType
from fhir_kb.fhirpath import Node
from fhir_kb.formats import Json
from fhir_kb.validation.resolution import Scope, contained_resource
from fhir_kb.validation.walk import Rule, Walk
from fhir_kb.validation.wording import listed, nearest, shortened

TARGETED = frozenset({"Reference", "CodeableReference"})
"""Types whose use names the resource types that may be referred to."""

_RELATIVE = re.compile(
    r"(?P<type>[A-Za-z]+)(?:/[A-Za-z0-9\-.]{1,64}(?:/_history/[A-Za-z0-9\-.]{1,64})?(?:#.+)?|\?.*)"
)
_RESTFUL = re.compile(
    r"https?://.+/(?P<type>[A-Z][A-Za-z]+)/[A-Za-z0-9\-.]{1,64}"
    r"(?:/_history/[A-Za-z0-9\-.]{1,64})?(?:[#|].*)?"
)
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:\S+")


def reference_rule(type: ElementType, *, profile: str = "") -> Rule:
    """Return the rule that checks a Reference, or the reference of a CodeableReference.

    ``profile`` is the canonical URL of what narrows the targets.
    """
    targets = type.targets

    def rule(walk: Walk, node: Node) -> None:
        value, at = node.value, ""
        if node.type == "CodeableReference":
            value, at = value.get("reference"), "reference"
        if isinstance(value, dict):
            _check(walk, node, at, value, targets, profile)

    return rule


def _check(
    walk: Walk, node: Node, at: str, value: Json, targets: tuple[str, ...], profile: str
) -> None:
    reference, stated = value.get("reference"), value.get("type")
    named = None
    if isinstance(reference, str) and reference:
        named = _named_type(walk, node, at, reference)
    if isinstance(stated, str):
        named = _agreed(walk, node, at, stated, named)
    if named is None or _is_target(walk, named, targets):
        return
    if walk.targets == "named" or stated is not None or _is_at_hand(walk, reference):
        walk.report(
            "wrong-target",
            node,
            at=at,
            source=profile,
            type=named,
            reference=shortened(reference if isinstance(reference, str) else str(stated)),
            targets=listed(targets),
        )


def _named_type(walk: Walk, node: Node, at: str, reference: str) -> str | None:
    """Return the type of the resource that a reference leads to or names; report a wrong form."""
    if reference.startswith("#"):
        return _type_of(contained_resource(node, reference[1:]))
    if _ABSOLUTE.fullmatch(reference):
        resolved = walk.resolve(reference)
        if resolved is not None:
            return _type_of(resolved)
        if reference.startswith("urn:") and walk.scope is not None and not walk.scope.is_first:
            walk.report("urn-not-in-bundle", node, at=at, reference=shortened(reference))
        match = _RESTFUL.fullmatch(reference)
        return match["type"] if match and match["type"] in walk.definitions.resource_types else None
    match = _RELATIVE.fullmatch(reference)
    if match is not None and walk.scope is not None:
        _check_in_bundle(walk, node, at, reference, walk.scope)
    if match is None or match["type"] not in walk.definitions.resource_types:
        hint = nearest(match["type"], walk.definitions.resource_types) if match else ""
        walk.report("reference-form", node, at=at, reference=shortened(reference), hint=hint)
        return None
    return match["type"]


def _check_in_bundle(walk: Walk, node: Node, at: str, reference: str, scope: Scope) -> None:
    """Report a reference that names an entry's type and id, but does not lead to its fullUrl."""
    if scope.resolve(reference) is not None:
        return
    alike = scope.index.alike(reference)
    if alike:
        walk.report(
            "reference-misses-entry",
            node,
            at=at,
            severity="error" if scope.is_closed else None,
            reference=shortened(reference),
            entries=listed([f"entry[{each}]" for each in alike]),
            base=scope.full_url or "no fullUrl",
        )


def _is_at_hand(walk: Walk, reference: object) -> bool:
    """Whether the resource itself tells its type, not only the text of the reference."""
    return isinstance(reference, str) and (
        reference.startswith("#") or walk.resolve(reference) is not None
    )


def _type_of(resource: Any) -> str | None:
    name = resource.get("resourceType") if isinstance(resource, dict) else None
    return name if isinstance(name, str) else None


def _agreed(walk: Walk, node: Node, at: str, stated: str, named: str | None) -> str | None:
    """Return the type that ``type`` states; report one that the reference contradicts."""
    if ":" in stated:
        return named
    if named is not None and named != stated:
        walk.report("reference-type-differs", node, at=at, stated=stated, named=named)
        return named
    if stated not in walk.definitions.resource_types:
        hint = nearest(stated, walk.definitions.resource_types)
        walk.report("unknown-reference-type", node, at=at, type=shortened(stated), hint=hint)
        return None
    return stated


def _is_target(walk: Walk, named: str, targets: tuple[str, ...]) -> bool:
    return not targets or any(
        ":" in target or walk.definitions.is_subtype(named, target) for target in targets
    )
