"""Parts of an element in the JSON form that FHIR gives them; what has another form is not there.

https://hl7.org/fhir/R4/json.html

Bulk data may be loaded without being validated. What is not of its form is not found by search, and
must keep nothing else from being found.
"""

from fhir_kb.formats import Json


def text_in(element: Json, name: str) -> str | None:
    """Return a text, or None."""
    value = element.get(name)
    return value if isinstance(value, str) else None


def object_in(element: Json, name: str) -> Json:
    """Return an object, or an empty one."""
    value = element.get(name)
    return value if isinstance(value, dict) else {}


def objects_in(element: Json, name: str) -> list[Json]:
    """Return the objects in a list."""
    value = element.get(name)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def items_in(element: Json, name: str) -> list[object]:
    """Return what is in a list, whatever it is."""
    value = element.get(name)
    return value if isinstance(value, list) else []
