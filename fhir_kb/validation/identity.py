"""Ids of elements, security labels, and fragments: what must be unique or must be there.

https://hl7.org/fhir/R4/element.html#id and https://hl7.org/fhir/R4/resource.html#Meta
"""

from fhir_kb.fhirpath import Node
from fhir_kb.validation.resolution import contained_resource, resource_around
from fhir_kb.validation.walk import Walk
from fhir_kb.validation.wording import shortened


def check_element_id(walk: Walk, node: Node) -> None:
    """Report an element's id that another element of the same resource has."""
    if not isinstance(node.value, str) or node.parent is None:
        return
    resource = resource_around(node.parent)
    # A snapshot repeats the ids of its differential.
    if resource.get("resourceType") == "StructureDefinition":
        return
    if not walk.first_time(f"id in {id(resource)}", node.value):
        walk.report("repeated-element-id", node, id=shortened(node.value))


def check_meta(walk: Walk, node: Node) -> None:
    """Report a security label that stands twice: labels are a set."""
    labels = node.value.get("security")
    seen: set[tuple[object, object]] = set()
    for index, label in enumerate(labels if isinstance(labels, list) else ()):
        if not isinstance(label, dict):
            continue
        key = (str(label.get("system")), str(label.get("code")))
        if key in seen:
            walk.report("repeated-label", node, at=f"security[{index}]", label="#".join(key))
        seen.add(key)


def check_canonical_url(walk: Walk, node: Node) -> None:
    """Report the URL of a canonical resource that is relative: others could not refer to it."""
    if isinstance(node.value, str) and node.value and ":" not in node.value:
        walk.report("relative-canonical", node, value=shortened(node.value))


def check_fragment(walk: Walk, node: Node) -> None:
    """Report a canonical ``#id`` that no contained resource has."""
    value = node.value
    is_fragment = isinstance(value, str) and value.startswith("#")
    if is_fragment and contained_resource(node, value[1:]) is None:
        walk.report("fragment-not-contained", node, reference=shortened(value))
