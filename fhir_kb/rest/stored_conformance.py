"""What a resource is validated against: profiles, extensions and terminology, ours and written.

https://hl7.org/fhir/R4/conformance-module.html
"""

from collections.abc import Callable, Iterable

from fhir_kb.definitions import Definitions
from fhir_kb.formats import Json
from fhir_kb.rest.kept import Kept
from fhir_kb.rest.own_text import read_own
from fhir_kb.store.interface import Store
from fhir_kb.store.resource import StoredResource
from fhir_kb.validation import Conformance
from fhir_kb.validation.profiles import Profiles, shelf_of

_TYPES = ("StructureDefinition", "ValueSet", "CodeSystem")


class StoredConformance:
    """Gives the conformance of a store's present state; read anew when that changed.

    ``curated`` tells what no client can change: of two resources with one URL it is taken, so that
    nobody redefines what we publish.
    """

    def __init__(
        self,
        store: Callable[[], Store],
        curated: Callable[[str, str], StoredResource | None],
        definitions: Definitions,
    ) -> None:
        self._store = store
        self._curated = curated
        self._definitions = definitions
        self._kept: Kept[Conformance] = Kept(1)

    def __call__(self) -> Conformance:
        """Return it; nothing is read before it is asked."""
        store = self._store()
        rows = [row for type in _TYPES for row in store.rows_of_type(type)]
        return self._kept.get((store.origin, *rows), lambda: self._read(store.resources(rows)))

    def _read(self, resources: Iterable[StoredResource]) -> Conformance:
        ours: list[Json] = []
        written: list[Json] = []
        for resource in resources:
            is_ours = self._curated(resource.type, resource.id) is not None
            (ours if is_ours else written).append(read_own(resource.body))
        return Profiles(self._definitions, [shelf_of(ours), shelf_of(written)])
