"""Observation: the tabulated results of a study, on the Group that was measured.

https://hl7.org/fhir/R4/observation.html; all versions write these alike.

``Observation?subject=Group/…&code=718-7`` finds a measure's values in a group: a result has its
measure's own code only when its value is a value of that measure. A P value or a change is a
component, a significance test has the code of the test. The time of a result is counted from
the start of treatment (component ``time-point``); no date is invented.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from fhir_kb.facts.fact import Fact
from fhir_kb.facts.knowledge import Study
from fhir_kb.facts.study_facts import (
    BeforeAfter,
    ComparedValue,
    DoseChange,
    EventAbsence,
    GroupComparison,
    GroupMeasure,
    GroupSplit,
    NotReported,
    OutcomeCount,
    StudyGroup,
    TestResult,
)
from fhir_kb.facts.values import Amount
from fhir_kb.formats import Json
from fhir_kb.resources.context import Context
from fhir_kb.resources.datatypes import (
    amount_choice,
    codeable,
    coded,
    extension,
    identifier,
    own_extension,
    present,
    reference,
)
from fhir_kb.resources.fact_words import fact_rows
from fhir_kb.resources.frame import frame
from fhir_kb.resources.local_code import DOSE_CHANGE, RESULT_KIND
from fhir_kb.resources.observation_part import (
    concepts,
    number_of_patients,
    p_value,
    part,
    share,
    summary_part,
    time_points,
)
from fhir_kb.resources.sourcing import fact_sources
from fhir_kb.resources.statistic import (
    count_choice,
    plain_number,
    summary_quantity,
    summary_statistic,
    unit_of,
)
from fhir_kb.resources.study_groups import (
    group_of,
    group_reference,
    main_group,
    source_references,
    study_reference,
)
from fhir_kb.resources.wording import amount_words

_STUDY = "http://hl7.org/fhir/StructureDefinition/workflow-researchStudy"
_ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"


class _Result(NamedTuple):
    """One published result: what it is of, in whom, and its figures."""

    id: str
    kind: str
    code: Json
    group: StudyGroup | None
    parts: list[Json]
    value: Json
    members: tuple[str, ...] = ()


def build(context: Context) -> Iterator[Json]:
    """Yield the Observations of every study, in any version."""
    for study in context.knowledge.studies.values():
        for fact in study:
            results = _RESULTS.get(type(fact))
            if results:
                for result in results(context, study, fact):
                    yield _observation(context, study, fact, result)


def _observation(context: Context, study: Study, fact: Fact, result: _Result) -> Json:
    title = f"{study.short}: {result.code['text']}"
    rows = [("Study", study.title), *fact_rows(context, study, fact)]
    opening = frame("Observation", result.id, "published-aggregate", title, rows)
    opening["extension"] = [
        extension(_STUDY, valueReference=study_reference(study)),
        *fact_sources(context, fact),
    ]
    medicine = context.knowledge.drugs[fact.drug].concept if fact.drug else None
    group = result.group
    return opening | present(
        identifier=[identifier("observation", result.id)],
        status="final",
        category=[RESULT_KIND.concept(result.kind)],
        code=result.code,
        subject=group and group_reference(context, study, group),
        **result.value,
        note=[{"text": words} for words in (fact.says, fact.note) if words],
        hasMember=[reference("Observation", member) for member in result.members],
        derivedFrom=source_references(context, fact),
        component=[
            *result.parts,
            *concepts(context, "medication", [medicine] if medicine else []),
        ],
    )


# --- measurements ---


def _before_after(context: Context, study: Study, fact: BeforeAfter) -> Iterator[_Result]:
    unit = unit_of(fact)
    what = context.text(fact.measure)
    figure = fact.after or fact.before or fact.change
    statistic = summary_statistic(figure)["text"].lower() if figure else "figure"
    words = f"{what}: group {statistic} {_after(fact.at)}"
    yield _Result(
        id=context.resource_id(study, fact),
        kind="before-after",
        code=codeable(context, fact.measure, words),
        group=group_of(study, fact.group),
        value={"valueQuantity": summary_quantity(fact.after, unit)} if fact.after else {},
        parts=[
            *number_of_patients(fact.n),
            *time_points([fact.at]),
            *summary_part("before-treatment", fact.before, unit),
            *summary_part("change", fact.change, unit),
            *p_value(fact.p),
        ],
    )


def _after(at: Amount | None) -> str:
    return f"after {amount_words(at)}" if at else "after treatment"


def _group_measure(context: Context, study: Study, fact: GroupMeasure) -> Iterator[_Result]:
    statistic = summary_statistic(fact.value)["text"].lower()
    yield _Result(
        id=context.resource_id(study, fact),
        kind="group-measure",
        code=codeable(context, fact.measure, f"{context.text(fact.measure)}: group {statistic}"),
        group=group_of(study, fact.group),
        value={"valueQuantity": summary_quantity(fact.value, unit_of(fact))},
        parts=[*number_of_patients(fact.n), *time_points([fact.at])],
    )


def _not_reported(context: Context, study: Study, fact: NotReported) -> Iterator[_Result]:
    absent = coded(_ABSENT, "unknown", "Unknown") | {"text": "left empty in the document"}
    yield _Result(
        id=context.resource_id(study, fact),
        kind="not-reported",
        code=codeable(context, fact.measure),
        group=group_of(study, fact.group),
        value={"dataAbsentReason": absent},
        parts=list(time_points(fact.at)),
    )


# --- counts ---


def _outcome_count(context: Context, study: Study, fact: OutcomeCount) -> Iterator[_Result]:
    group = group_of(study, fact.group)
    total = fact.of or group.n
    yield _Result(
        id=context.resource_id(study, fact),
        kind="outcome-count",
        code=codeable(context, fact.outcome, f"{context.text(fact.outcome)}: number of patients"),
        group=group,
        value=count_choice("value", fact.n, total),
        parts=[
            *share(fact.n, total, fact.percent, "derived" in fact.flags),
            *time_points([fact.at]),
            *concepts(context, "reason", fact.reasons),
        ],
    )


def _group_split(context: Context, study: Study, fact: GroupSplit) -> Iterator[_Result]:
    group = group_of(study, fact.group)
    parts = []
    for split in fact.parts:
        count = count_choice("value", split.n, group.n)
        component = {"code": codeable(context, split.trait), **count}
        if split.group:
            target = group_reference(context, study, group_of(study, split.group))
            component["extension"] = [own_extension("part-group", valueReference=target)]
        parts.append(component)
    yield _Result(
        id=context.resource_id(study, fact),
        kind="group-split",
        code=codeable(context, fact.by, f"{context.text(fact.by)}: number of patients"),
        group=group,
        value={},
        parts=parts,
    )


def _event_absence(context: Context, study: Study, fact: EventAbsence) -> Iterator[_Result]:
    group = group_of(study, fact.group)
    events = ", ".join(context.text(event) for event in fact.events)
    yield _Result(
        id=context.resource_id(study, fact),
        kind="event-absence",
        code=RESULT_KIND.concept("event-absence", f"looked for and not seen: {events}"),
        group=group,
        value={},
        parts=[
            {"code": codeable(context, event), **count_choice("value", 0, group.n)}
            for event in fact.events
        ],
    )


def _dose_change(context: Context, study: Study, fact: DoseChange) -> Iterator[_Result]:
    group = group_of(study, fact.group)
    direction = DOSE_CHANGE.concept(fact.direction)
    level = amount_choice("value", fact.value) if fact.value else {}
    measure = {"code": codeable(context, fact.measure), **level} if fact.measure else None
    yield _Result(
        id=context.resource_id(study, fact),
        kind="dose-change",
        code=RESULT_KIND.concept("dose-change", f"dose change ({direction['text'].lower()})"),
        group=group,
        value=count_choice("value", fact.n, fact.of or group.n),
        parts=[
            part("direction", valueCodeableConcept=direction),
            *(part("dose", **amount_choice("value", dose)) for dose in fact.doses),
            *concepts(context, "result", fact.results),
            *([measure] if measure else []),
        ],
    )


# --- comparisons ---


def _test_result(context: Context, study: Study, fact: TestResult) -> Iterator[_Result]:
    words = f"{context.text(fact.test)} of {context.text(fact.measure)}"
    f_statistic = [part("f-statistic", valueQuantity=plain_number(fact.f.value))] if fact.f else []
    yield _Result(
        id=context.resource_id(study, fact),
        kind="significance-test",
        code=codeable(context, fact.test, words),
        group=group_of(study, fact.group),
        value={},
        parts=[
            *concepts(context, "measure", [fact.measure]),
            *time_points(fact.at),
            *f_statistic,
            *p_value(fact.p),
        ],
    )


def _comparison(context: Context, study: Study, fact: GroupComparison) -> Iterator[_Result]:
    """Yield the comparison with its P value, then each group's side under the factor's code."""
    id = context.resource_id(study, fact)
    what = context.text(fact.factor)
    sides = [f"{id}-{side.group}" for side in fact.values]
    related = [part("related", valueBoolean=fact.related == "yes")] if fact.related else []
    yield _Result(
        id=id,
        kind="group-comparison",
        code=RESULT_KIND.concept("group-comparison", f"{what}: compared between groups"),
        group=_compared_whole(study, fact),
        value={},
        parts=[*concepts(context, "factor", [fact.factor]), *related, *p_value(fact.p)],
        members=tuple(sides),
    )
    for side_id, side in zip(sides, fact.values, strict=True):
        yield _side(context, study, fact, side_id, side)


def _side(
    context: Context, study: Study, fact: GroupComparison, id: str, side: ComparedValue
) -> _Result:
    group = group_of(study, side.group)
    value: Json = {}
    words = f"{context.text(fact.factor)}: {group.name}"
    if side.value:
        value = {"valueQuantity": summary_quantity(side.value, unit_of(fact))}
    elif side.n is not None:
        value = count_choice("value", side.n, group.n)
    return _Result(
        id=id,
        kind="compared-value",
        code=codeable(context, fact.factor, words),
        group=group,
        value=value,
        parts=list(share(side.n, group.n, side.percent, "derived" in fact.flags)),
    )


def _compared_whole(study: Study, fact: GroupComparison) -> StudyGroup | None:
    """Return the group that all compared groups are part of, else the study's main group."""
    wholes = {group_of(study, side.group).of for side in fact.values}
    whole = wholes.pop() if len(wholes) == 1 else None
    return group_of(study, whole) if whole else main_group(study)


_RESULTS: Mapping[type[Fact], Callable[[Context, Study, Any], Iterator[_Result]]] = {
    BeforeAfter: _before_after,
    DoseChange: _dose_change,
    EventAbsence: _event_absence,
    GroupComparison: _comparison,
    GroupMeasure: _group_measure,
    GroupSplit: _group_split,
    NotReported: _not_reported,
    OutcomeCount: _outcome_count,
    TestResult: _test_result,
}
