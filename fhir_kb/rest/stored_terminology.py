"""The terminology of a store: what is ours, imported and written, and the specification's.

https://hl7.org/fhir/R4/terminology-service.html
"""

from collections.abc import Iterable

from fhir_kb.definitions import Definitions
from fhir_kb.rest.own_text import read_own
from fhir_kb.store.interface import Store
from fhir_kb.terminology import Terminology

TYPES = ("CodeSystem", "ValueSet", "ConceptMap")


def terminology_rows(store: Store) -> list[int]:
    """Return the rows of a store that its terminology is read from."""
    return [row for type in TYPES for row in store.rows_of_type(type)]


def read_terminology(store: Store, rows: Iterable[int], definitions: Definitions) -> Terminology:
    """Return the terminology of these rows; what has no url, and cannot be named, is left out."""
    resources = (read_own(resource.body) for resource in store.resources(rows))
    named = (resource for resource in resources if isinstance(resource.get("url"), str))
    return Terminology(definitions, named)
