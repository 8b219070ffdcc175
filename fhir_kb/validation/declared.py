"""The profiles a resource says it meets, those it was asked to meet, and those it must meet.

https://hl7.org/fhir/R4/resource.html#profile-tags
"""

from fhir_kb.fhirpath import Node
from fhir_kb.validation.canonical import type_of_specification
from fhir_kb.validation.walk import Walk


def check_profiles(walk: Walk, node: Node) -> None:
    """Check a resource against each of its profiles; one that is not at hand is mentioned."""
    meta = node.value.get("meta")
    declared = meta.get("profile") if isinstance(meta, dict) else None
    canonicals = [*declared] if isinstance(declared, list) else []
    canonicals += walk.conformance.implied_profiles(node.value)
    if node.parent is None:
        canonicals += walk.profiles
    for canonical in dict.fromkeys(each for each in canonicals if isinstance(each, str)):
        type = type_of_specification(canonical, walk.definitions)
        if type is not None:
            if not walk.definitions.is_subtype(node.type, type):
                walk.report("profile-of-other-type", node, profile=canonical, type=node.type)
            continue
        schema = walk.conformance.profile(canonical)
        if schema is not None:
            schema.check(walk, node)
        elif canonical in walk.profiles:
            walk.report("asked-profile-not-known", node, profile=canonical)
        else:
            walk.report("profile-not-known", node, profile=canonical)
