"""ValueSets expanded from the packages alone, without a terminology server.

https://hl7.org/fhir/R4/valueset.html#compositions
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fhir_kb.definitions.codes import CodeSystemCodes, ValueSetCodes
from fhir_kb.definitions.model import Coding
from fhir_kb.definitions.structure_corrections import RENAMED_VALUE_SETS
from fhir_kb.formats import Json

RULES: Mapping[str, str] = {
    "urn:ietf:bcp:13": "mime-type",
    "urn:ietf:bcp:47": "language",
    "urn:iso:std:iso:4217": "currency",
    "urn:iso:std:iso:3166": "country",
    "urn:iso:std:iso:3166:-2": "country-subdivision",
    "https://www.iana.org/time-zones": "time-zone",
    "http://hl7.org/fhir/color-rgb": "color",
    "http://unitsofmeasure.org": "ucum",
}
"""Code systems that no list can hold, and the syntax their codes have."""

_FILTERS: Mapping[str, Callable[[CodeSystemCodes, str, str], bool]] = {
    "is-a": lambda system, code, value: system.is_a(code, value),
    "is-not-a": lambda system, code, value: not system.is_a(code, value),
    "descendent-of": lambda system, code, value: code != value and system.is_a(code, value),
}


@dataclass(frozen=True, slots=True)
class _Part:
    """Some codings, and the systems that have more of them than can be listed."""

    codings: frozenset[Coding] = frozenset()
    open_systems: frozenset[str] = frozenset()

    def __or__(self, other: "_Part") -> "_Part":
        return _Part(self.codings | other.codings, self.open_systems | other.open_systems)

    def __and__(self, other: "_Part") -> "_Part":
        """Both: a coding of an open system may be in the part that does not list it."""
        return _Part(
            frozenset(each for each in self.codings if other.may_have(each))
            | frozenset(each for each in other.codings if self.may_have(each)),
            self.open_systems & other.open_systems,
        )

    def may_have(self, coding: Coding) -> bool:
        return coding in self.codings or coding[0] in self.open_systems


class Expander:
    """Expands the value sets of one release; one that names an unknown value set is left out."""

    def __init__(
        self, value_sets: Mapping[str, Json], systems: Mapping[str, CodeSystemCodes]
    ) -> None:
        self._value_sets = value_sets
        self._systems = systems
        self._expanded: dict[str, _Part | None] = {}

    def value_set(self, url: str) -> ValueSetCodes | None:
        """Return the codings of the value set ``url``, or None when they cannot be told."""
        part = self._part(url)
        if part is None:
            return None
        rules = [RULES.get(system) for system in part.open_systems]
        return ValueSetCodes(
            url=url,
            codings=part.codings,
            codes=frozenset(code for _, code in part.codings),
            complete=not part.open_systems,
            open_systems=part.open_systems,
            rule=rules[0] if len(rules) == 1 else None,
        )

    def _part(self, canonical: str) -> _Part | None:
        url = canonical.partition("|")[0]
        if url not in self._expanded:
            self._expanded[url] = None
            published = self._value_sets.get(url) or self._value_sets.get(
                RENAMED_VALUE_SETS.get(url, ""), {}
            )
            compose = published.get("compose")
            self._expanded[url] = self._composed(compose) if compose else None
        return self._expanded[url]

    def _composed(self, compose: Json) -> _Part | None:
        included = [self._include(each) for each in compose["include"]]
        excluded = [self._include(each) for each in compose.get("exclude", [])]
        part = _Part()
        for each in included:
            if each is None:
                return None
            part |= each
        for each in excluded:
            if each is None or each.open_systems:
                return None
            part = _Part(part.codings - each.codings, part.open_systems)
        return part

    def _include(self, include: Json) -> _Part | None:
        parts = [self._part(canonical) for canonical in include.get("valueSet", [])]
        if "system" in include:
            # Whatever an unknown value set selects is from the system that stands beside it.
            beside = [part or _Part(open_systems=frozenset({include["system"]})) for part in parts]
            parts = [*beside, self._of_system(include)]
        result: _Part | None = None
        for part in parts:
            if part is None:
                return None
            result = part if result is None else result & part
        return result

    def _of_system(self, include: Json) -> _Part:
        url = include["system"]
        if "concept" in include:
            return _Part(frozenset((url, concept["code"]) for concept in include["concept"]))
        system = self._systems.get(url)
        filters = include.get("filter", [])
        if system is None or any(each["op"] not in _FILTERS for each in filters):
            return _Part(open_systems=frozenset({url}))
        codes = (
            code
            for code in system.displays
            if all(_FILTERS[each["op"]](system, code, each["value"]) for each in filters)
        )
        open_systems = frozenset() if system.complete else frozenset({url})
        return _Part(frozenset((url, code) for code in codes), open_systems)
