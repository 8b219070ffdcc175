"""Resources with their elements in the order of the specification.

https://hl7.org/fhir/R4/json.html; XML requires this order, and the same content is the same text.
"""

from typing import Any

from fhir_kb.definitions import Definitions
from fhir_kb.definitions.model import TypeDefinition
from fhir_kb.errors import KnowledgeError
from fhir_kb.formats import Json


def in_element_order(resource: Json, definitions: Definitions) -> Json:
    """Return the resource with every element in its place; refuse an element that has none."""
    name = resource["resourceType"]
    shape = definitions.type(name)
    if shape is None:
        raise KnowledgeError(f"{definitions.name} has no resource type {name}")
    content = {key: value for key, value in resource.items() if key != "resourceType"}
    ordered = _ordered(content, shape, definitions, f"{name}/{resource.get('id')}")
    return {"resourceType": name, **ordered}


def _ordered(value: Json, shape: TypeDefinition, definitions: Definitions, where: str) -> Json:
    places = {key: place for place, key in enumerate(shape.json_names)}
    unknown = [key for key in value if key.removeprefix("_") not in places]
    if unknown:
        raise KnowledgeError(f"{where}: {shape.name} has no element {', '.join(unknown)}")
    for key, content in value.items():
        if isinstance(content, list) != shape.json_names[key.removeprefix("_")][0].is_list:
            raise KnowledgeError(f"{where}.{key}: one value and a list are mixed up")
    keys = sorted(value, key=lambda key: (places[key.removeprefix("_")], key.startswith("_")))
    return {key: _child(value[key], key, shape, definitions, where) for key in keys}


def _child(
    content: Any, key: str, shape: TypeDefinition, definitions: Definitions, where: str
) -> Any:
    if isinstance(content, list):
        return [_child(item, key, shape, definitions, where) for item in content]
    if not isinstance(content, dict):
        return content
    if "resourceType" in content:
        return in_element_order(content, definitions)
    code = "Element" if key.startswith("_") else shape.json_names[key][1].code
    child = definitions.type(code)
    if child is None:
        raise KnowledgeError(f"{where}.{key}: {definitions.name} has no type {code}")
    return _ordered(content, child, definitions, f"{where}.{key}")
