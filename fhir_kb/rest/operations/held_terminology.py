"""The terminology that operations answer from: what is stored here, and the specification's.

https://hl7.org/fhir/R4/terminology-service.html
"""

from collections import OrderedDict
from collections.abc import Iterable
from threading import Lock

from fhir_kb.errors import InvalidParameter, UnknownCode
from fhir_kb.formats import Json
from fhir_kb.formats.json import read_json
from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.rest.read import found
from fhir_kb.terminology import Terminology

TYPES = ("CodeSystem", "ValueSet", "ConceptMap")
_KEPT_MOST = 8


class _Kept:
    """The latest terminologies by what they were read from."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[tuple[object, ...], Terminology] = OrderedDict()

    def of(self, endpoint: Endpoint) -> Terminology:
        """Return the terminology of an endpoint's present state, read anew when that changed."""
        store = endpoint.store()
        rows = [row for type in TYPES for row in store.rows_of_type(type)]
        key = (endpoint.version.name, store.origin, tuple(rows))
        with self._lock:
            kept = self._kept.get(key)
        if kept is None:
            resources = (read_json(resource.body) for resource in store.resources(rows))
            readable = (resource for resource in resources if "url" in resource)
            kept = Terminology(endpoint.version.definitions, readable)
            with self._lock:
                self._kept[key] = kept
                while len(self._kept) > _KEPT_MOST:
                    self._kept.popitem(last=False)
        return kept


_KEPT = _Kept()


def held(endpoint: Endpoint, beside: Iterable[Json] = ()) -> Terminology:
    """Return what is held, with the resources that a call brought along before all others."""
    brought = list(beside)
    terminology = _KEPT.of(endpoint)
    return terminology.beside(brought) if brought else terminology


def url_of(endpoint: Endpoint, type: str, id: str, given: str | None) -> str:
    """Return the url of the stored resource that an operation stands on.

    Refuses an id that is not there, a resource without url, and a url given beside it that is
    of another.
    """
    resource = read_json(found(endpoint, type, id).body)
    url = resource.get("url")
    if not isinstance(url, str):
        raise InvalidParameter(f"{type}/{id} has no url, so no operation can stand on it")
    if given is not None and given.partition("|")[0] != url:
        raise InvalidParameter(f"{type}/{id} is {url}, not {given}; leave the url out")
    return url


def check_version(held: str | None, asked: str | None, what: str) -> None:
    """Refuse (UnknownCode) a version that is not the one that is held."""
    if asked is not None and asked != held:
        known = f"version {held}" if held else "one version, which does not tell its number"
        raise UnknownCode(f"{what} is held in {known}; version {asked!r} is not")
