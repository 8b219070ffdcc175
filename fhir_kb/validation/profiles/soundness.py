"""Whether a conformance resource has the shape that reading it relies on.

https://hl7.org/fhir/R4/conformance-module.html

What comes from a package may be anything. A list where an object should be makes a resource
unusable; a missing title does not.
"""

from fhir_kb.definitions import Definitions
from fhir_kb.formats import Json
from fhir_kb.validation.validator import Validator

_MISSHAPES = frozenset(
    {
        "unknown-resource-type",
        "array-needed",
        "unexpected-array",
        "object-needed",
        "wrong-json-type",
        "null-value",
        "null-in-array",
        "too-deep",
    }
)

_GAPS = frozenset({"missing-element", "empty-object"})
"""A concept without code, or a filter without value, means nothing."""


_READ = frozenset(
    {
        "baseDefinition",
        "contained",
        "context",
        "contextInvariant",
        "differential",
        "extension",
        "snapshot",
        "type",
        "url",
        "version",
    }
)
"""The elements of a StructureDefinition that are read."""


def unsoundness(resource: Json, definitions: Definitions) -> str | None:
    """Return what is wrong with the shape of a resource, None if it can be read."""
    is_structure = resource.get("resourceType") == "StructureDefinition"
    for issue in Validator(definitions).validate(resource, mode="structure"):
        _, _, place = issue.expression.partition(".")
        step = place.partition(".")[0].partition("[")[0]
        is_gap = issue.message_id in _GAPS and bool(place) and not is_structure
        if is_gap or (issue.message_id in _MISSHAPES and (not is_structure or step in _READ)):
            return f"{issue.message} ({issue.expression})"
    return None
