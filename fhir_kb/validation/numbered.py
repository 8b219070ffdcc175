"""The objects of a list in JSON that may be anything, each with its index.

https://hl7.org/fhir/R4/json.html#repeat
"""

from collections.abc import Iterator

from fhir_kb.formats import Json


def numbered_objects(items: object) -> Iterator[tuple[int, Json]]:
    """Yield each object with its index; what is no list has none."""
    for number, item in enumerate(items if isinstance(items, list) else ()):
        if isinstance(item, dict):
            yield number, item
