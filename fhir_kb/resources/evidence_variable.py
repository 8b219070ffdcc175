"""EvidenceVariable: the outcomes, exposures and populations that evidence is about.

https://hl7.org/fhir/R4/evidencevariable.html, https://hl7.org/fhir/R5/evidencevariable.html

One for each term, whichever study used it. All versions write a variable alike; R4 has them for
EffectEvidenceSynthesis only, whose populations must be variables too.
"""

from collections.abc import Iterator

from fhir_kb.facts.fact import ConceptId, Fact
from fhir_kb.facts.knowledge import Study
from fhir_kb.facts.study_facts import (
    EffectEstimate,
    EventAbsence,
    Finding,
    OutcomeCount,
    StudyGroup,
)
from fhir_kb.formats import Json
from fhir_kb.resources.canonical import canonical_opening
from fhir_kb.resources.context import Context
from fhir_kb.resources.datatypes import codeable, reference
from fhir_kb.resources.study_groups import group_of, group_reference


def build_r4(context: Context) -> Iterator[Json]:
    """Yield the variables of R4's effect estimates: terms and populations."""
    for concept in _concepts(context, (EffectEstimate,)):
        yield _term(context, concept)
    for study in context.knowledge.studies.values():
        for id in dict.fromkeys(fact.group for fact in study.of(EffectEstimate)):
            yield _population(context, study, group_of(study, id))


def build_r4b(context: Context) -> Iterator[Json]:
    """Yield the terms of all evidence, in R4B."""
    return build_r5(context)


def build_r5(context: Context) -> Iterator[Json]:
    """Yield the terms of all evidence, in R5."""
    kinds = (EffectEstimate, EventAbsence, Finding, OutcomeCount)
    return (_term(context, concept) for concept in _concepts(context, kinds))


def concept_variable(context: Context, concept: ConceptId) -> Json:
    """Return a Reference to the variable of a term."""
    return reference("EvidenceVariable", concept, context.text(concept))


def population_variable(context: Context, study: Study, group: StudyGroup) -> Json:
    """Return a Reference to the variable of a population, which only R4 has."""
    return reference("EvidenceVariable", context.resource_id(study, group), group.name)


def _concepts(context: Context, kinds: tuple[type[Fact], ...]) -> Iterator[ConceptId]:
    """Yield each term once, in the order of its first use."""
    facts = (
        fact
        for study in context.knowledge.studies.values()
        for fact in study
        if isinstance(fact, kinds)
    )
    return iter(dict.fromkeys(concept for fact in facts for concept in _terms(fact)))


def _terms(fact: Fact) -> tuple[ConceptId, ...]:
    match fact:
        case EffectEstimate():
            return (fact.outcome, fact.exposure)
        case OutcomeCount():
            return (fact.outcome,)
        case EventAbsence():
            return fact.events
        case Finding():
            exposures = (fact.exposure,) if fact.exposure else ()
            return (fact.outcome, *exposures, *fact.against, *fact.settings)
        case _:
            return ()


def _term(context: Context, concept: ConceptId) -> Json:
    text = context.text(concept)
    definition = {"definitionCodeableConcept": codeable(context, concept)}
    return _variable(context, concept, text, definition)


def _population(context: Context, study: Study, group: StudyGroup) -> Json:
    definition = {"definitionReference": group_reference(context, study, group)}
    title = f"{study.short}: {group.name}"
    return _variable(context, context.resource_id(study, group), title, definition)


def _variable(context: Context, id: str, title: str, definition: Json) -> Json:
    opening = canonical_opening(
        context, "EvidenceVariable", id, "published-aggregate", title, [("Variable", title)]
    )
    return opening | {"characteristic": [{"description": title, **definition}]}
