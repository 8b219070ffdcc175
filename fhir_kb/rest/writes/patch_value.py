"""The value of a FHIRPath Patch operation, and how it fits an element.

https://hl7.org/fhir/R4/fhirpatch.html#concept

A value has a type (``valueHumanName``), is a resource, or is put together from parts named as the
elements of a type that has no name (``Patient.contact``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fhir_kb.definitions import Definitions
from fhir_kb.errors import MalformedContent, UnappliedPatch
from fhir_kb.fhirpath import Found, Node, types_of
from fhir_kb.formats import Json
from fhir_kb.rest.writes.items import Item, Items

_NUMBERS = frozenset({"decimal", "integer", "positiveInt", "unsignedInt"})


@dataclass(frozen=True, slots=True)
class PatchValue:
    """``type`` is the value's, with a capital (``Date``); empty for a resource and for parts."""

    type: str
    item: Item
    parts: tuple[tuple[str, "PatchValue"], ...] = ()


NO_VALUE = PatchValue("", Item(None))


def read_value(part: Json) -> PatchValue:
    """Return the value of a part; refuse (MalformedContent) a part that has none, or several."""
    typed = {key.removeprefix("_")[5:] for key in part if key.removeprefix("_").startswith("value")}
    kinds = [*typed, *(key for key in ("resource", "part") if key in part)]
    if len(kinds) != 1:
        raise MalformedContent(
            f"The part {str(part.get('name'))[:40]!r} must have one value, as value[x], "
            "as a resource or as parts"
        )
    if "part" in part:
        return PatchValue("", Item({}), tuple(_parts(part["part"])))
    if "resource" in part:
        return PatchValue("", Item(part["resource"]))
    key = f"value{kinds[0]}"
    return PatchValue(kinds[0], Item(part.get(key), part.get(f"_{key}")))


def _parts(parts: Any) -> list[tuple[str, PatchValue]]:
    if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
        raise MalformedContent("part is an array of parts")
    return [(str(part.get("name")), read_value(part)) for part in parts]


def item_of(value: PatchValue, type: str, name: str, definitions: Definitions) -> tuple[str, Item]:
    """Return the JSON key under which a type holds the element, and the value as it stands there.

    Refuses (UnappliedPatch) an element that the type does not have, and a value of another type.
    """
    places = types_of(definitions).places(type, name) if definitions.type(type) else None
    if places is None:
        raise UnappliedPatch(f"{type} has no element {name!r}")
    if isinstance(places, Mapping):
        key = f"{name}{value.type}"
        if not value.type or key not in places:
            raise UnappliedPatch(f"{name} is a choice of {', '.join(sorted(places))}")
        return key, value.item
    if value.parts:
        return places.key, Item(_assembled(value, places.type, definitions))
    if not _fits(value, places, definitions):
        said = value.type or "a resource"
        raise UnappliedPatch(f"{name} takes {places.type or 'a resource'}, not {said}")
    return places.key, value.item


def _assembled(value: PatchValue, type: str, definitions: Definitions) -> Json:
    shape = definitions.type(type)
    if shape is None or shape.kind == "primitive-type":
        raise UnappliedPatch(f"{type or 'a resource'} is not put together from parts")
    node = Node({}, type)
    for name, part in value.parts:
        key, item = item_of(part, type, name, definitions)
        items = Items(node, key)
        if shape.json_names[key][0].is_list:
            items.insert(len(items), item)
        elif len(items):
            raise UnappliedPatch(f"the part {name!r} stands twice; {type} has one")
        else:
            items.set(item)
    result: Json = node.value
    return result


def _fits(value: PatchValue, place: Found, definitions: Definitions) -> bool:
    """Return whether a value is of the element's type, or a primitive that JSON writes alike."""
    if not value.type or not place.type:
        is_resource = isinstance(value.item.value, dict) and "resourceType" in value.item.value
        return not value.type and not place.type and is_resource
    own = definitions.type(value.type) or definitions.type(value.type[0].lower() + value.type[1:])
    if own is None:
        return False
    if own.kind == "primitive-type" and (place.beside or place.type.startswith("System.")):
        return _form(own.name, value.item.value) == _form(place.type, None)
    return own.name == place.type


def _form(type: str, value: Any) -> str:
    """Return how JSON writes a type: as true or false, as a number or as text."""
    if isinstance(value, bool) or type == "boolean":
        return "boolean"
    if isinstance(value, int | Decimal) or type in _NUMBERS:
        return "number"
    return "text"
