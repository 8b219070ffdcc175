"""The value sets that a search may name with ``:in``: ours and the specification's.

https://hl7.org/fhir/R4/search.html#modifiers
"""

from functools import cache

from fhir_kb.definitions import Coding, Definitions
from fhir_kb.formats.json import read_json
from fhir_kb.search.table import ExpandValueSet
from fhir_kb.store.interface import Store
from fhir_kb.terminology import Terminology


def own_value_sets(store: Store, definitions: Definitions) -> ExpandValueSet:
    """Return the function from a URL to a value set's codes; nothing is read before it is asked."""

    @cache
    def terminology() -> Terminology:
        rows = store.rows_of_type("ValueSet") | store.rows_of_type("CodeSystem")
        return Terminology(
            definitions, [read_json(resource.body) for resource in store.resources(rows)]
        )

    def expand(url: str) -> frozenset[Coding] | None:
        if not terminology().has_value_set(url):
            return None
        return frozenset(terminology().members(url).displays)

    return expand
