"""Evidence: what a study found, as a statistic or in words.

https://hl7.org/fhir/R4B/evidence.html, https://hl7.org/fhir/R5/evidence.html

R4's Evidence has no statistic: there a ratio is an EffectEvidenceSynthesis, a count an
Observation, and a finding without figures a note of the ResearchStudy.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from fhir_kb.facts.fact import ConceptId, Fact
from fhir_kb.facts.knowledge import Study
from fhir_kb.facts.study_facts import (
    EffectEstimate,
    EventAbsence,
    Finding,
    OutcomeCount,
    StudyDesign,
    StudyGroup,
)
from fhir_kb.formats import Json
from fhir_kb.resources.canonical import canonical_opening
from fhir_kb.resources.context import Context
from fhir_kb.resources.datatypes import codeable, coded, present, quantity, reference
from fhir_kb.resources.effect_evidence_synthesis import effect_evidence_syntheses
from fhir_kb.resources.estimate import (
    CONFIDENCE_LEVEL,
    estimate_extensions,
    estimate_title,
    sample_size,
    significance,
    study_artifacts,
)
from fhir_kb.resources.evidence_variable import concept_variable
from fhir_kb.resources.fact_words import fact_rows, fact_text
from fhir_kb.resources.finding import finding
from fhir_kb.resources.sourcing import fact_sources, sourced
from fhir_kb.resources.statistic import STATISTIC_TYPE, p_quantity
from fhir_kb.resources.study_groups import (
    group_of,
    group_reference,
    main_group,
    publication_id,
    study_reference,
)

_THO = "http://terminology.hl7.org/CodeSystem"
_MEASURES = {
    "HR": ("C93150", "Hazard Ratio"),
    "OR": ("C16932", "Odds Ratio"),
    "RR": ("C93152", "Relative Risk"),
}
_ROLES = {
    "population": "population",
    "subpopulation": "subpopulation",
    "exposure": "exposure",
    "referenceExposure": "reference exposure",
    "measuredVariable": "measured variable",
}


class _Evidence(NamedTuple):
    """One result: in whom, of what, and its statistics."""

    title: str
    group: StudyGroup | None
    variables: list[Json]
    statistics: list[Json]
    extensions: list[Json]


def build_r4(context: Context) -> Iterator[Json]:
    """Yield R4's form of the ratios: EffectEvidenceSynthesis."""
    return effect_evidence_syntheses(context)


def build_r4b(context: Context) -> Iterator[Json]:
    """Yield the Evidence of R4B: it has studyType, but neither name nor studyDesign."""
    for study, evidence in _evidence(context):
        del evidence["name"]
        terms = [context.text(term) for design in study.of(StudyDesign) for term in design.terms]
        yield evidence | present(
            relatedArtifact=study_artifacts(context, study),
            studyType={"text": ", ".join(terms)} if terms else None,
        )


def build_r5(context: Context) -> Iterator[Json]:
    """Yield the Evidence of R5."""
    for study, evidence in _evidence(context):
        terms = [term for design in study.of(StudyDesign) for term in design.terms]
        yield evidence | present(
            relatedArtifact=[
                {
                    "type": "derived-from",
                    "display": study.title,
                    "resourceReference": study_reference(study),
                }
            ],
            studyDesign=[codeable(context, term) for term in terms],
        )


def _evidence(context: Context) -> Iterator[tuple[Study, Json]]:
    """Yield each study with what all versions say of one of its results."""
    for study in context.knowledge.studies.values():
        for fact in study:
            result = _RESULTS.get(type(fact))
            if result:
                yield study, _resource(context, study, fact, result(context, study, fact))


def _resource(context: Context, study: Study, fact: Fact, result: _Evidence) -> Json:
    source = context.knowledge.sources[publication_id(study)]
    opening = canonical_opening(
        context,
        "Evidence",
        context.resource_id(study, fact),
        "published-aggregate",
        result.title,
        [("Study", study.title), *fact_rows(context, study, fact)],
    )
    population = _population(context, study, result.group)
    synthesis = {"text": "meta-analysis"} if study.kind == "meta-analysis" else None
    return opening | present(
        extension=result.extensions,
        citeAsReference=reference("Citation", source.id, source.name),
        assertion=fact_text(context, study, fact),
        note=[{"text": fact.note}] if fact.note else None,
        variableDefinition=[population, *result.variables],
        synthesisType=synthesis,
        statistic=result.statistics,
    )


def _population(context: Context, study: Study, group: StudyGroup | None) -> Json:
    observed = group_reference(context, study, group) if group else None
    return present(
        description=group.name if group else context.text(study.condition),
        variableRole=_role("population"),
        observed=observed,
    )


def _variable(context: Context, role: str, concept: ConceptId, **more: Any) -> Json:
    return {
        "description": context.text(concept),
        "variableRole": _role(role),
        "observed": concept_variable(context, concept),
        **more,
    }


def _role(code: str) -> Json:
    return coded(f"{_THO}/variable-role", code, _ROLES[code])


# --- kinds of result ---


def _estimate(context: Context, study: Study, fact: EffectEstimate) -> _Evidence:
    group = group_of(study, fact.group)
    attributes = f"{_THO}/attribute-estimate-type"
    interval = {
        "type": coded(attributes, "C53324", "Confidence interval"),
        "level": CONFIDENCE_LEVEL,
        "range": {
            "low": {"value": fact.interval.low},
            "high": {"value": fact.interval.high},
        },
    }
    p = present(
        extension=significance(fact),
        type=coded(attributes, "C44185", "P-value"),
        quantity=p_quantity(fact.p),
    )
    statistic = present(
        statisticType=coded(STATISTIC_TYPE, *_MEASURES[fact.measure]),
        quantity={"value": fact.value.value},
        sampleSize=sample_size(study, fact),
        attributeEstimate=[interval, p],
    )
    grade = estimate_extensions(fact)
    outcome = _variable(context, "measuredVariable", fact.outcome)
    return _Evidence(
        title=estimate_title(context, study, fact),
        group=group,
        variables=[
            _variable(context, "exposure", fact.exposure),
            outcome | {"extension": grade} if grade else outcome,
        ],
        statistics=[sourced(context, statistic, fact)],
        extensions=[],
    )


def _count(context: Context, study: Study, fact: OutcomeCount) -> _Evidence:
    group = group_of(study, fact.group)
    total = fact.of or group.n
    percent = quantity(fact.percent.value, "%") if fact.percent else None
    return _Evidence(
        title=f"{study.short}: {context.text(fact.outcome)} in {group.name}",
        group=group,
        variables=[_variable(context, "measuredVariable", fact.outcome)],
        statistics=[sourced(context, _proportion(fact.n, total, percent), fact)],
        extensions=[],
    )


def _absence(context: Context, study: Study, fact: EventAbsence) -> _Evidence:
    group = group_of(study, fact.group)
    events = ", ".join(context.text(event) for event in fact.events)
    statistics = [
        _proportion(0, group.n, None) | {"description": context.text(event)}
        for event in fact.events
    ]
    return _Evidence(
        title=f"{study.short}: {events} not seen in {group.name}",
        group=group,
        variables=[_variable(context, "measuredVariable", event) for event in fact.events],
        statistics=[sourced(context, statistic, fact) for statistic in statistics],
        extensions=[],
    )


def _proportion(n: int, total: int | None, percent: Json | None) -> Json:
    return present(
        statisticType=coded(STATISTIC_TYPE, "C44256", "Proportion"),
        quantity=percent,
        numberAffected=n,
        sampleSize={"numberOfParticipants": total} if total is not None else None,
    )


def _in_words(context: Context, study: Study, fact: Finding) -> _Evidence:
    exposure = [_variable(context, "exposure", fact.exposure)] if fact.exposure else []
    return _Evidence(
        title=f"{study.short}: {context.text(fact.outcome)}, {fact.direction.replace('-', ' ')}",
        group=group_of(study, fact.group) if fact.group else main_group(study),
        variables=[
            *(_variable(context, "subpopulation", setting) for setting in fact.settings),
            *exposure,
            *(_variable(context, "referenceExposure", other) for other in fact.against),
            _variable(context, "measuredVariable", fact.outcome),
        ],
        statistics=[],
        extensions=[finding(context, study, fact), *fact_sources(context, fact)],
    )


_RESULTS: Mapping[type[Fact], Callable[[Context, Study, Any], _Evidence]] = {
    EffectEstimate: _estimate,
    EventAbsence: _absence,
    Finding: _in_words,
    OutcomeCount: _count,
}
