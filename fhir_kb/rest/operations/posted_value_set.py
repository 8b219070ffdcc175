"""A value set that a call brings along: it is known by its url, or by its content.

https://hl7.org/fhir/R4/valueset-operation-expand.html
"""

from uuid import NAMESPACE_URL, uuid5

from fhir_kb.formats import Json
from fhir_kb.formats.json import write_json


def posted_value_set(resource: Json) -> Json:
    """Return the resource with a url; one that has none is given one made of its content."""
    if "url" in resource:
        return resource
    return {**resource, "url": uuid5(NAMESPACE_URL, write_json(resource).decode()).urn}
