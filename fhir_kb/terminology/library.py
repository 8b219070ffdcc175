"""The code systems, value sets and concept maps that are held for one release of FHIR.

https://hl7.org/fhir/R4/terminologies.html
"""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from fhir_kb.definitions import Definitions
from fhir_kb.definitions.codes import ValueSetCodes
from fhir_kb.errors import InvalidParameter, TooCostly, UnknownCode
from fhir_kb.formats import Json
from fhir_kb.terminology.code_system import (
    CodeSystem,
    of_definitions,
    read_code_system,
    version_of_release,
)
from fhir_kb.terminology.concept_map import ConceptMap, read_concept_map
from fhir_kb.terminology.members import EVERY_VERSION, Members, members_of
from fhir_kb.terminology.value_set import Include, ValueSet, read_value_set

_FILTERED = frozenset(
    {
        "http://hl7.org/fhir/ValueSet/all-distance-units",
        "http://hl7.org/fhir/ValueSet/all-time-units",
    }
)
"""Value sets with some codes of a system that has a form; of the others with such, all are in."""

_CHAIN_MAX = 100
"""Value sets that are defined by each other in a row."""


class Terminology:
    """What a release of the specification defines, and what resources given beside it add.

    A given resource comes before one of the specification with the same url; of several the last
    one is meant where no version is named. One that cannot be used is refused when it is asked
    for, one without a url at once. Other resource types are passed over, and so is a CodeSystem
    that only supplements another.
    """

    def __init__(self, definitions: Definitions, resources: Iterable[Json] = ()) -> None:
        self._definitions = definitions
        self._given_systems: dict[str, CodeSystem] = {}
        self._given_value_sets: dict[str, ValueSet] = {}
        self._concept_maps: dict[str, ConceptMap] = {}
        self._unusable: dict[tuple[str, str], str] = {}
        self._systems: dict[str, CodeSystem | None] = {}
        self._members: dict[str, Members] = {}
        keepers: Mapping[str, Callable[[Json], None]] = {
            "CodeSystem": self._keep_code_system,
            "ValueSet": self._keep_value_set,
            "ConceptMap": self._keep_concept_map,
        }
        for resource in resources:
            type = resource.get("resourceType", "")
            if type in keepers:
                self._take(type, resource, keepers[type])

    def beside(self, resources: Iterable[Json]) -> "Terminology":
        """Return a terminology that has these resources too, before all others."""
        other = Terminology(self._definitions, resources)
        other._given_systems = {**self._given_systems, **other._given_systems}
        other._given_value_sets = {**self._given_value_sets, **other._given_value_sets}
        other._concept_maps = {**self._concept_maps, **other._concept_maps}
        other._unusable = {**self._unusable_beside(other), **other._unusable}
        other._systems = self._systems
        return other

    @property
    def concept_maps(self) -> Mapping[str, ConceptMap]:
        """The concept maps by their urls; of several versions the last one given."""
        latest = {key: each for key, each in self._concept_maps.items() if key == each.url}
        return MappingProxyType(latest)

    def concept_map_versions(self, url: str) -> tuple[str, ...]:
        """Return the versions of a concept map that are held, as far as they are told."""
        return tuple(
            key.partition("|")[2] for key in self._concept_maps if key.startswith(f"{url}|")
        )

    def concept_map(self, canonical: str) -> ConceptMap | None:
        """Return a concept map, named with or without ``|version``; None if it is not held."""
        url, _, version = canonical.partition("|")
        self._check_usable("ConceptMap", url)
        found = self._concept_maps.get(canonical) or self._concept_maps.get(url)
        return found if found is None or _is_asked(found.version, version) else None

    def code_system(self, canonical: str) -> CodeSystem | None:
        """Return a code system, named with or without ``|version``; None if it is not held."""
        url, _, version = canonical.partition("|")
        self._check_usable("CodeSystem", url)
        found = self._given_systems.get(canonical) or self._given_systems.get(url)
        if found is None:
            if url not in self._systems:
                codes = self._definitions.code_system(url)
                release = self._definitions.version
                self._systems[url] = of_definitions(codes, release) if codes else None
            found = self._systems[url]
        return found if found is None or _is_asked(found.version, version) else None

    def code_systems(self, url: str, version: str | None) -> list[CodeSystem]:
        """Return what is held of a code system in a version, in all (``*``), or the latest."""
        if version == EVERY_VERSION:
            named = [
                self._given_systems[key] for key in self._given_systems if key.startswith(f"{url}|")
            ]
            if named:
                return named
            version = None
        found = self.code_system(f"{url}|{version}" if version else url)
        return [found] if found else []

    def has_value_set(self, canonical: str) -> bool:
        """Return whether a value set, named with or without ``|version``, is held."""
        url, _, version = canonical.partition("|")
        if ("ValueSet", url) in self._unusable or canonical in self._given_value_sets:
            return True
        is_held = url in self._given_value_sets or self._definitions.value_set(url) is not None
        return is_held and _is_asked(self.value_set_version(canonical), version)

    def value_set_version(self, canonical: str) -> str | None:
        """Return the version of a value set that is held; None where that is not told."""
        url = canonical.partition("|")[0]
        given = self._given_value_sets.get(canonical) or self._given_value_sets.get(url)
        return given.version if given else version_of_release(url, self._definitions.version)

    def members(self, canonical: str, within: frozenset[str] = frozenset()) -> Members:
        """Return what a value set contains.

        One that is not held, or is defined through itself, is refused; ``within`` names the
        value sets that are being read already.
        """
        url = canonical.partition("|")[0]
        if url in within:
            raise UnknownCode(f"The value set {url} is defined through itself, so it has no codes")
        if len(within) >= _CHAIN_MAX:
            raise TooCostly(f"More than {_CHAIN_MAX} value sets are defined by each other")
        if canonical not in self._members:
            self._members[canonical] = self._read_members(canonical, within)
        return self._members[canonical]

    def _read_members(self, canonical: str, within: frozenset[str]) -> Members:
        url, _, version = canonical.partition("|")
        self._check_usable("ValueSet", url)
        held = self.value_set_version(canonical)
        given = self._given_value_sets.get(canonical) or self._given_value_sets.get(url)
        codes = None if given else self._definitions.value_set(url)
        if (given or codes) and not _is_asked(held, version):
            raise UnknownCode(f"{url} is held in version {held}; version {version!r} is not")
        if given:
            return members_of(given, self, within)
        if codes:
            return self._of_specification(codes)
        raise UnknownCode(
            f"The value set {url} is not held here; held are those that FHIR "
            f"{self._definitions.version} binds to, and those given as resources"
        )

    def _of_specification(self, codes: ValueSetCodes) -> Members:
        return Members(
            {coding: self._display(*coding) for coding in sorted(codes.codings)},
            codes.open_systems,
            frozenset() if codes.url in _FILTERED or codes.rule is None else codes.open_systems,
        )

    def _display(self, url: str, code: str) -> str | None:
        system = self.code_system(url)
        concept = system.find(code) if system else None
        return concept.display if concept else None

    def _check_usable(self, type: str, url: str) -> None:
        reason = self._unusable.get((type, url))
        if reason is not None:
            raise InvalidParameter(reason)

    def _unusable_beside(self, other: "Terminology") -> Mapping[tuple[str, str], str]:
        """Return what is unusable here and not replaced in the other."""
        replaced = {
            *(("CodeSystem", url) for url in other._given_systems),
            *(("ValueSet", url) for url in other._given_value_sets),
            *(("ConceptMap", url) for url in other._concept_maps),
        }
        return {key: why for key, why in self._unusable.items() if key not in replaced}

    def _take(self, type: str, resource: Json, keep: Callable[[Json], None]) -> None:
        url = resource.get("url")
        try:
            keep(resource)
        except InvalidParameter as error:
            if url is None:
                raise
            self._unusable[type, url] = error.message
        except (AttributeError, KeyError, TypeError):
            # What was stored unchecked may have any form; all others stay usable.
            self._unusable[type, str(url)] = (
                f"{type} {url} is not well-formed, so it cannot be used"
            )
        else:
            self._unusable.pop((type, url or ""), None)

    def _keep_code_system(self, resource: Json) -> None:
        if resource.get("content") == "supplement":
            return
        system = read_code_system(resource)
        self._given_systems.update(dict.fromkeys(_names(system.url, system.version), system))
        if system.value_set is not None:
            url, _, version = system.value_set.partition("|")
            whole = ValueSet(url, (Include(system.url),), version=version or None)
            self._given_value_sets.setdefault(url, whole)

    def _keep_value_set(self, resource: Json) -> None:
        value_set = read_value_set(resource)
        names = _names(value_set.url, value_set.version)
        self._given_value_sets.update(dict.fromkeys(names, value_set))

    def _keep_concept_map(self, resource: Json) -> None:
        concept_map = read_concept_map(resource)
        names = _names(concept_map.url, concept_map.version)
        self._concept_maps.update(dict.fromkeys(names, concept_map))


def _is_asked(held: str | None, version: str) -> bool:
    """Return whether what is held may be the version that is asked for, if one is."""
    return not version or held is None or held == version


def _names(url: str, version: str | None) -> tuple[str, ...]:
    return (url, f"{url}|{version}") if version else (url,)
