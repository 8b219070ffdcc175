"""What Evidence and EffectEvidenceSynthesis share: titles, sources and marks of a ratio."""

from decimal import Decimal

from fhir_kb.facts.knowledge import Study
from fhir_kb.facts.study_facts import EffectEstimate
from fhir_kb.formats import Json
from fhir_kb.resources.bibliography import citation_text, link
from fhir_kb.resources.context import Context
from fhir_kb.resources.datatypes import complex_extension, own_extension, present, reference
from fhir_kb.resources.study_groups import (
    group_of,
    main_group,
    pooled_trials,
    publication_id,
    study_reference,
)
from fhir_kb.resources.xver import r5_element

CONFIDENCE_LEVEL = Decimal("0.95")
"""The level of every interval that ``EffectEstimate`` holds."""


def estimate_title(context: Context, study: Study, fact: EffectEstimate) -> str:
    """Return ``Wang 2016: HR of progression-free survival with …``."""
    outcome, exposure = context.text(fact.outcome), context.text(fact.exposure)
    return f"{study.short}: {fact.measure} of {outcome} with {exposure}"


def sample_size(study: Study, fact: EffectEstimate) -> Json:
    """Return the patients an estimate is about, and the trials where it is about all of them.

    Nothing is returned when the source leaves open whom the estimate is about.
    """
    if "ambiguous" in fact.flags:
        return {}
    group = group_of(study, fact.group)
    whole = main_group(study)
    trials = pooled_trials(study) if whole and whole.id == group.id else None
    return present(
        description="the whole pool; how many count in this estimate is not stated"
        if trials
        else None,
        numberOfStudies=trials,
        numberOfParticipants=group.n,
    )


def estimate_extensions(fact: EffectEstimate) -> list[Json]:
    """Return extension ``grade-range`` when the outcome is an event of certain grades."""
    if fact.event_grade is None:
        return []
    return [
        complex_extension(
            "grade-range", [("text", {"valueString": fact.event_grade.replace("..", "–")})]
        )
    ]


def significance(fact: EffectEstimate) -> list[Json]:
    """Return extension ``significant`` when the source calls the result so, or not so."""
    if fact.significant is None:
        return []
    return [own_extension("significant", valueBoolean=fact.significant == "yes")]


def study_artifacts(context: Context, study: Study) -> list[Json]:
    """Return the study and its report as related artifacts of R4 and R4B."""
    source = context.knowledge.sources[publication_id(study)]
    document = reference("DocumentReference", source.id, source.name)
    return [
        {
            "extension": [_resource(study_reference(study))],
            "type": "derived-from",
            "display": study.title,
        },
        present(
            extension=[_resource(document)],
            type="citation",
            display=source.name,
            citation=citation_text(source),
            url=link(source),
        ),
    ]


def _resource(target: Json) -> Json:
    return r5_element("RelatedArtifact.resourceReference", valueReference=target)
