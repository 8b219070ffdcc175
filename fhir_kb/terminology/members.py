"""What a value set contains, as far as the code systems that are held can tell.

https://hl7.org/fhir/R4/valueset.html#expansion
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from fhir_kb.definitions import Coding
from fhir_kb.terminology.code_system import CodeSystem
from fhir_kb.terminology.filters import OPERATORS
from fhir_kb.terminology.value_set import Include, ValueSet

EVERY_VERSION = "*"
"""The version by which a value set takes codes of all versions of a system."""


@dataclass(frozen=True, slots=True)
class Members:
    """The codings that are in, each with its display.

    Codes of ``open_systems`` may be in as well, though they are not listed here; every code of
    ``whole_systems`` (some of these) is. ``versions`` are those of their system that codings were
    taken from, where the value set says which; ``unheld`` are open systems of which it says a
    version that is not held, with that version.
    """

    displays: Mapping[Coding, str | None] = field(default_factory=dict)
    open_systems: frozenset[str] = frozenset()
    whole_systems: frozenset[str] = frozenset()
    versions: Mapping[Coding, str] = field(default_factory=dict)
    unheld: Mapping[str, str] = field(default_factory=dict)

    def __or__(self, other: "Members") -> "Members":
        displays = {**other.displays, **self.displays}
        ordered = {coding: displays[coding] for coding in (*self.displays, *other.displays)}
        added = {coding: of for coding, of in other.versions.items() if coding not in self.displays}
        return Members(
            ordered,
            self.open_systems | other.open_systems,
            self.whole_systems | other.whole_systems,
            {**added, **self.versions},
            {**other.unheld, **self.unheld},
        )

    def __and__(self, other: "Members") -> "Members":
        both = {
            **{coding: name for coding, name in self.displays.items() if other.may_have(coding)},
            **{coding: name for coding, name in other.displays.items() if self.may_have(coding)},
        }
        return self._narrowed(
            other,
            both,
            self.open_systems & other.open_systems,
            self.whole_systems & other.whole_systems,
        )

    def without(self, other: "Members") -> "Members":
        """Return what is not in ``other``; what may be in it is not listed any more."""
        left = {
            coding: name for coding, name in self.displays.items() if not other.may_have(coding)
        }
        doubtful = {coding[0] for coding in self.displays if coding[0] in other.open_systems}
        touched = other.open_systems | {system for system, _ in other.displays}
        return self._narrowed(
            other, left, self.open_systems | doubtful, self.whole_systems - touched
        )

    def _narrowed(
        self,
        other: "Members",
        displays: Mapping[Coding, str | None],
        open_systems: frozenset[str],
        whole_systems: frozenset[str],
    ) -> "Members":
        """Return what is left of this and the other, with the versions of what is left."""
        versions = {**other.versions, **self.versions}
        unheld = {**other.unheld, **self.unheld}
        return Members(
            displays,
            open_systems,
            whole_systems,
            {coding: version for coding, version in versions.items() if coding in displays},
            {system: version for system, version in unheld.items() if system in open_systems},
        )

    def may_have(self, coding: Coding) -> bool:
        """Return whether the coding is in, or may be."""
        return coding in self.displays or coding[0] in self.open_systems


class Holder(Protocol):
    """Whatever holds code systems and value sets."""

    def code_system(self, canonical: str) -> CodeSystem | None:
        """Return a code system that is held."""

    def code_systems(self, url: str, version: str | None) -> list[CodeSystem]:
        """Return what is held of a code system in a version, in all (``*``), or the latest."""

    def members(self, canonical: str, within: frozenset[str] = frozenset()) -> Members:
        """Return the members of a value set that is held."""


def members_of(value_set: ValueSet, holder: Holder, within: frozenset[str]) -> Members:
    """Return the members of a value set; ``within`` are the value sets it is being read for."""
    inside = within | {value_set.url}
    members = Members()
    for include in value_set.includes:
        members |= _included(include, holder, inside)
    for exclude in value_set.excludes:
        members = members.without(_included(exclude, holder, inside))
    return members


def _included(include: Include, holder: Holder, within: frozenset[str]) -> Members:
    parts = [holder.members(canonical, within) for canonical in include.value_sets]
    if include.system is not None:
        parts.insert(0, _of_system(include, include.system, holder))
    result = parts[0] if parts else Members()
    for part in parts[1:]:
        result &= part
    return result


def _of_system(include: Include, url: str, holder: Holder) -> Members:
    systems = holder.code_systems(url, include.version)
    if include.listed:
        return _listed(include, url, systems)
    if not systems and include.version and holder.code_system(url) is not None:
        # Codes of another version may be others: they say nothing of this one.
        return Members({}, frozenset({url}), unheld={url: include.version})
    url_alone = frozenset({url})
    whole = frozenset() if include.filters else url_alone
    if not systems or any(each.op not in OPERATORS for each in include.filters):
        return Members({}, url_alone, whole)
    members = Members()
    for system in systems:
        selected = _selected(include, url, system)
        members |= (
            selected
            if system.complete
            else replace(selected, open_systems=url_alone, whole_systems=whole)
        )
    return members


def _listed(include: Include, url: str, systems: Sequence[CodeSystem]) -> Members:
    displays = {
        (url, code): name or next(filter(None, (_name(each, code) for each in systems)), None)
        for code, name in include.listed
    }
    version = None if include.version == EVERY_VERSION else include.version
    return Members(displays, versions=dict.fromkeys(displays, version) if version else {})


def _selected(include: Include, url: str, system: CodeSystem) -> Members:
    """Return the concepts of a system that all filters of an include select."""
    displays = {
        (url, concept.code): concept.display
        for concept in system.concepts.values()
        if all(
            OPERATORS[each.op](system, concept, each.property, each.value)
            for each in include.filters
        )
    }
    version = system.version if include.version else None
    return Members(displays, versions=dict.fromkeys(displays, version) if version else {})


def _name(system: CodeSystem, code: str) -> str | None:
    concept = system.find(code)
    return concept.display if concept else None
