"""EffectEvidenceSynthesis: R4's home of a ratio with its interval; R4B and R5 have Evidence.

https://hl7.org/fhir/R4/effectevidencesynthesis.html
"""

from collections.abc import Iterator

from fhir_kb.facts.knowledge import Study
from fhir_kb.facts.study_facts import EffectEstimate
from fhir_kb.formats import Json
from fhir_kb.resources.canonical import canonical_opening
from fhir_kb.resources.context import Context
from fhir_kb.resources.datatypes import coded, extension, own_extension, present
from fhir_kb.resources.estimate import (
    CONFIDENCE_LEVEL,
    estimate_extensions,
    estimate_title,
    sample_size,
    significance,
    study_artifacts,
)
from fhir_kb.resources.evidence_variable import concept_variable, population_variable
from fhir_kb.resources.fact_words import fact_rows, fact_text
from fhir_kb.resources.sourcing import sourced
from fhir_kb.resources.statistic import p_quantity
from fhir_kb.resources.study_groups import group_of
from fhir_kb.resources.wording import p_words

_THO = "http://terminology.hl7.org/CodeSystem"
_ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
_MEASURES = {
    "HR": ("relative-HR", "hazard ratio"),
    "OR": ("relative-OR", "odds ratio"),
    "RR": ("relative-RR", "relative risk"),
}


def effect_evidence_syntheses(context: Context) -> Iterator[Json]:
    """Yield one EffectEvidenceSynthesis per estimate, in R4 only."""
    for study in context.knowledge.studies.values():
        for fact in study.of(EffectEstimate):
            yield _synthesis(context, study, fact)


def _synthesis(context: Context, study: Study, fact: EffectEstimate) -> Json:
    group = group_of(study, fact.group)
    opening = canonical_opening(
        context,
        "EffectEvidenceSynthesis",
        context.resource_id(study, fact),
        "published-aggregate",
        estimate_title(context, study, fact),
        [("Study", study.title), *fact_rows(context, study, fact)],
    )
    return opening | present(
        extension=estimate_extensions(fact),
        description=fact_text(context, study, fact),
        note=[{"text": fact.note}] if fact.note else None,
        relatedArtifact=study_artifacts(context, study),
        population=population_variable(context, study, group),
        exposure=concept_variable(context, fact.exposure),
        # The element is required; the sources do not say what the exposure was compared with.
        exposureAlternative={
            "extension": [extension(_ABSENT, valueCode="unknown")],
            "display": "not stated in the source",
        },
        outcome=concept_variable(context, fact.outcome),
        sampleSize=sample_size(study, fact),
        effectEstimate=[_estimate(context, fact)],
    )


def _estimate(context: Context, fact: EffectEstimate) -> Json:
    interval = {
        "type": coded(f"{_THO}/precision-estimate-type", "CI", "confidence interval"),
        "level": CONFIDENCE_LEVEL,
        "from": fact.interval.low,
        "to": fact.interval.high,
    }
    estimate = {
        "extension": [
            own_extension("p-value", valueQuantity=p_quantity(fact.p)),
            *significance(fact),
        ],
        "description": p_words(fact.p),
        "type": coded(f"{_THO}/effect-estimate-type", *_MEASURES[fact.measure]),
        "value": fact.value.value,
        "precisionEstimate": [interval],
    }
    return sourced(context, estimate, fact)
