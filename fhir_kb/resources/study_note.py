"""ResearchStudy.note: what a study's source says that has no element of its own.

https://hl7.org/fhir/R4/datatypes.html#Annotation

A kind of fact that no other element carries becomes a note, so a new kind is never lost.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from fhir_kb.facts import drug_facts, study_facts
from fhir_kb.facts.fact import Fact
from fhir_kb.facts.knowledge import Study
from fhir_kb.facts.remarks import Discrepancy, HistoricalEvent, Silence, SourceDetail, Statement
from fhir_kb.facts.study_facts import Finding, Method
from fhir_kb.formats import Json
from fhir_kb.resources.context import Context
from fhir_kb.resources.datatypes import own_extension
from fhir_kb.resources.fact_words import fact_text
from fhir_kb.resources.finding import finding
from fhir_kb.resources.sourcing import fact_sources

_CARRIED_ELSEWHERE: frozenset[type[Fact]] = frozenset(
    {
        # in the ResearchStudy itself
        study_facts.Registration,
        study_facts.StudyDesign,
        study_facts.StudyPeriod,
        study_facts.StudySites,
        study_facts.StudyParty,
        study_facts.Objective,
        study_facts.AssessmentPoints,
        study_facts.Arm,
        study_facts.ResponseCriterion,
        # Group
        study_facts.StudyGroup,
        study_facts.EligibilityCriterion,
        # Observation
        study_facts.GroupSplit,
        study_facts.GroupMeasure,
        study_facts.BeforeAfter,
        study_facts.NotReported,
        study_facts.OutcomeCount,
        study_facts.EventAbsence,
        study_facts.TestResult,
        study_facts.GroupComparison,
        study_facts.DoseChange,
        # Evidence, EffectEvidenceSynthesis
        study_facts.EffectEstimate,
        # AdverseEvent
        study_facts.CountedEvent,
        # DocumentReference
        SourceDetail,
        # MedicationKnowledge, ClinicalUseDefinition, DetectedIssue, PlanDefinition
        drug_facts.Dosing,
        drug_facts.DoseAdjustment,
        drug_facts.Monitoring,
        drug_facts.Management,
    }
)


def study_notes(context: Context, study: Study) -> Iterator[Json]:
    """Yield one Annotation for each fact of a study that no other element carries."""
    for fact in study:
        if type(fact) not in _CARRIED_ELSEWHERE:
            yield _note(context, study, fact)


def _note(context: Context, study: Study, fact: Fact) -> Json:
    coded = [finding(context, study, fact)] if isinstance(fact, Finding) else []
    words = _WORDS.get(type(fact))
    text = words(fact) if words else ""
    return {
        "extension": [
            own_extension("note-topic", valueCode=_topic(fact)),
            *coded,
            *fact_sources(context, fact),
        ],
        "text": text or fact_text(context, study, fact),
    }


def _topic(fact: Fact) -> str:
    """Return a code for what the note is about: ``conclusion``, ``finding``, ``silence``."""
    if isinstance(fact, Statement):
        return fact.topic
    words = (f"-{letter.lower()}" if letter.isupper() else letter for letter in type(fact).__name__)
    return "".join(words).removeprefix("-")


def _history(fact: HistoricalEvent) -> str:
    return f"{fact.year}: {fact.says}" if fact.year and fact.says else ""


def _discrepancy(fact: Discrepancy) -> str:
    values = f"In the source: {'; '.join(fact.values)}." if fact.values else ""
    reading = f"Read as: {fact.reading}" if fact.reading else ""
    return " ".join(filter(None, (fact.says, values, reading)))


def _silence(fact: Silence) -> str:
    return " ".join(filter(None, (fact.says, f"Not stated: {', '.join(fact.missing)}.")))


def _method(fact: Method) -> str:
    terms = f"{fact.aspect.capitalize()}: {', '.join(fact.terms)}."
    return " ".join(filter(None, (fact.says, terms)))


_WORDS: Mapping[type[Fact], Callable[[Any], str]] = {
    Discrepancy: _discrepancy,
    HistoricalEvent: _history,
    Method: _method,
    Silence: _silence,
}
