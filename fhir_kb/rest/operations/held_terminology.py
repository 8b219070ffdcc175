"""The terminology that operations answer from: what is stored here, and the specification's.

https://hl7.org/fhir/R4/terminology-service.html
"""

from collections.abc import Iterable

from fhir_kb.errors import InvalidParameter, UnknownCode
from fhir_kb.formats import Json
from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.rest.own_text import read_own
from fhir_kb.rest.read import found
from fhir_kb.rest.stored_terminology import terminology_of
from fhir_kb.terminology import Terminology
from fhir_kb.terminology.code_system import CodeSystem


def held(endpoint: Endpoint, beside: Iterable[Json] = ()) -> Terminology:
    """Return what is held, with the resources that a call brought along before all others."""
    brought = list(beside)
    terminology = terminology_of(endpoint.store(), endpoint.version.definitions)
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
    wanted = [asked for asked in (version, *versions) if asked]
    named = terminology.code_system(f"{url}|{wanted[0]}") if wanted else None
    system = named or terminology.code_system(url)
    if system is not None:
        for asked in wanted:
            check_version(system.version, asked, url)
    return system


def system_named(terminology: Terminology, canonical: str, *versions: str | None) -> str:
    """Return how the code system that ``system_of`` finds is named, with a version if one is asked.

    Refuses what ``system_of`` refuses.
    """
    url, _, version = canonical.partition("|")
    system = system_of(terminology, canonical, *versions)
    is_pinned = any((version, *versions))
    return f"{url}|{system.version}" if system and system.version and is_pinned else url


def map_of(terminology: Terminology, canonical: str, *versions: str | None) -> str:
    """Return the canonical of the concept map meant, with the version if one is asked for.

    Refuses (UnknownCode) a version that is not held, and two versions at once (InvalidParameter).
    """
    url, _, version = canonical.partition("|")
    wanted = {asked for asked in (version, *versions) if asked}
    if len(wanted) > 1:
        raise InvalidParameter(
            f"The map {url} is asked for in versions {' and '.join(sorted(wanted))}"
        )
    if not wanted or terminology.concept_map(url) is None:
        return canonical
    (asked,) = wanted
    if terminology.concept_map(f"{url}|{asked}") is None:
        check_version(" and ".join(terminology.concept_map_versions(url)), asked, url)
    return f"{url}|{asked}"


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
