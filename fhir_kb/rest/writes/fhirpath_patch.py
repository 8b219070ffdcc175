"""FHIRPath Patch: operations in a Parameters resource, on elements that expressions find.

https://hl7.org/fhir/R4/fhirpatch.html
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fhir_kb.definitions import Definitions
from fhir_kb.errors import MalformedContent, TooLarge, UnappliedPatch
from fhir_kb.fhirpath import Budget, Environment, Node, compile_expression
from fhir_kb.fhirpath.node import Nodes
from fhir_kb.formats import Json
from fhir_kb.rest.writes.items import Item, Items
from fhir_kb.rest.writes.patch_value import NO_VALUE, PatchValue, item_of, read_value

OPERATIONS_MAX = 1000
SECONDS = 5.0
"""How long all expressions of one patch may take."""

_TEXTS = ("valueCode", "valueString", "valueUri")
_INTEGERS = ("valueInteger", "valuePositiveInt", "valueUnsignedInt")


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation; ``number`` is its place in the patch."""

    number: int
    type: str
    path: str
    name: str = ""
    value: PatchValue = NO_VALUE
    positions: Mapping[str, int] = field(default_factory=dict)


def read_operations(parameters: Json) -> list[Operation]:
    """Return the operations of a Parameters resource; refuse (MalformedContent) what is none."""
    if parameters.get("resourceType") != "Parameters":
        given = str(parameters.get("resourceType"))
        raise MalformedContent(
            f"A FHIRPath Patch is a Parameters resource, not {given[:64]}; "
            "a JSON Patch is sent as application/json-patch+json"
        )
    rows = parameters.get("parameter", [])
    if not isinstance(rows, list):
        raise MalformedContent("parameter is an array of operations")
    if len(rows) > OPERATIONS_MAX:
        raise TooLarge(f"The patch has {len(rows)} operations; at most {OPERATIONS_MAX} are taken")
    return [_operation(number, row) for number, row in enumerate(rows)]


def apply_fhirpath_patch(
    resource: Json, operations: list[Operation], definitions: Definitions
) -> Json:
    """Return ``resource`` as the operations leave it; ``resource`` itself is used up.

    Refuses (UnappliedPatch) an operation that does not fit, naming it, and (FHIRPathError) an
    expression that cannot be evaluated.
    """
    budget = Budget(deadline=time.monotonic() + SECONDS)
    for operation in operations:
        _APPLY[operation.type](
            _Patching(resource, operation, definitions, Environment(budget=budget))
        )
    return resource


def _operation(number: int, row: Any) -> Operation:
    parts = row.get("part") if isinstance(row, dict) else None
    if not isinstance(parts, list) or row.get("name") != "operation":
        raise MalformedContent(f"parameter[{number}] is not an 'operation' with parts")
    named: dict[str, Json] = {}
    for part in parts:
        name = part.get("name") if isinstance(part, dict) else None
        if not isinstance(name, str) or name in named:
            raise MalformedContent(f"Operation {number} has a part without a name, or one twice")
        named[name] = part
    type = _text(named, "type")
    if type not in _APPLY:
        raise MalformedContent(
            f"Operation {number} has the type {type[:40]!r}; there are {', '.join(_APPLY)}"
        )
    for needed in _NEEDED[type]:
        if needed not in named:
            raise MalformedContent(f"Operation {number} ({type}) has no part {needed!r}")
    positions: dict[str, int] = {
        name: _position(number, named[name])
        for name in ("index", "source", "destination")
        if name in _NEEDED[type]
    }
    value = read_value(named["value"]) if "value" in _NEEDED[type] else NO_VALUE
    return Operation(number, type, _text(named, "path"), _text(named, "name"), value, positions)


def _text(named: Mapping[str, Json], name: str) -> str:
    part = named.get(name, {})
    return next((part[key] for key in _TEXTS if isinstance(part.get(key), str)), "")


def _position(number: int, part: Json) -> int:
    value = next((part[key] for key in _INTEGERS if key in part), None)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise MalformedContent(f"Operation {number}: {part['name']} is a valueInteger from 0")
    return value


@dataclass(frozen=True, slots=True)
class _Patching:
    """One operation on a resource."""

    resource: Json
    operation: Operation
    definitions: Definitions
    environment: Environment

    def found(self, path: str) -> Nodes:
        type = self.resource["resourceType"]
        if path.endswith(".div"):
            # FHIRPath also has an operator of this name; patches of narratives do not quote it.
            path = path.removesuffix("div") + "`div`"
        expression = compile_expression(path, self.definitions, type)
        nodes = expression.evaluate(Node(self.resource, type), self.environment)
        for node in nodes:
            if node.parent is None and node.value is not self.resource:
                raise self.misfit("it leads to a computed value, not to an element")
        return nodes

    def only(self) -> Node:
        """Return the one element that the path leads to."""
        nodes = self.found(self.operation.path)
        if len(nodes) != 1:
            raise self.misfit(f"it leads to {len(nodes) or 'no'} elements; it must lead to one")
        return nodes[0]

    def item(self, holder: Node, name: str) -> tuple[str, Item]:
        """Return the key and the item that the value makes in an element of ``holder``."""
        try:
            return item_of(self.operation.value, holder.type, name, self.definitions)
        except UnappliedPatch as misfit:
            raise self.misfit(misfit.message) from None

    def items(self) -> Items:
        """Return the list that the path leads to; refuse a part of one."""
        nodes = self.found(self.operation.path)
        if not nodes:
            return self._empty_list()
        first = nodes[0]
        if first.parent is None or first.index is None:
            raise self.misfit("it leads to an element that does not repeat")
        items = Items(first.parent, first.key)
        if [node.index for node in nodes] != list(range(len(items))) or any(
            node.parent is not first.parent or node.name != first.name for node in nodes
        ):
            raise self.misfit("it must lead to all elements of one list, and no others")
        return items

    def _empty_list(self) -> Items:
        """Return the list that is not there yet: the path's last step names it."""
        path, _, name = self.operation.path.rpartition(".")
        nodes = self.found(path) if path and name.isidentifier() else []
        shape = self.definitions.type(nodes[0].type) if len(nodes) == 1 else None
        element = shape.elements.get(name) if shape else None
        if element is None or not element.is_list:
            raise self.misfit("there is no such list")
        return Items(nodes[0], name)

    def position(self, name: str, last: int) -> int:
        position = self.operation.positions[name]
        if position > last:
            raise self.misfit(f"{name} is {position}, the last one is {last}")
        return position

    def misfit(self, why: str) -> UnappliedPatch:
        operation = self.operation
        return UnappliedPatch(
            f"Operation {operation.number} ({operation.type} at {operation.path!r}) does not fit: "
            f"{why}; nothing was changed",
            expression=operation.path,
        )


def _add(patching: _Patching) -> None:
    holder = patching.only()
    name = patching.operation.name
    key, item = patching.item(holder, name)
    shape = patching.definitions.type(holder.type)
    items = Items(holder, key)
    if shape is not None and shape.elements[name].is_list:
        items.insert(len(items), item)
    elif any(Items(holder, other) for other, (element, _) in _keys(shape) if element == name):
        raise patching.misfit(f"{name} is there already; replace it")
    else:
        items.set(item)


def _keys(shape: Any) -> list[tuple[str, tuple[str, Any]]]:
    """Return each key of a type with its element's name: all keys of a choice share one."""
    rows = shape.json_names.items() if shape else ()
    return [(key, (element.name, type)) for key, (element, type) in rows]


def _insert(patching: _Patching) -> None:
    items = patching.items()
    _, item = patching.item(items.holder, items.name)
    items.insert(patching.position("index", len(items)), item)


def _delete(patching: _Patching) -> None:
    nodes = patching.found(patching.operation.path)
    if len(nodes) > 1:
        raise patching.misfit(f"it leads to {len(nodes)} elements; one is deleted at a time")
    for node in nodes:
        if node.parent is None:
            raise patching.misfit("the whole resource is deleted by DELETE")
        Items(node.parent, node.key).remove(node.index)
        _prune(node.parent)


def _prune(node: Node) -> None:
    """Remove an element that holds nothing any more, and then the one around it."""
    while node.parent is not None and not node.elements:
        items = Items(node.parent, node.key)
        if node.has_value:
            items.put(node.index, Item(node.value))
            return
        items.remove(node.index)
        node = node.parent


def _replace(patching: _Patching) -> None:
    node = patching.only()
    if node.parent is None:
        raise patching.misfit("the whole resource is replaced by PUT")
    key, item = patching.item(node.parent, node.name or "")
    if key != node.key:
        Items(node.parent, node.key).remove(node.index)
    Items(node.parent, key).put(node.index, item)


def _move(patching: _Patching) -> None:
    items = patching.items()
    last = len(items) - 1
    source, destination = patching.position("source", last), patching.position("destination", last)
    items.insert(destination, items.remove(source))


_APPLY: Mapping[str, Callable[[_Patching], None]] = {
    "add": _add,
    "insert": _insert,
    "delete": _delete,
    "replace": _replace,
    "move": _move,
}
_NEEDED: Mapping[str, tuple[str, ...]] = {
    "add": ("path", "name", "value"),
    "insert": ("path", "index", "value"),
    "delete": ("path",),
    "replace": ("path", "value"),
    "move": ("path", "source", "destination"),
}
