"""The one walk over a resource's JSON: form, cardinality, types and primitives, then the rules.

https://hl7.org/fhir/R4/json.html and https://hl7.org/fhir/R4/validation.html

The loops are written out because they meet every value of a resource. What is right passes
through few of their lines; what is not is explained by ``structure``.
"""

from typing import Any

from fhir_kb.fhirpath import Node
from fhir_kb.formats import Json
from fhir_kb.validation import structure
from fhir_kb.validation.bindings import refuse_code
from fhir_kb.validation.declared import check_profiles
from fhir_kb.validation.shapes import RESOURCE_TYPE, Member, Shape, Shapes
from fhir_kb.validation.walk import Walk


class Walker:
    """Walks the nodes of one validation."""

    __slots__ = ("_depth", "_shapes", "_walk")

    def __init__(self, walk: Walk, shapes: Shapes) -> None:
        self._walk = walk
        self._shapes = shapes
        self._depth = 0

    def resource(self, node: Node) -> None:
        """Check a resource by its own type; ``node.type`` is set to it."""
        value = node.value
        name = value.get(RESOURCE_TYPE)
        if not isinstance(name, str) or name not in self._shapes.resource_types:
            structure.unknown_resource_type(self._walk, node, self._shapes.resource_types)
            return
        node.type = name
        walk = self._walk
        outer, walk.scope = walk.scope, walk.scope_of(node)
        self.element(node, value, self._shapes.shape(name))
        if walk.mode != "structure":
            check_profiles(walk, node)
        walk.scope = outer

    def element(self, node: Node, elements: Json, shape: Shape) -> None:
        """Check the ``elements`` of a node: its JSON object, or the one beside a primitive."""
        walk = self._walk
        walk.tick(node)
        if not elements:
            walk.report("empty-object", node)
            return
        self._depth += 1
        if self._depth > walk.limits.depth:
            walk.stop("too-deep", node.path, limit=walk.limits.depth)
        members = shape.members
        choices = 0
        for key, value in elements.items():
            member = members.get(key)
            if member is None:
                self._other_key(node, elements, shape, key, value)
                continue
            choices += member.is_choice
            if member.primitive is None:
                self._complex(node, member, value)
            elif value.__class__ is list:
                self._primitives(node, elements, member, value)
            elif member.is_list:
                structure.not_an_array(walk, node, member, value)
            elif value.__class__ is member.json_type and member.accepts(value):
                if member.codes is not None and value not in member.codes:
                    refuse_code(walk, node, member.element, member.name, value)
                elif member.rules:
                    self._run(member, value, elements, node, None)
            elif structure.primitive_is_sound(walk, node, member, value) and member.rules:
                self._run(member, value, elements, node, None)
        if choices > 1:
            structure.check_choices(walk, node, elements, shape)
        for requirement in shape.required:
            for key in requirement.keys:
                if key in elements:
                    break
            else:
                structure.missing(walk, node, requirement)
        for rule in shape.rules:
            rule(walk, node)
        self._depth -= 1

    def _complex(self, node: Node, member: Member, value: Any) -> None:
        if not member.is_list:
            self._item(node, member, value, None)
        elif value.__class__ is not list:
            structure.not_an_array(self._walk, node, member, value)
        else:
            if not value or (member.max is not None and len(value) > member.max):
                structure.wrong_number(self._walk, node, member, len(value))
            for index, item in enumerate(value):
                self._item(node, member, item, index)

    def _item(self, node: Node, member: Member, value: Any, index: int | None) -> None:
        if value.__class__ is not dict:
            structure.not_an_object(self._walk, node, member, value, index)
            return
        child = Node(value, member.type, None, node, member.name, index)
        if member.is_resource:
            self.resource(child)
        else:
            if member.max == 0:
                structure.wrong_number(self._walk, node, member, 1)
            self.element(child, value, member.shape)
        for rule in member.rules:
            rule(self._walk, child)

    def _primitives(self, node: Node, elements: Json, member: Member, values: list[Any]) -> None:
        walk = self._walk
        if not member.is_list or not values:
            structure.wrong_number(walk, node, member, len(values))
            return
        extras = elements.get(f"_{member.key}")
        json_type, accepts, codes = member.json_type, member.accepts, member.codes
        for index, value in enumerate(values):
            if value is None:
                structure.check_null(walk, node, member, extras, index)
            elif value.__class__ is json_type and accepts(value):
                if codes is not None and value not in codes:
                    refuse_code(walk, node, member.element, f"{member.name}[{index}]", value)
                elif member.rules:
                    self._run(member, value, elements, node, index)
            elif structure.primitive_is_sound(walk, node, member, value, index) and member.rules:
                self._run(member, value, elements, node, index)

    def _run(
        self, member: Member, value: Any, elements: Json, parent: Node, index: int | None
    ) -> None:
        """Run the rules of a primitive, which has no node until a rule asks for one."""
        extra = elements.get(f"_{member.key}")
        if index is not None and extra is not None:
            extra = extra[index] if extra.__class__ is list and index < len(extra) else None
        node = Node(value, member.type, extra, parent, member.name, index)
        for rule in member.rules:
            rule(self._walk, node)

    def _other_key(self, node: Node, elements: Json, shape: Shape, key: str, extra: Any) -> None:
        """Check what stands under ``_key``: the id and the extensions of a primitive."""
        member = shape.members.get(key[1:]) if key.startswith("_") else None
        if member is None or member.primitive is None:
            is_resource = node.value is elements and node.type in self._shapes.resource_types
            if key != RESOURCE_TYPE or not is_resource:
                structure.unknown_element(self._walk, node, shape, key)
            return
        beside = elements.get(member.key)
        if not member.is_list:
            self._extra(node, member, beside, extra, None)
        elif extra.__class__ is not list:
            structure.not_an_array(self._walk, node, member, extra, sibling=True)
        else:
            values = beside if beside.__class__ is list else []
            structure.check_lengths(self._walk, node, member, beside, extra)
            for index, item in enumerate(extra):
                value = values[index] if index < len(values) else None
                if item is not None:
                    self._extra(node, member, value, item, index)
                elif beside is None:
                    structure.check_null(self._walk, node, member, extra, index)

    def _extra(self, node: Node, member: Member, value: Any, extra: Any, index: int | None) -> None:
        if extra.__class__ is not dict:
            structure.not_an_object(self._walk, node, member, extra, index, sibling=True)
            return
        child = Node(value, member.type, extra, node, member.name, index)
        self.element(child, extra, member.shape)
        if member.key == "id" and "extension" in extra:
            self._walk.report("id-extended", child)
        if value is None and extra and "extension" not in extra:
            self._walk.report("no-value", child)
