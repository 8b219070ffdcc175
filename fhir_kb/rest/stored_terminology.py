"""The terminology of a store: what is ours, imported and written, and the specification's.

https://hl7.org/fhir/R4/terminology-service.html
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from threading import Lock

from fhir_kb.definitions import Definitions
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


class _Kept:
    """The latest terminologies by what they were read from."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[tuple[object, ...], Terminology] = OrderedDict()

    def get(self, key: tuple[object, ...], read: Callable[[], Terminology]) -> Terminology:
        """Return the one of this key, read now if it is not kept."""
        with self._lock:
            kept = self._kept.get(key)
        if kept is None:
            kept = read()
            with self._lock:
                self._kept[key] = kept
                while len(self._kept) > _KEPT_MOST:
                    self._kept.popitem(last=False)
        return kept


_KEPT = _Kept()
