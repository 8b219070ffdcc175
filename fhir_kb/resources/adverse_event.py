"""AdverseEvent: counted in a study (actual), or stated of a medicine (potential).

https://hl7.org/fhir/R4/adverseevent.html, https://hl7.org/fhir/R5/adverseevent.html

A counted event's subject is the Group that was exposed. A statement of an information page
counts nobody: it is published as ``potential`` on a definitional Group and tagged as drug
knowledge, beside its proper home (ClinicalUseDefinition), because users ask for it here.
"""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from fhir_kb.facts.drug_facts import EffectDetail, Management, UndesirableEffect
from fhir_kb.facts.fact import ConceptId, DrugId, Fact
from fhir_kb.facts.knowledge import Drug, Study
from fhir_kb.facts.study_facts import CaseDetail, CountedEvent, StudyGroup
from fhir_kb.formats import Json
from fhir_kb.resources.context import Context
from fhir_kb.resources.datatypes import (
    amount_choice,
    codeable,
    coded,
    complex_extension,
    identifier,
    own_extension,
    present,
    reference,
)
from fhir_kb.resources.frame import frame
from fhir_kb.resources.sourcing import fact_sources
from fhir_kb.resources.wording import amount_words, effect_detail_row, share_words

_THO = "http://terminology.hl7.org/CodeSystem"
_NCIT = "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl"
_SEVERITIES = {"mild": "Mild", "moderate": "Moderate", "severe": "Severe"}
_OUTCOMES_R4 = {
    "resolved": "Resolved",
    "recovering": "Recovering",
    "ongoing": "Ongoing",
    "fatal": "Fatal",
}
_OUTCOMES_R5 = {
    "resolved": ("C49498", "Recovered/Resolved"),
    "recovering": ("C49496", "Recovering/Resolving"),
    "ongoing": ("C49494", "Not recovering/not resolved"),
    "fatal": ("C48275", "Fatal"),
}


class _Event(NamedTuple):
    """What both versions say of one event."""

    opening: Json
    id: str
    actuality: str
    event: Json
    subject: Json
    drugs: tuple[str, ...]
    facts: tuple[Fact, ...]
    counted: CountedEvent | None
    measures: tuple[str, ...]
    sources: tuple[str, ...]
    study: Study | None


def build_r4(context: Context) -> Iterator[Json]:
    """Yield the AdverseEvents of R4 and R4B."""
    for item in _events(context):
        counted = item.counted
        severity = counted.severity if counted else None
        outcome = counted.outcome if counted else None
        yield item.opening | present(
            identifier=identifier("adverse-event", item.id),
            actuality=item.actuality,
            event=item.event,
            subject=item.subject,
            severity=severity
            and coded(f"{_THO}/adverse-event-severity", severity, _SEVERITIES[severity]),
            outcome=outcome
            and coded(f"{_THO}/adverse-event-outcome", outcome, _OUTCOMES_R4[outcome]),
            suspectEntity=[
                {"instance": reference("Medication", drug, drug)} for drug in item.drugs
            ],
            referenceDocument=[reference("DocumentReference", id) for id in item.sources],
            study=_study(item),
        )


def build_r5(context: Context) -> Iterator[Json]:
    """Yield the AdverseEvents of R5."""
    for item in _events(context):
        outcome = item.counted.outcome if item.counted else None
        yield item.opening | present(
            identifier=[identifier("adverse-event", item.id)],
            status="completed",
            actuality=item.actuality,
            category=[
                coded(f"{_THO}/adverse-event-category", "clinical-research", "Clinical Research")
            ]
            if item.study
            else None,
            code=item.event,
            subject=item.subject,
            outcome=[coded(_NCIT, *_OUTCOMES_R5[outcome])] if outcome else None,
            study=_study(item),
            suspectEntity=[
                {"instanceReference": reference("Medication", drug, drug)} for drug in item.drugs
            ],
            mitigatingAction=[
                {"itemCodeableConcept": {"text": measure}} for measure in item.measures
            ],
            supportingInfo=[
                {"itemReference": reference("DocumentReference", id)} for id in item.sources
            ],
        )


def _study(item: _Event) -> list[Json] | None:
    study = item.study
    return [reference("ResearchStudy", study.id, study.short)] if study else None


def _events(context: Context) -> Iterator[_Event]:
    for study in context.knowledge.studies.values():
        for counted in study.of(CountedEvent):
            yield _counted(context, study, counted)
    for drug in context.knowledge.drugs.values():
        for concept, effects in _by_event(drug).items():
            yield _potential(context, drug, concept, effects)


def _sources(facts: tuple[Fact, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(cite.source) for fact in facts for cite in fact.cite))


# --- counted in a study ---


def _counted(context: Context, study: Study, counted: CountedEvent) -> _Event:
    id = context.resource_id(study, counted)
    event = context.text(counted.event)
    group = _group(study, counted.group)
    details = tuple(
        detail
        for detail in study.of(CaseDetail)
        if detail.event == counted.event and counted.n == 1
    )
    facts = (counted, *details)
    opening = frame(
        "AdverseEvent",
        id,
        "published-aggregate",
        f"{event}: {study.short}",
        _counted_rows(study, counted, group, details),
    )
    opening["extension"] = [
        _frequency(study, counted, group),
        *_grade(counted),
        *(own_extension("event-risk-change", valueCode=way) for way in (counted.direction,) if way),
        *(_case_detail(context, detail) for detail in details),
        *fact_sources(context, *facts),
    ]
    return _Event(
        opening=opening,
        id=id,
        actuality="actual",
        event=codeable(context, counted.event),
        subject=reference("Group", f"{study.id}-{group.id}", group.name),
        drugs=(counted.drug,) if counted.drug else study.drugs,
        facts=facts,
        counted=counted,
        measures=counted.management,
        sources=_sources(facts),
        study=study,
    )


def _group(study: Study, id: str) -> StudyGroup:
    return next(group for group in study.of(StudyGroup) if group.id == id)


def _counted_rows(
    study: Study, counted: CountedEvent, group: StudyGroup, details: tuple[CaseDetail, ...]
) -> Iterator[tuple[str, str | None]]:
    yield "Study", study.title
    yield "Exposed group", group.name
    share = share_words(counted.n, group.n, counted.percent)
    yield "Patients with the event", share or None
    if counted.n is None and counted.percent:
        yield "Denominator", "not stated in the source"
    yield "Risk", counted.direction
    grade = f"{counted.scale or ''} grade {counted.grade}".strip() if counted.grade else None
    yield "Grade", grade
    yield "Severity", counted.severity
    yield "Symptoms", ", ".join(counted.symptoms)
    yield "Outcome", counted.outcome
    yield "Managed by", ", ".join(counted.management)
    for detail in details:
        value = amount_words(detail.value) if detail.value else ""
        yield detail.aspect.replace("-", " ").capitalize(), value or ", ".join(detail.terms)
    for fact in (counted, *details):
        yield "Note", fact.note


def _frequency(study: Study, counted: CountedEvent, group: StudyGroup) -> Json:
    """Return extension event-frequency: counts as printed, and the share they make."""
    total = group.n if counted.n is not None else None
    computed = None
    if counted.n is not None and total and not counted.percent:
        share = Decimal(100 * counted.n) / Decimal(total)
        computed = share.quantize(Decimal("0.1"), ROUND_HALF_UP)
    at_risk = counted.at_risk or counted.group
    return complex_extension(
        "event-frequency",
        [
            ("numerator", None if counted.n is None else {"valueUnsignedInt": counted.n}),
            ("denominator", {"valueUnsignedInt": total} if total else None),
            ("percent", {"valueDecimal": counted.percent.value} if counted.percent else None),
            ("percentComputed", None if computed is None else {"valueDecimal": computed}),
            ("denominatorStated", {"valueBoolean": total is not None}),
            ("atRisk", {"valueReference": reference("Group", f"{study.id}-{at_risk}")}),
        ],
    )


def _grade(counted: CountedEvent) -> Iterator[Json]:
    if counted.grade:
        yield complex_extension(
            "grade-range",
            [
                ("scale", {"valueString": counted.scale} if counted.scale else None),
                ("text", {"valueString": counted.grade}),
            ],
        )


def _case_detail(context: Context, detail: CaseDetail) -> Json:
    value = amount_choice("value", detail.value) if detail.value else None
    terms = ", ".join(detail.terms)
    return complex_extension(
        "case-detail",
        [
            ("aspect", {"valueCode": detail.aspect}),
            ("value", value),
            ("text", {"valueString": terms} if terms else None),
        ],
    )


# --- stated of a medicine ---


def _by_event(drug: Drug) -> dict[ConceptId, tuple[Fact, ...]]:
    """Return what is said of each undesirable effect: the effect itself, then its details."""
    said: tuple[UndesirableEffect | EffectDetail, ...]
    said = (*drug.of(UndesirableEffect), *drug.of(EffectDetail))
    events: dict[ConceptId, list[Fact]] = {}
    for fact in said:
        events.setdefault(fact.event, []).append(fact)
    for measure in drug.of(Management):
        if measure.event in events:
            events[measure.event].append(measure)
    return {event: tuple(facts) for event, facts in events.items()}


def _potential(context: Context, drug: Drug, event: ConceptId, facts: tuple[Fact, ...]) -> _Event:
    id = f"{drug.id}-{event}"
    rows: list[tuple[str, str | None]] = [("Medicine", context.text(drug.concept))]
    measures: list[str] = []
    for fact in facts:
        if isinstance(fact, UndesirableEffect):
            rows += [
                ("Frequency (source's words)", fact.frequency),
                ("Severity", fact.severity),
                ("Seriousness (source's words)", fact.serious),
                ("Evidence", fact.evidence),
            ]
        elif isinstance(fact, EffectDetail):
            rows.append(effect_detail_row(fact))
        elif isinstance(fact, Management):
            measures += fact.measures
    rows.append(("May help", ", ".join(measures)))
    opening = frame(
        "AdverseEvent",
        id,
        "drug-knowledge",
        f"{context.text(event)} with {context.text(drug.concept)}: stated, not counted",
        rows,
    )
    opening["extension"] = fact_sources(context, *facts)
    subject: DrugId | str = f"{drug.id}-exposed"
    return _Event(
        opening=opening,
        id=id,
        actuality="potential",
        event=codeable(context, event),
        subject=reference("Group", subject, f"people taking {context.text(drug.concept)}"),
        drugs=(drug.id,),
        facts=facts,
        counted=None,
        measures=tuple(measures),
        sources=_sources(facts),
        study=None,
    )
