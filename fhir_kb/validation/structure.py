"""What is wrong with the structure of a node, once the walker has seen that something is.

https://hl7.org/fhir/R4/json.html
"""

from collections.abc import Iterable
from typing import Any

from fhir_kb.fhirpath import Node
from fhir_kb.formats import Json
from fhir_kb.validation.primitives import FORMS, json_name
from fhir_kb.validation.shapes import RESOURCE_TYPE, Member, Requirement, Shape
from fhir_kb.validation.walk import Walk
from fhir_kb.validation.wording import allowed, listed, nearest, shortened


def unknown_resource_type(walk: Walk, node: Node, known: Iterable[str]) -> None:
    """Report a resource without a type, or with one that this version does not have."""
    name = node.value.get(RESOURCE_TYPE)
    if walk.is_xml and name is None:
        # The reader has reported the element that is no resource.
        return
    if not isinstance(name, str):
        walk.report("no-resource-type", node, known=listed(sorted(known)))
        return
    hint = nearest(name, known)
    walk.report("unknown-resource-type", node, name=name, release=walk.definitions.name, hint=hint)


def unknown_element(walk: Walk, node: Node, shape: Shape, key: str) -> None:
    """Report a key that the type does not have, with the nearest that it has."""
    plain = key.removeprefix("_")
    if key.startswith("_") and plain in shape.members:
        walk.report("underscore-on-complex", node, at=plain, name=plain)
        return
    choice = [each for each, member in shape.members.items() if member.name == plain]
    hint = f"; write {listed(choice)}" if choice else allowed(plain, shape.members)
    walk.report("unknown-element", node, at=plain, name=key, type=shape.type, hint=hint)


def missing(walk: Walk, node: Node, requirement: Requirement) -> None:
    """Report an element that must be there and is not."""
    walk.report(
        "missing-element",
        node,
        path=requirement.path,
        min=requirement.min,
        types=listed(requirement.types),
    )


def wrong_number(walk: Walk, node: Node, member: Member, number: int) -> None:
    """Report an array that is empty, too long, or where no array may be."""
    if not member.is_list and member.max:
        walk.report("unexpected-array", node, at=member.name, name=member.key)
    elif not number:
        walk.report("empty-array", node, at=member.name, name=member.key)
    else:
        path = member.element.path
        walk.report("too-many", node, at=member.name, path=path, max=member.max, number=number)


def not_an_array(
    walk: Walk, node: Node, member: Member, value: Any, *, sibling: bool = False
) -> None:
    """Report a single value where JSON holds the element as an array."""
    key = f"_{member.key}" if sibling else member.key
    if value is None:
        walk.report("null-value", node, at=member.name, name=key)
    else:
        walk.report("array-needed", node, at=member.name, name=key, found=json_name(type(value)))


def not_an_object(
    walk: Walk,
    node: Node,
    member: Member,
    value: Any,
    index: int | None,
    *,
    sibling: bool = False,
) -> None:
    """Report anything else where an object has to be."""
    key = f"_{member.key}" if sibling else member.key
    at = _step(member, index)
    if value is None:
        walk.report("null-value", node, at=at, name=key)
    elif member.max == 0:
        wrong_number(walk, node, member, len(value) if isinstance(value, list) else 1)
    elif value.__class__ is list and index is None:
        walk.report("unexpected-array", node, at=at, name=key)
    else:
        walk.report(
            "object-needed", node, at=at, name=key, type=member.type, found=json_name(type(value))
        )


def check_null(walk: Walk, node: Node, member: Member, beside: Any, index: int) -> None:
    """Report a null in an array of primitives, unless the other array has something there."""
    has_extra = beside.__class__ is list and index < len(beside) and beside[index] is not None
    if not has_extra:
        walk.report("null-in-array", node, at=_step(member, index), name=member.key)


def check_lengths(walk: Walk, node: Node, member: Member, values: Any, extras: list[Any]) -> None:
    """Report arrays of values and of what is beside them that differ in length, or an empty one."""
    if not extras:
        walk.report("empty-array", node, at=member.name, name=f"_{member.key}")
    elif values.__class__ is list and len(values) != len(extras):
        walk.report(
            "unequal-arrays",
            node,
            at=member.name,
            name=member.key,
            values=len(values),
            extras=len(extras),
        )


def check_choices(walk: Walk, node: Node, elements: Json, shape: Shape) -> None:
    """Report an element of several types that is there in more than one of them."""
    found: dict[str, list[str]] = {}
    for key in elements:
        member = shape.members.get(key)
        if member is not None and member.is_choice:
            found.setdefault(member.name, []).append(key)
    for name, keys in found.items():
        if len(keys) > 1:
            walk.report("several-choices", node, at=name, name=name, keys=listed(keys))


def primitive_is_sound(
    walk: Walk, node: Node, member: Member, value: Any, index: int | None = None
) -> bool:
    """Report what is wrong with a primitive's value; return whether nothing is."""
    primitive, at = member.primitive, _step(member, index)
    if primitive is None:
        return True
    if value is None:
        walk.report("null-value", node, at=at, name=member.key)
        return False
    findings = primitive.faults(value)
    for finding in findings:
        if finding.message_id == "wrong-json-type":
            _wrong_json_type(walk, node, at, primitive.name, value)
        else:
            facts = dict(finding.facts)
            if isinstance(facts.get("value"), str):
                facts["value"] = shortened(facts["value"])
            walk.report(finding.message_id, node, at=at, **facts)
    return not findings


def _wrong_json_type(walk: Walk, node: Node, at: str, type: str, value: Any) -> None:
    if walk.is_xml:
        shown = shortened(str(value))
        walk.report("primitive-form", node, at=at, type=type, value=shown, form=FORMS[type])
        return
    shown = f" {shortened(value)!r}" if isinstance(value, str) else ""
    walk.report(
        "wrong-json-type",
        node,
        at=at,
        type=type,
        found=json_name(value.__class__) + shown,
        needed=_NEEDED.get(type, "a string, in quotes"),
    )


_NEEDED = {
    "boolean": "true or false, without quotes",
    "decimal": "a number, without quotes",
    "integer": "a whole number, without quotes",
    "positiveInt": "a whole number above 0, without quotes",
    "unsignedInt": "a whole number from 0 on, without quotes",
}


def _step(member: Member, index: int | None) -> str:
    return member.name if index is None else f"{member.name}[{index}]"
