"""Elements of ResearchStudy that all versions write alike.

https://hl7.org/fhir/R4/researchstudy.html
"""

from collections.abc import Iterator

from fhir_kb.facts.drug_facts import DoseAdjustment, Management, Monitoring
from fhir_kb.facts.fact import Fact
from fhir_kb.facts.knowledge import Study
from fhir_kb.facts.study_facts import (
    Arm,
    AssessmentPoints,
    Objective,
    Registration,
    ResponseCriterion,
    StudyDesign,
    StudyGroup,
    StudyPeriod,
    StudySites,
)
from fhir_kb.formats import Json
from fhir_kb.resources.context import Context
from fhir_kb.resources.datatypes import (
    amount_choice,
    amount_quantity,
    codeable,
    coding,
    complex_extension,
    extension,
    identifier,
    own_extension,
    present,
    reference,
)
from fhir_kb.resources.fact_words import full_text
from fhir_kb.resources.frame import frame
from fhir_kb.resources.sourcing import fact_sources, sourced
from fhir_kb.resources.study_groups import group_of, group_reference
from fhir_kb.resources.wording import amount_words

_REGISTRIES = {
    "clinicaltrials.gov": "http://clinicaltrials.gov",
    "isrctn": "https://www.isrctn.com",
}
_COUNTRIES = "urn:iso:std:iso:3166"
_PERIOD_DURATION = "http://hl7.org/fhir/StructureDefinition/artifact-periodDuration"
_NARRATED: tuple[type[Fact], ...] = (
    StudyDesign,
    StudyPeriod,
    StudySites,
    Registration,
    Objective,
    Arm,
    AssessmentPoints,
    ResponseCriterion,
)


def opening(context: Context, study: Study) -> Json:
    """Return what a ResearchStudy starts with; its extensions hold what FHIR has no element for."""
    rows: list[tuple[str, str | None]] = [
        (fact.id.replace("-", " ").capitalize(), full_text(context, study, fact))
        for fact in study
        if isinstance(fact, _NARRATED)
    ]
    for group in study.of(StudyGroup):
        rows.append((group.name.capitalize(), f"{group.n} patients" if group.n else group.says))
    start = frame("ResearchStudy", study.id, "published-aggregate", study.title, rows)
    start["extension"] = [
        *_stated_years(context, study),
        *_pooled(context, study),
        *_sites(context, study),
        *_assessments(context, study),
    ]
    return start


def _stated_years(context: Context, study: Study) -> Iterator[Json]:
    for design in study.of(StudyDesign):
        if design.year:
            year = complex_extension("stated-year", [("year", {"valueDate": str(design.year)})])
            yield sourced(context, year, design)


def _pooled(context: Context, study: Study) -> Iterator[Json]:
    for design in study.of(StudyDesign):
        if design.trials_pooled:
            parts = [("numberOfStudies", {"valueUnsignedInt": design.trials_pooled})]
            yield sourced(context, complex_extension("sample-size", parts), design)


def _sites(context: Context, study: Study) -> Iterator[Json]:
    for sites in study.of(StudySites):
        if sites.number is not None:
            parts = [("number", {"valueUnsignedInt": sites.number})]
            yield sourced(context, complex_extension("study-sites", parts), sites)


def _assessments(context: Context, study: Study) -> Iterator[Json]:
    for fact in study.of(AssessmentPoints):
        parts = [("at", amount_choice("value", amount)) for amount in fact.at]
        yield sourced(context, complex_extension("assessment-points", parts), fact)


def registrations(context: Context, study: Study) -> list[Json]:
    """Return our own identifier of a study, then its registry entries."""
    entries = [
        sourced(context, {"system": _REGISTRIES[fact.registry], "value": fact.number}, fact)
        for fact in study.of(Registration)
    ]
    return [identifier("study", study.id), *entries]


def description(context: Context, study: Study) -> Json:
    """Return the elements ``description`` and ``_description``: the design in our own words."""
    told = [design for design in study.of(StudyDesign) if design.says]
    return present(
        description=" ".join(design.says for design in told if design.says),
        _description=present(extension=fact_sources(context, *told)),
    )


def designs(context: Context, study: Study) -> list[Json]:
    """Return the design terms, in R4 categories and in R5 study designs."""
    return [
        sourced(context, codeable(context, term), design)
        for design in study.of(StudyDesign)
        for term in design.terms
    ]


def phase(context: Context, study: Study) -> Json | None:
    """Return the phase; None when the source does not state one."""
    stated = ((design, design.phase) for design in study.of(StudyDesign))
    return next(
        (sourced(context, codeable(context, term), design) for design, term in stated if term),
        None,
    )


def period(context: Context, study: Study) -> Json | None:
    """Return when a study ran, its dates as precise as printed; None when nothing is said."""
    facts = study.of(StudyPeriod)
    if not facts:
        return None
    lengths = [
        extension(_PERIOD_DURATION, valueDuration=amount_quantity(fact.duration))
        for fact in facts
        if fact.duration
    ]
    dates = present(
        start=next((fact.start for fact in facts if fact.start), None),
        end=next((fact.end for fact in facts if fact.end), None),
    )
    return sourced(context, {"extension": lengths, **dates}, *facts)


def places(context: Context, study: Study) -> list[Json]:
    """Return the countries and regions of a study, in R4 locations and in R5 regions."""
    stated: list[tuple[Fact, str | None, str | None]] = [
        *((sites, sites.country, sites.region) for sites in study.of(StudySites)),
        *((design, design.country, None) for design in study.of(StudyDesign)),
    ]
    return [
        sourced(
            context,
            present(coding=[coding(_COUNTRIES, country)] if country else None, text=region),
            fact,
        )
        for fact, country, region in stated
        if country or region
    ]


def site_names(context: Context, study: Study) -> Iterator[Json]:
    """Yield the named sites as References that hold a name only."""
    for sites in study.of(StudySites):
        for name in sites.names:
            yield sourced(context, {"display": name}, sites)


def protocols(study: Study) -> list[Json]:
    """Return a Reference to the study's rules, where it has a PlanDefinition of them."""
    ruled = (*study.of(Monitoring), *study.of(Management), *study.of(DoseAdjustment))
    return [reference("PlanDefinition", f"{study.id}-protocol")] if ruled else []


def arm_medications(arm: Arm) -> list[Json]:
    """Return one extension ``arm-medication`` for each medicine of an arm."""
    return [
        own_extension("arm-medication", valueReference=reference("Medication", drug, drug))
        for drug in arm.drugs
    ]


def objective_name(context: Context, objective: Objective) -> str | None:
    """Return the outcomes of an objective in words, else what it says."""
    return ", ".join(context.text(outcome) for outcome in objective.outcomes) or objective.says


def objective_outcomes(context: Context, objective: Objective) -> list[Json]:
    """Return one extension ``objective-outcome`` for each outcome an objective names."""
    return [
        own_extension("objective-outcome", valueCodeableConcept=codeable(context, outcome))
        for outcome in objective.outcomes
    ]


def response_criterion(context: Context, study: Study, fact: ResponseCriterion) -> Json:
    """Return extension ``response-criterion``: category, measure, and the change that counts."""
    group = group_of(study, fact.group) if fact.group else None
    parts: list[tuple[str, Json | None]] = [
        ("category", {"valueCodeableConcept": codeable(context, fact.category)}),
        ("group", {"valueReference": group_reference(context, study, group)} if group else None),
        ("measure", {"valueCodeableConcept": codeable(context, fact.measure)}),
        ("change", amount_choice("value", fact.change) if fact.change else None),
    ]
    return complex_extension("response-criterion", parts)


def criterion_name(context: Context, study: Study, fact: ResponseCriterion) -> str:
    """Return ``main response: non-transfusion-dependent patients``."""
    group = f": {group_of(study, fact.group).name}" if fact.group else ""
    return f"{context.text(fact.category)}{group}"


def criterion_words(context: Context, fact: ResponseCriterion) -> str:
    """Return what counts as the response, in our own words or from the values."""
    change = f": change of {amount_words(fact.change)}" if fact.change else ""
    return fact.says or f"{context.text(fact.measure)}{change}"
