"""Canonical URLs: the specification's own types, and a resource's with its version.

https://hl7.org/fhir/R4/references.html#canonical
"""

from fhir_kb.definitions import Definitions
from fhir_kb.formats import Json

OF_SPECIFICATION = "http://hl7.org/fhir/StructureDefinition/"


def type_of_specification(canonical: str, definitions: Definitions) -> str | None:
    """Return the type that the specification defines under a canonical URL, if it does.

    SimpleQuantity, which is named like a type, is a profile.
    """
    url = canonical.partition("|")[0]
    name = url.removeprefix(OF_SPECIFICATION)
    is_type = name != url and definitions.type(name) is not None
    return name if is_type and url not in definitions.profiles else None


def versioned_url(resource: Json) -> str:
    """Return the canonical URL of a conformance resource, with its version if it has one."""
    version = resource.get("version")
    return f"{resource['url']}|{version}" if version else str(resource["url"])
