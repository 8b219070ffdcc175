"""What a resource is validated against: the profiles, extensions and terminology we publish.

https://hl7.org/fhir/R4/conformance-module.html
"""

from collections.abc import Callable
from functools import cache

from fhir_kb.definitions import Definitions
from fhir_kb.rest.own_text import read_own
from fhir_kb.store.interface import Store
from fhir_kb.validation import Conformance
from fhir_kb.validation.profiles import open_profiles

_TYPES = ("StructureDefinition", "ValueSet", "CodeSystem")


def stored_conformance(store: Store, definitions: Definitions) -> Callable[[], Conformance]:
    """Return the function that gives it; nothing is read before it is asked."""

    @cache
    def conformance() -> Conformance:
        rows = (row for type in _TYPES for row in store.rows_of_type(type))
        bodies = [read_own(resource.body) for resource in store.resources(rows)]
        return open_profiles(definitions, resources=bodies)

    return conformance
