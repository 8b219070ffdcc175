"""The extension that carries an element, and the element that an extension carries.

https://hl7.org/fhir/R5/versions.html#extensions

An element made of parts becomes an extension of extensions, each named after its part; a part
that repeats becomes several. The definitions of the version that has the element tell how it is
read again.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from fhir_kb.definitions import Definitions
from fhir_kb.definitions.model import Element, TypeDefinition
from fhir_kb.formats import Json
from fhir_kb.versions.conversion.counterparts import extension_start
from fhir_kb.versions.conversion.items import Item, add_item, items_of

_ABSENT_URL = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
_ABSENT = {"extension": [{"url": _ABSENT_URL, "valueCode": "unsupported"}]}


class Restored(NamedTuple):
    """The steps from an object to an element, a value of it, and the extension that had it."""

    steps: tuple[str, ...]
    item: Item
    extension: Json


class Carrying:
    """Extensions for the elements of ``source`` in ``target``, and back."""

    def __init__(
        self,
        source: Definitions,
        target: Definitions,
        value: Callable[[Item, str], Any],
        lose: Callable[[str, str], None],
    ) -> None:
        self._source = source
        self._target = target
        self._value = value
        self._lose = lose
        self._start = extension_start(source)
        self._start_of_target = extension_start(target)
        holder = target.type("Extension")
        self._value_keys = frozenset(
            key for key in (holder.json_names if holder else ()) if key.startswith("value")
        )

    def carried(
        self, shape: TypeDefinition, element: Element, item: Item, path: str
    ) -> Json | None:
        """Return the extension of a value; None, and told, when nothing can carry it."""
        if element.name == "modifierExtension" or element.name == "contained":
            self._lose(path, "an extension cannot carry it without changing what it means")
            return None
        return {"url": f"{self._start}{shape.name}.{element.name}", **self._content(item, path)}

    def restored(
        self, extensions: list[Json], other: TypeDefinition, path: str
    ) -> tuple[list[Json], list[Restored]]:
        """Return the extensions that stay, converted, and the elements that the others carry."""
        kept: list[Json] = []
        restored: list[Restored] = []
        for extension in extensions:
            steps = self._steps(extension, other)
            element = None if steps is None else self._element(other, steps)
            item = None if element is None else self._item(extension, element, path)
            if steps is None or item is None:
                kept.append(self.kept(extension, path))
            else:
                restored.append(Restored(steps, item, extension))
        return kept, restored

    def kept(self, extension: Json, path: str) -> Json:
        """Return an extension that stays one."""
        converted: Json = self._value(Item("Extension", extension), f"{path}.extension")
        return converted

    def _content(self, item: Item, path: str) -> Json:
        """Return what an extension has beside its url to carry a value."""
        key = f"value{item.type[:1].upper()}{item.type[1:]}"
        if key in self._value_keys:
            content: Json = {}
            if item.value is not None:
                content[key] = self._value(item, path)
            if item.extra is not None:
                content[f"_{key}"] = item.extra
            return content
        return self._parts(item, path)

    def _parts(self, item: Item, path: str) -> Json:
        shape = self._source.type(item.type)
        if shape is None or not isinstance(item.value, dict):
            self._lose(path, f"no extension can have a value of the type {item.type}")
            return {}
        content: Json = {"id": item.value["id"]} if "id" in item.value else {}
        nested: list[Json] = []
        for element, items in items_of(item.value, shape):
            if element.name == "modifierExtension":
                self._lose(f"{path}.{element.name}", "an extension cannot carry it")
            elif element.name not in ("id", "extension"):
                nested += [
                    {"url": element.name, **self._content(each, f"{path}.{element.name}")}
                    for each in items
                ]
        own = [
            self._value(Item("Extension", each), f"{path}.extension")
            for each in item.value.get("extension", [])
        ]
        return {**content, "extension": [*nested, *own]} if nested or own else content

    def _steps(self, extension: Json, other: TypeDefinition) -> tuple[str, ...] | None:
        url = extension.get("url", "")
        start = f"{self._start_of_target}{other.name}."
        return tuple(url.removeprefix(start).split(".")) if url.startswith(start) else None

    def _element(self, other: TypeDefinition, steps: tuple[str, ...]) -> Element | None:
        shape: TypeDefinition | None = other
        for step in steps[:-1]:
            element = shape.elements.get(step) if shape else None
            if element is None or element.is_list:
                return None
            shape = self._target.type(element.types[0].code)
        return shape.elements.get(steps[-1]) if shape else None

    def _item(self, extension: Json, element: Element, path: str) -> Item | None:
        """Return the value that an extension carries for an element; None if it cannot be one."""
        for type in element.types:
            key = f"value{type.code[:1].upper()}{type.code[1:]}"
            if key in extension or f"_{key}" in extension:
                item = Item(type.code, extension.get(key), extension.get(f"_{key}"))
                return item._replace(value=self._value(item, path))
        made_of = [self._target.type(type.code) for type in element.types]
        shapes = [
            shape for shape in made_of if shape is not None and shape.kind != "primitive-type"
        ]
        if len(shapes) != 1:
            return None
        return self._made_of_parts(extension, shapes[0], path)

    def _made_of_parts(self, extension: Json, shape: TypeDefinition, path: str) -> Item | None:
        content: Json = {"id": extension["id"]} if "id" in extension else {}
        own: list[Json] = []
        for part in extension.get("extension", []):
            element = shape.elements.get(part.get("url", ""))
            if element is None:
                own.append(self._value(Item("Extension", part), f"{path}.extension"))
                continue
            item = self._item(part, element, path)
            if item is None:
                return None
            add_item(content, element, item)
        if own:
            content["extension"] = own
        return Item(shape.name, content)


def absent(type: str, shape: TypeDefinition | None) -> Item:
    """Return what stands for a value that the version asks for and that there is not."""
    if shape is not None and shape.kind == "primitive-type":
        return Item(type, None, _ABSENT)
    return Item(type, _ABSENT)


def is_absent(item: Item) -> bool:
    """Return whether a value only says that there is none."""
    return (item.value is None and item.extra == _ABSENT) or item.value == _ABSENT
