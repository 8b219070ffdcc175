"""What a builder builds from: the facts, and how one FHIR version writes a coding."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from fhir_kb.facts.fact import ConceptId, Fact
from fhir_kb.facts.knowledge import Drug, F, FactFile, Knowledge
from fhir_kb.formats import Json


@dataclass(frozen=True)
class Context:
    """The knowledge, seen from one FHIR version.

    ``edition`` is the version's name as ``concepts.yaml`` limits codings to it (r4, r4b, r5);
    ``left_out`` are code systems whose codes are not published here.
    """

    knowledge: Knowledge
    edition: str
    left_out: frozenset[str] = field(default=frozenset())

    def fact_id(self, fact: Fact) -> str:
        """Return the full id of a fact."""
        return self.knowledge.fact_id(fact)

    def resource_id(self, file: FactFile, fact: Fact) -> str:
        """Return the id of the resource that one fact becomes: the same in every version."""
        return fact.id if fact.id.startswith(file.id) else f"{file.id}-{fact.id}"

    def about(self, drug: Drug, kind: type[F]) -> Iterator[F]:
        """Yield the facts of a kind about one medicine: its own file's, then the studies'."""
        for fact in drug.of(kind):
            if fact.drug in (None, drug.id):
                yield fact
        for other in self.knowledge.drugs.values():
            yield from (
                fact for fact in other.of(kind) if other is not drug and fact.drug == drug.id
            )
        for study in self.knowledge.studies.values():
            for fact in study.of(kind):
                if drug.id == (fact.drug or study.drugs[0]):
                    yield fact

    def text(self, concept: ConceptId) -> str:
        """Return the words of a concept."""
        return self.knowledge.concept(concept).text


Builder = Callable[[Context], Iterator[Json]]
