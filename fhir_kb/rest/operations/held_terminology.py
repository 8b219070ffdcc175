"""The terminology that operations answer from: what is stored here, and the specification's.

https://hl7.org/fhir/R4/terminology-service.html
"""

from collections import OrderedDict
from collections.abc import Iterable
from threading import Lock

from fhir_kb.errors import InvalidParameter, UnknownCode
from fhir_kb.formats import Json
from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.rest.own_text import read_own
from fhir_kb.rest.read import found
from fhir_kb.terminology import Terminology
from fhir_kb.terminology.code_system import CodeSystem

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
            resources = (read_own(resource.body) for resource in store.resources(rows))
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
    of another or of another version. Where it has a version it follows the url: ``url|version``.
    """
    resource = read_own(found(endpoint, type, id).body)
    url = resource.get("url")
    if not isinstance(url, str):
        raise InvalidParameter(f"{type}/{id} has no url, so no operation can stand on it")
    named, _, version = (given or url).partition("|")
    if named != url:
        raise InvalidParameter(f"{type}/{id} is {url}, not {given}; leave the url out")
    own = resource.get("version")
    check_version(own, version, url)
    return f"{url}|{own}" if own else url


def system_of(terminology: Terminology, canonical: str, *versions: str | None) -> CodeSystem | None:
    """Return the code system of ``url`` or ``url|version``; None where none of the url is held.

    Refuses (UnknownCode) another version than is held, in the canonical or beside it.
    """
    url, _, version = canonical.partition("|")
    system = terminology.code_system(canonical) or terminology.code_system(url)
    if system is not None:
        for asked in (version, *versions):
            check_version(system.version, asked, url)
    return system


def check_value_set(terminology: Terminology, canonical: str) -> None:
    """Refuse (UnknownCode) a value set that is held in another version only."""
    url, _, version = canonical.partition("|")
    if version and terminology.has_value_set(url):
        check_version(terminology.value_set_version(canonical), version, url)


def check_version(held: str | None, asked: str | None, what: str) -> None:
    """Refuse (UnknownCode) a version, if one is asked for, that is not the one that is held."""
    if asked and asked != held:
        known = f"version {held}" if held else "one version, which does not tell its number"
        raise UnknownCode(f"{what} is held in {known}; version {asked!r} is not")
