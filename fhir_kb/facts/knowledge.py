"""Everything we know, as typed values: the whole of the authored files, free of FHIR."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal, TypeVar

from fhir_kb.facts.code_set import CodeSet, UnitSpelling, Wording
from fhir_kb.facts.fact import ConceptId, DrugId, Fact, StudyId
from fhir_kb.facts.rule import Criterion, Indicator, Population, RuleHeader
from fhir_kb.facts.source import Concept, NotModelled, Organization, Source

F = TypeVar("F", bound=Fact)


@dataclass(frozen=True, slots=True)
class Release:
    """The edition of the knowledge: its version and the moment it was released."""

    version: str
    date: str


@dataclass(frozen=True)
class FactFile:
    """The facts of one authored file, per section, in the author's order."""

    id: str
    sections: Mapping[str, tuple[Fact, ...]]

    def of(self, kind: type[F]) -> tuple[F, ...]:
        """Return the facts of one kind."""
        return tuple(fact for fact in self if isinstance(fact, kind))

    def __iter__(self) -> Iterator[Fact]:
        for facts in self.sections.values():
            yield from facts


@dataclass(frozen=True)
class Drug(FactFile):
    """A medicine and what is said of it."""

    concept: ConceptId


@dataclass(frozen=True)
class Study(FactFile):
    """A study and what it reports; ``publication`` is the source that describes it best."""

    title: str
    short: str
    kind: Literal["single-study", "meta-analysis"]
    condition: ConceptId
    drugs: tuple[DrugId, ...]
    source: str
    publication: str | None = None


@dataclass(frozen=True)
class Rule(FactFile):
    """A rule of decision support: its header, its criteria, the populations they speak of."""

    header: RuleHeader
    populations: Mapping[str, Population] = field(default_factory=dict)

    def indicator(self, hook: str) -> Indicator | None:
        """Return how loudly the rule speaks at a hook, or None where it is silent."""
        return next((row.indicator for row in self.header.hooks if row.hook == hook), None)

    def within(self, jurisdictions: Collection[str]) -> "Rule":
        """Return the rule with the enabled criteria of these jurisdictions only."""
        sections = {
            name: tuple(
                fact
                for fact in facts
                if not isinstance(fact, Criterion) or fact.holds_in(jurisdictions)
            )
            for name, facts in self.sections.items()
        }
        return replace(self, sections=sections)


@dataclass(frozen=True)
class Knowledge:
    """All authored files of a release."""

    release: Release
    sources: Mapping[str, Source]
    organizations: Mapping[str, Organization]
    bibliography: FactFile
    concepts: Mapping[str, Concept]
    drugs: Mapping[str, Drug]
    studies: Mapping[str, Study]
    not_modelled: tuple[NotModelled, ...] = field(default=())
    wordings: tuple[Wording, ...] = field(default=())
    code_sets: Mapping[str, CodeSet] = field(default_factory=dict)
    unit_spellings: tuple[UnitSpelling, ...] = field(default=())
    populations: FactFile = field(default_factory=lambda: FactFile("populations", {}))
    rules: Mapping[str, Rule] = field(default_factory=dict)

    def files(self) -> Iterator[FactFile]:
        """Yield every file of facts: bibliography, drugs, studies, populations, rules."""
        yield self.bibliography
        yield from self.drugs.values()
        yield from self.studies.values()
        yield self.populations
        yield from self.rules.values()

    @cached_property
    def facts(self) -> Mapping[str, Fact]:
        """Every fact by its full id, ``file.slug``."""
        return {f"{file.id}.{fact.id}": fact for file in self.files() for fact in file}

    @cached_property
    def fact_ids(self) -> Mapping[int, str]:
        """The full id of a fact object, by its identity."""
        return {id(fact): name for name, fact in self.facts.items()}

    def fact_id(self, fact: Fact) -> str:
        """Return the full id of a fact of this knowledge."""
        return self.fact_ids[id(fact)]

    def concept(self, id: ConceptId | str) -> Concept:
        """Return a concept; the loader has made sure that it exists."""
        return self.concepts[id]

    def study_of_drug(self, drug: str) -> tuple[StudyId, ...]:
        """Return the studies that examined a drug."""
        return tuple(StudyId(id) for id, study in self.studies.items() if drug in study.drugs)
