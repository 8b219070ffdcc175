"""Code sets as the readers use them: from codings or words to the sets a record belongs to.

System and code are matched together. Words count only where no code tells, and never against a
denial beside them ("family history of").
https://hl7.org/fhir/R4/terminologies-systems.html
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from fhir_kb.chart.elements import Terms
from fhir_kb.chart.recognition import Confidence, Recognition
from fhir_kb.facts.code_set import CategoryName, CodeSet, MemberCode
from fhir_kb.facts.knowledge import Knowledge
from fhir_kb.facts.rule import Criterion
from fhir_kb.units import parse

_SAME_SYSTEM: Mapping[str, str] = {
    "urn:oid:2.16.840.1.113883.6.1": "http://loinc.org",
    "urn:oid:2.16.840.1.113883.6.88": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "urn:oid:2.16.840.1.113883.6.90": "http://hl7.org/fhir/sid/icd-10-cm",
    "urn:oid:2.16.840.1.113883.6.96": "http://snomed.info/sct",
    "urn:oid:2.16.840.1.113883.6.73": "http://www.whocc.no/atc",
}
_TAG = re.compile(r" \([^()]*\)$")
"""What SNOMED CT adds to a name, to tell a disorder from a finding."""
_ICD_10_CM = "http://hl7.org/fhir/sid/icd-10-cm"
_STRENGTH = re.compile(r"(?<![\d.,-])(\d+(?:\.\d+)?)\s*mg\b(?!\s*/)")


class Vocabulary:
    """The code sets of a knowledge, arranged for looking up. Build it once."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._sets = knowledge.code_sets
        self._wholes = _wholes(knowledge.code_sets)
        self._parts = {
            name: {part for part, wholes in self._wholes.items() if name in wholes}
            for name in knowledge.code_sets
        }
        self._members: dict[tuple[str, str], list[tuple[str, MemberCode]]] = {}
        self._branches: list[tuple[str, MemberCode]] = []
        for code_set in knowledge.code_sets.values():
            for member in code_set.codes:
                place = (member.system, member.code)
                self._members.setdefault(place, []).append((code_set.id, member))
                if member.with_:
                    self._branches.append((code_set.id, member))
        self._names = {
            code_set.id: re.compile("|".join(_forms(code_set)))
            for code_set in knowledge.code_sets.values()
            if code_set.names
        }
        self._complete_systems = {
            system for code_set in knowledge.code_sets.values() for system in code_set.complete
        }
        self._untold_sets: dict[
            tuple[frozenset[str], tuple[CategoryName, ...]], frozenset[str]
        ] = {}
        self._denials = [entry.words for entry in knowledge.wordings if entry.means == "denial"]
        self._doubts = [entry.words for entry in knowledge.wordings if entry.means == "doubt"]
        members = (member for found in self._members.values() for _, member in found)
        self._brands = {member.brand.lower(): member.brand for member in members if member.brand}
        named = "|".join(map(re.escape, self._brands)) or "(?!)"
        self._brand_names = re.compile(rf"\b(?:{named})\b")
        self._indications = frozenset(
            name
            for rule in knowledge.rules.values()
            for criterion in rule.of(Criterion)
            for name in criterion.patients
        )
        self._units = {entry.written: entry.ucum for entry in knowledge.unit_spellings}

    def codes(self, code_set: str, system: str) -> tuple[str, ...]:
        """Return the codes of a set and its parts in one system, for a prefetch template."""
        return tuple(
            member.code
            for part in (code_set, *sorted(self._parts[code_set]))
            for member in self._sets[part].codes
            if member.system == system
        )

    @property
    def indications(self) -> frozenset[str]:
        """The code sets of what a rule has figures for: what medicines are given for."""
        return self._indications

    @property
    def code_sets(self) -> Mapping[str, CodeSet]:
        """The code sets by their ids."""
        return self._sets

    def molar_mass(self, sets: Iterable[str]) -> Decimal | None:
        """Return the molar mass in g/mol that a record's sets name, if one does."""
        masses = (self._sets[name].molar_mass for name in sets)
        return next((mass.value for mass in masses if mass is not None), None)

    def recognise(self, terms: Terms, *categories: CategoryName) -> Recognition:
        """Return what a record of these categories is."""
        told = [
            (name, member)
            for system, code in terms.codings
            for name, member in self._lookup(_SAME_SYSTEM.get(system, system), code)
            if self._sets[name].category in categories
        ]
        sets: dict[str, Confidence] = {}
        for name, _ in told:
            sets |= dict.fromkeys((name, *self._wholes[name]), "code")
        unclear: frozenset[str] = frozenset()
        if not told:
            unclear = self._by_words(terms, categories, sets) | self._untold(terms, categories)
        first = min(sets, key=lambda name: self._rank(name, categories), default="")
        member = next((member for name, member in told if name == first), None)
        return Recognition(
            sets=sets,
            unclear=unclear.difference(sets),
            text=self._sets[first].text if first else "",
            term=_TAG.sub("", member.display) if member is not None else "",
            member=next((member for _, member in told), None),
        )

    def brand(self, words: Iterable[str]) -> str | None:
        """Return the brand that words name, if it is a single one."""
        said = " ".join(words).lower()
        named = set(self._brand_names.findall(said)) if said else set()
        return self._brands[named.pop()] if len(named) == 1 else None

    def unit(self, system: str, code: str, written: str) -> str | None:
        """Return the UCUM code of a quantity's unit, or None when it is not known."""
        if code and system in ("http://unitsofmeasure.org", "urn:oid:2.16.840.1.113883.6.8"):
            return self._units.get(code, code) if parse(code) is not None else None
        spelt = self._units.get(written) or self._units.get(code)
        if spelt:
            return spelt
        return written if written and parse(written) is not None else None

    def _rank(self, name: str, categories: tuple[CategoryName, ...]) -> tuple[int, int, str]:
        """Return a sort key by which the set that tells most of a record comes first."""
        return categories.index(self._sets[name].category), len(self._parts[name]), name

    def _lookup(self, system: str, code: str) -> Iterator[tuple[str, MemberCode]]:
        written = _dotted(code) if system == _ICD_10_CM else code
        yield from self._members.get((system, written), ())
        for name, member in self._branches:
            below = written.startswith(member.code) and written != member.code
            if below and member.system == system:
                yield name, member

    def _by_words(
        self, terms: Terms, categories: tuple[CategoryName, ...], sets: dict[str, Confidence]
    ) -> frozenset[str]:
        """Add the sets that only words tell; return those that words leave in doubt."""
        doubtful: set[str] = set()
        for name, pattern in self._names.items():
            if self._sets[name].category not in categories:
                continue
            for words in terms.words:
                lowered = words.lower()
                match = pattern.search(lowered)
                if match is None or self._stands_beside(self._denials, lowered, match.group()):
                    continue
                found = dict.fromkeys((name, *self._wholes[name]))
                if self._stands_beside(self._doubts, lowered, match.group()):
                    doubtful |= found.keys()
                else:
                    for whole in found:
                        sets.setdefault(whole, "words")
        return frozenset(doubtful)

    def _stands_beside(self, phrases: list[str], words: str, name: str) -> bool:
        return any(phrase in words and phrase not in name for phrase in phrases)

    def _untold(self, terms: Terms, categories: tuple[CategoryName, ...]) -> frozenset[str]:
        """Return the sets that a record without words cannot be ruled out of."""
        if terms.words:
            return frozenset()
        systems = {_SAME_SYSTEM.get(system, system) for system, _ in terms.codings}
        key = (frozenset(systems & self._complete_systems), categories)
        if key not in self._untold_sets:
            self._untold_sets[key] = frozenset(
                name
                for name, code_set in self._sets.items()
                if code_set.category in categories and not self._is_complete(code_set, key[0])
            )
        return self._untold_sets[key]

    def _is_complete(self, code_set: CodeSet, systems: frozenset[str]) -> bool:
        parts = self._parts[code_set.id] if not code_set.codes else {code_set.id}
        return all(not systems.isdisjoint(self._sets[part].complete) for part in parts)


def _wholes(sets: Mapping[str, CodeSet]) -> dict[str, set[str]]:
    """Return, for each set, the sets it is a part of, however many steps up."""
    found: dict[str, set[str]] = {name: set() for name in sets}
    for name in sets:
        waiting = [name]
        while waiting:
            part = waiting.pop()
            above = {whole for whole, entry in sets.items() if part in entry.parts} - found[name]
            found[name] |= above
            waiting.extend(above)
    return found


def _forms(code_set: CodeSet) -> Iterator[str]:
    """Yield patterns of how a set is named; an abbreviation stands alone: ``pos`` is no posture."""
    yield from (rf"\b{re.escape(name)}" for name in code_set.names)
    yield from (rf"^\s*{re.escape(short)}\.?\s*$" for short in code_set.abbreviations)


def _dotted(code: str) -> str:
    """Return an ICD-10 code with its dot, which claims leave out: ``I2699`` is ``I26.99``."""
    return code if "." in code or len(code) <= 3 else f"{code[:3]}.{code[3:]}"


def strength_in(words: Iterable[str]) -> Decimal | None:
    """Return the strength in mg that the words of a product name, if it is a single one."""
    found = {match for text in words for match in _STRENGTH.findall(text.lower())}
    return Decimal(found.pop()) if len(found) == 1 else None
