"""The values of an element in JSON, one by one, whatever way JSON writes them.

https://hl7.org/fhir/R5/json.html
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from fhir_kb.definitions.model import Element, TypeDefinition
from fhir_kb.formats import Json


class Item(NamedTuple):
    """One value: its type, the value (None where there is none), and a primitive's extras.

    ``extra`` is what stands under the key with an underscore: id and extensions.
    """

    type: str
    value: Any
    extra: Json | None = None


def items_of(content: Json, shape: TypeDefinition) -> Iterator[tuple[Element, list[Item]]]:
    """Yield the elements of an object and their values; keys that have no element are skipped."""
    seen: set[str] = set()
    for key in content:
        name = key.removeprefix("_")
        known = shape.json_names.get(name)
        if known is None or name in seen:
            continue
        seen.add(name)
        element, type = known
        values, extras = _listed(content.get(name)), _listed(content.get(f"_{name}"))
        length = max(len(values), len(extras))
        values += [None] * (length - len(values))
        extras += [None] * (length - len(extras))
        yield (
            element,
            [Item(type.code, value, extra) for value, extra in zip(values, extras, strict=True)],
        )


def unknown_keys(content: Json, shape: TypeDefinition) -> Iterator[str]:
    """Yield the keys of an object that the type does not have."""
    for key in content:
        if key != "resourceType" and key.removeprefix("_") not in shape.json_names:
            yield key


def add_item(content: Json, element: Element, item: Item) -> None:
    """Add a value to an object; it must be the only one unless the element is a list."""
    key = json_key(element, item.type)
    extra_key = f"_{key}"
    if not element.is_list:
        if item.value is not None:
            content[key] = item.value
        if item.extra is not None:
            content[extra_key] = item.extra
        return
    count = max(len(content.get(key, [])), len(content.get(extra_key, [])))
    if item.value is not None or key in content:
        content.setdefault(key, [None] * count).append(item.value)
    if item.extra is not None or extra_key in content:
        content.setdefault(extra_key, [None] * count).append(item.extra)


def json_key(element: Element, type: str) -> str:
    """Return the key of an element in JSON: of a choice, with its type."""
    return f"{element.name}{type[:1].upper()}{type[1:]}" if element.choice else element.name


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]
