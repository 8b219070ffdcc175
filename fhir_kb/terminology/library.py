"""The code systems, value sets and concept maps that are held for one release of FHIR.

https://hl7.org/fhir/R4/terminologies.html
"""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from fhir_kb.definitions import Definitions
from fhir_kb.errors import UnknownCode
from fhir_kb.formats import Json
from fhir_kb.terminology.code_system import CodeSystem, of_definitions, read_code_system
from fhir_kb.terminology.concept_map import ConceptMap, read_concept_map
from fhir_kb.terminology.members import Members, members_of
from fhir_kb.terminology.value_set import Include, ValueSet, read_value_set

_FILTERED = frozenset(
    {
        "http://hl7.org/fhir/ValueSet/all-distance-units",
        "http://hl7.org/fhir/ValueSet/all-time-units",
    }
)
"""Value sets with some codes of a system that has a form; of the others with such, all are in."""


class Terminology:
    """What a release of the specification defines, and what resources given beside it add.

    A given resource comes before one of the specification with the same url. Other resource
    types are passed over, and so is a CodeSystem that only supplements another.
    """

    def __init__(self, definitions: Definitions, resources: Iterable[Json] = ()) -> None:
        self._definitions = definitions
        self._given_systems: dict[str, CodeSystem] = {}
        self._given_value_sets: dict[str, ValueSet] = {}
        self._concept_maps: dict[str, ConceptMap] = {}
        self._systems: dict[str, CodeSystem | None] = {}
        self._members: dict[str, Members] = {}
        keepers: Mapping[str, Callable[[Json], None]] = {
            "CodeSystem": self._keep_code_system,
            "ValueSet": self._keep_value_set,
            "ConceptMap": self._keep_concept_map,
        }
        for resource in resources:
            keep = keepers.get(resource.get("resourceType", ""))
            if keep is not None:
                keep(resource)

    def beside(self, resources: Iterable[Json]) -> "Terminology":
        """Return a terminology that has these resources too, before all others."""
        other = Terminology(self._definitions, resources)
        other._given_systems = {**self._given_systems, **other._given_systems}
        other._given_value_sets = {**self._given_value_sets, **other._given_value_sets}
        other._concept_maps = {**self._concept_maps, **other._concept_maps}
        other._systems = self._systems
        return other

    @property
    def concept_maps(self) -> Mapping[str, ConceptMap]:
        """The concept maps by their urls."""
        return MappingProxyType(self._concept_maps)

    def code_system(self, canonical: str) -> CodeSystem | None:
        """Return a code system, named with or without ``|version``; None if it is not held."""
        url = canonical.partition("|")[0]
        if url in self._given_systems:
            return self._given_systems[url]
        if url not in self._systems:
            codes = self._definitions.code_system(url)
            self._systems[url] = of_definitions(codes, self._definitions.version) if codes else None
        return self._systems[url]

    def has_value_set(self, canonical: str) -> bool:
        """Return whether a value set, named with or without ``|version``, is held."""
        url = canonical.partition("|")[0]
        return url in self._given_value_sets or self._definitions.value_set(url) is not None

    def members(self, canonical: str, within: frozenset[str] = frozenset()) -> Members:
        """Return what a value set contains.

        One that is not held, or is defined through itself, is refused; ``within`` names the
        value sets that are being read already.
        """
        url = canonical.partition("|")[0]
        if url in within:
            raise UnknownCode(f"The value set {url} is defined through itself, so it has no codes")
        if url not in self._members:
            self._members[url] = self._read_members(url, within)
        return self._members[url]

    def _read_members(self, url: str, within: frozenset[str]) -> Members:
        given = self._given_value_sets.get(url)
        if given is not None:
            return members_of(given, self, within)
        codes = self._definitions.value_set(url)
        if codes is None:
            raise UnknownCode(
                f"The value set {url} is not held here; held are those that FHIR "
                f"{self._definitions.version} binds to, and those given as resources"
            )
        return Members(
            {coding: self._display(*coding) for coding in sorted(codes.codings)},
            codes.open_systems,
            frozenset() if url in _FILTERED or codes.rule is None else codes.open_systems,
        )

    def _display(self, url: str, code: str) -> str | None:
        system = self.code_system(url)
        concept = system.find(code) if system else None
        return concept.display if concept else None

    def _keep_code_system(self, resource: Json) -> None:
        if resource.get("content") == "supplement":
            return
        system = read_code_system(resource)
        self._given_systems[system.url] = system
        if system.value_set is not None:
            whole = ValueSet(system.value_set, (Include(system.url),))
            self._given_value_sets.setdefault(whole.url.partition("|")[0], whole)

    def _keep_value_set(self, resource: Json) -> None:
        value_set = read_value_set(resource)
        self._given_value_sets[value_set.url] = value_set

    def _keep_concept_map(self, resource: Json) -> None:
        concept_map = read_concept_map(resource)
        self._concept_maps[concept_map.url] = concept_map
