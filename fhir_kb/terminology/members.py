"""What a value set contains, as far as the code systems that are held can tell.

https://hl7.org/fhir/R4/valueset.html#expansion
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from fhir_kb.definitions import Coding
from fhir_kb.terminology.code_system import CodeSystem
from fhir_kb.terminology.filters import OPERATORS
from fhir_kb.terminology.value_set import Include, ValueSet


@dataclass(frozen=True, slots=True)
class Members:
    """The codings that are in, each with its display.

    Codes of ``open_systems`` may be in as well, though they are not listed here; every code of
    ``whole_systems`` (some of these) is.
    """

    displays: Mapping[Coding, str | None] = field(default_factory=dict)
    open_systems: frozenset[str] = frozenset()
    whole_systems: frozenset[str] = frozenset()

    def __or__(self, other: "Members") -> "Members":
        displays = {**other.displays, **self.displays}
        ordered = {coding: displays[coding] for coding in (*self.displays, *other.displays)}
        return Members(
            ordered,
            self.open_systems | other.open_systems,
            self.whole_systems | other.whole_systems,
        )

    def __and__(self, other: "Members") -> "Members":
        both = {
            **{coding: name for coding, name in self.displays.items() if other.may_have(coding)},
            **{coding: name for coding, name in other.displays.items() if self.may_have(coding)},
        }
        return Members(
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
        return Members(left, self.open_systems | doubtful, self.whole_systems - touched)

    def may_have(self, coding: Coding) -> bool:
        """Return whether the coding is in, or may be."""
        return coding in self.displays or coding[0] in self.open_systems


class Holder(Protocol):
    """Whatever holds code systems and value sets."""

    def code_system(self, canonical: str) -> CodeSystem | None:
        """Return a code system that is held."""

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
    system = holder.code_system(url)
    if include.listed:
        return Members({(url, code): name or _name(system, code) for code, name in include.listed})
    url_alone = frozenset({url})
    whole = frozenset() if include.filters else url_alone
    if system is None or any(each.op not in OPERATORS for each in include.filters):
        return Members({}, url_alone, whole)
    selected = {
        (url, concept.code): concept.display
        for concept in system.concepts.values()
        if all(
            OPERATORS[each.op](system, concept, each.property, each.value)
            for each in include.filters
        )
    }
    return Members(selected) if system.complete else Members(selected, url_alone, whole)


def _name(system: CodeSystem | None, code: str) -> str | None:
    concept = system.find(code) if system else None
    return concept.display if concept else None
