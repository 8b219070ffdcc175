"""A resource converted: element by element, what has no element by the official extensions.

https://hl7.org/fhir/R5/versions.html#extensions,
https://hl7.org/fhir/uv/xver-r5.r4/0.1.0/

An element that the target does not have becomes the extension named after it, at its place; an
extension named after an element of the target becomes that element again. So a resource that is
converted and converted back is the same.
"""

from dataclasses import dataclass
from typing import Any

from fhir_kb.definitions import Definitions
from fhir_kb.definitions.model import Element, TypeDefinition
from fhir_kb.errors import UnknownType
from fhir_kb.fhirpath import compile_expression
from fhir_kb.formats import Json
from fhir_kb.versions.conversion.carrying import Carrying, absent, is_absent
from fhir_kb.versions.conversion.counterparts import Counterparts, Place, extension_start
from fhir_kb.versions.conversion.elements import FILLED, TYPES
from fhir_kb.versions.conversion.items import Item, add_item, items_of, unknown_keys
from fhir_kb.versions.conversion.note import Note

_OWN = frozenset({"extension", "id"})


@dataclass(frozen=True, slots=True)
class Conversion:
    """The resource in the other version, and what became of what that does not have."""

    resource: Json
    notes: tuple[Note, ...]


def convert(resource: Json, source: Definitions, target: Definitions) -> Conversion:
    """Return a resource of one version in another.

    Refuses (UnknownType) a type whose elements were not compared. A resource that is invalid in
    its own version is converted as far as it can be read.
    """
    type = resource.get("resourceType")
    if type not in TYPES:
        raise UnknownType(
            f"{type!r} is not converted between versions here; {', '.join(sorted(TYPES))} are"
        )
    converter = _Converter(source, target)
    return Conversion(converter.resource(resource), tuple(converter.notes))


class _Converter:
    def __init__(self, source: Definitions, target: Definitions) -> None:
        self.source = source
        self.target = target
        self.notes: list[Note] = []
        self._counterparts = Counterparts(source, target)
        self._carrying = Carrying(source, target, self.value, self._lose)

    def resource(self, resource: Json) -> Json:
        """Return a resource, at the top or contained, in the target version."""
        type = resource["resourceType"]
        shape, other = self.source.type(type), self.target.type(type)
        if shape is None or other is None:
            self._lose(type, f"{self.target.name} has no {type}, and nothing carries a resource")
            return {"resourceType": type}
        converted = self.object(resource, shape, other, type)
        self._drop_filled(resource, converted, type)
        return {"resourceType": type, **converted}

    def value(self, item: Item, path: str) -> Any:
        """Return the value of a type that both versions have."""
        if not isinstance(item.value, dict):
            return item.value
        if "resourceType" in item.value:
            return self.resource(item.value)
        shape, other = self.source.type(item.type), self.target.type(item.type)
        if shape is None or other is None:
            return item.value
        if item.type == "Reference":
            self._look_where_it_leads(item.value, path)
        return self.object(item.value, shape, other, path)

    def object(
        self, content: Json, shape: TypeDefinition, other: TypeDefinition, path: str
    ) -> Json:
        """Return an object of one shape in another; what does not fit is carried with it."""
        converted: Json = {}
        for key in unknown_keys(content, shape):
            self._lose(f"{path}.{key}", f"{self.source.name} has no such element")
        if "id" in content:
            converted["id"] = content["id"]
        kept, restored = self._carrying.restored(content.get("extension", []), other, path)
        carried: list[Json] = []
        for element, items in items_of(content, shape):
            if element.name not in _OWN:
                where = f"{path}.{element.name}"
                carried += self._element(converted, shape, element, items, other, where)
        for steps, item, extension in restored:
            place = self._counterparts.place(other, steps)
            if place is not None and self._takes(converted, place, item):
                self._put(converted, place, item)
            else:
                kept.append(self._carrying.kept(extension, path))
        extensions = [*kept, *carried]
        if extensions:
            converted["extension"] = extensions
        self._fill(content, converted, other, path)
        return converted

    def _element(
        self,
        converted: Json,
        shape: TypeDefinition,
        element: Element,
        items: list[Item],
        other: TypeDefinition,
        path: str,
    ) -> list[Json]:
        """Put the values of an element where they belong; return the extensions of the others."""
        place = self._counterparts.of(shape, element, other)
        carried = []
        for item in items:
            if is_absent(item) and element.min > 0:
                continue
            adapted = None if place is None else self._counterparts.adapted(item, place.element)
            if (
                place is None
                or adapted is None
                or not self._put_converted(converted, place, adapted, path)
            ):
                carried += self._carry(converted, shape, element, item, other, path)
        return carried

    def _carry(
        self,
        converted: Json,
        shape: TypeDefinition,
        element: Element,
        item: Item,
        other: TypeDefinition,
        path: str,
    ) -> list[Json]:
        """Return the extension of a value, whose parts that have a place of their own are moved."""
        moved = self._counterparts.moved(shape, element, other)
        if moved and isinstance(item.value, dict):
            item, was_moved = self._without_moved(converted, item, moved, path)
            if was_moved and not item.value:
                return []
        extension = self._carrying.carried(shape, element, item, path)
        if extension is None:
            return []
        message = f"{self.target.name} has no such element; the extension {extension['url']} has it"
        self.notes.append(Note("carried", path, message))
        return [extension]

    def _without_moved(
        self, converted: Json, item: Item, moved: dict[str, Place], path: str
    ) -> tuple[Item, bool]:
        """Move the parts of a value to their places; return what is left, and if any was moved."""
        shape = self.source.type(item.type)
        left = dict(item.value)
        found = [] if shape is None else list(items_of(item.value, shape))
        was_moved = False
        for element, items in found:
            place = moved.get(element.name)
            adapted = [
                None if place is None else self._counterparts.adapted(each, place.element)
                for each in items
            ]
            fits = place is not None and (place.element.is_list or len(items) == 1)
            if place is None or not fits or None in adapted:
                continue
            for each in adapted:
                if each is not None:
                    self._put_converted(converted, place, each, f"{path}.{element.name}")
            was_moved = True
            for key in [key for key in left if _names(key, element)]:
                del left[key]
        return item._replace(value=left), was_moved

    def _put_converted(self, converted: Json, place: Place, item: Item, path: str) -> bool:
        """Put a value at its place, converted; return False when the place is taken."""
        if not self._is_free(converted, place):
            return False
        if place.shape is not None and isinstance(item.value, dict):
            source = self.source.type(item.type)
            value = item.value
            if source is not None:
                value = self.object(item.value, source, place.shape, path)
            item = Item(place.type_of(item), value, item.extra)
        else:
            item = Item(place.type_of(item), self.value(item, path), item.extra)
        self._put(converted, place, item)
        return True

    def _put(self, converted: Json, place: Place, item: Item) -> None:
        holder = converted
        for step in place.above:
            holder = holder.setdefault(step, {})
        known = holder.get(place.element.name)
        if isinstance(known, dict) and isinstance(item.value, dict) and not place.element.is_list:
            known.update(item.value)
        else:
            add_item(holder, place.element, item)

    def _takes(self, converted: Json, place: Place, item: Item) -> bool:
        """Return whether a place is free, or what is there and the value make one whole."""
        known = converted.get(place.element.name) if not place.above else None
        if isinstance(known, dict) and isinstance(item.value, dict):
            return known.keys().isdisjoint(item.value)
        return self._is_free(converted, place)

    def _is_free(self, converted: Json, place: Place) -> bool:
        if place.element.is_list:
            return True
        holder: Any = converted
        for step in place.above:
            holder = holder.get(step, {})
        return not any(_names(key, place.element) for key in holder)

    def _fill(self, content: Json, converted: Json, other: TypeDefinition, path: str) -> None:
        """Give every element that must be there a value, or say that there is none."""
        for element in other.elements.values():
            if element.min == 0 or any(_names(key, element) for key in converted):
                continue
            name = f"{other.name}.{element.name}"
            filled = self._filled(name, content)
            type = element.types[0].code
            item = Item(type, filled) if filled else absent(type, self.target.type(type))
            add_item(converted, element, item)
            words = f"filled with {filled!r}" if filled else "said to be absent"
            message = f"{self.target.name} asks for {name}; it is {words}"
            self.notes.append(Note("filled", f"{path}.{element.name}", message))

    def _filled(self, path: str, resource: Json) -> str | None:
        return _worked_out(path, resource, self.source) if self._counterparts.is_downward else None

    def _drop_filled(self, resource: Json, converted: Json, type: str) -> None:
        """Drop what was only filled in on the way here: it can be filled in again."""
        for path in FILLED if self._counterparts.is_upward else ():
            name, _, element = path.partition(".")
            value = resource.get(element)
            if name != type or value is None:
                continue
            if _worked_out(path, {"resourceType": type, **converted}, self.target) == value:
                url = f"{extension_start(self.source)}{path}"
                kept = [each for each in converted.get("extension", []) if each["url"] != url]
                converted.pop("extension", None)
                if kept:
                    converted["extension"] = kept
                self.notes = [note for note in self.notes if note.path != path]

    def _look_where_it_leads(self, reference: Json, path: str) -> None:
        target = reference.get("reference")
        type = target.partition("/")[0] if isinstance(target, str) else ""
        if type in self.source.resource_types and type not in self.target.resource_types:
            self.notes.append(
                Note("dangling", path, f"{target}: {self.target.name} has no resource type {type}")
            )

    def _lose(self, path: str, reason: str) -> None:
        self.notes.append(Note("lost", path, reason))


def _worked_out(path: str, resource: Json, definitions: Definitions) -> str | None:
    """Return what FILLED makes of a resource of the newer version for an element."""
    expression = FILLED.get(path)
    if expression is None:
        return None
    compiled = compile_expression(expression, definitions, resource["resourceType"])
    found = [node.value for node in compiled.evaluate(resource)]
    return str(found[0]) if found else None


def _names(key: str, element: Element) -> bool:
    """Return whether a JSON key is one of an element's."""
    name = key.removeprefix("_")
    if not element.choice:
        return name == element.name
    return name.startswith(element.name) and name[len(element.name) :][:1].isupper()
