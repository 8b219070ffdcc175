"""The terminology of a store: what is ours, imported and written, and the specification's.

https://hl7.org/fhir/R4/terminology-service.html
"""

from collections.abc import Iterable

from fhir_kb.definitions import Definitions
from fhir_kb.rest.kept import Kept
from fhir_kb.rest.own_text import read_own
from fhir_kb.store.interface import Store
from fhir_kb.terminology import Terminology

TYPES = ("CodeSystem", "ValueSet", "ConceptMap")


_KEPT_MOST = 8


def terminology_of(store: Store, definitions: Definitions) -> Terminology:
    """Return the terminology of a store's state, read anew when that changed.

    What has no url, and cannot be named, is left out.
    """
    rows = [row for type in TYPES for row in store.rows_of_type(type)]
    key = (definitions.version, store.origin, tuple(rows))
    return _KEPT.get(key, lambda: _read(store, rows, definitions))


def _read(store: Store, rows: Iterable[int], definitions: Definitions) -> Terminology:
    resources = (read_own(resource.body) for resource in store.resources(rows))
    named = (resource for resource in resources if isinstance(resource.get("url"), str))
    return Terminology(definitions, named)


_KEPT: Kept[Terminology] = Kept(_KEPT_MOST)
