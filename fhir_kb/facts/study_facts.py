"""Kinds of fact about a study: who was studied, how, and what was found."""

from dataclasses import dataclass
from typing import Literal

from fhir_kb.facts.fact import ConceptId, DrugId, Fact, GroupId, OrganizationId
from fhir_kb.facts.values import Amount, Figure, Interval, PValue, Summary

Direction = Literal[
    "improved", "worsened", "increased", "decreased", "no-difference", "prolonged", "present"
]
"""Which way an outcome went; ``present`` is an effect that is stated without a comparison."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration(Fact):
    """A registry entry."""

    registry: Literal["clinicaltrials.gov", "isrctn"]
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyDesign(Fact):
    """Design terms, phase and size as the source states them."""

    terms: tuple[ConceptId, ...] = ()
    phase: ConceptId | None = None
    trials_pooled: int | None = None
    year: int | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyPeriod(Fact):
    """When the study ran; dates as precise as printed (YYYY, YYYY-MM)."""

    start: str | None = None
    end: str | None = None
    duration: Amount | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StudySites(Fact):
    """Number and place of the centres."""

    number: int | None = None
    country: str | None = None
    region: str | None = None
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyParty(Fact):
    """An organization with a part in the study."""

    organization: OrganizationId
    role: Literal["sponsor", "ethics", "investigator-site"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective(Fact):
    """What the study set out to find; ``says`` holds it."""

    outcomes: tuple[ConceptId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentPoints(Fact):
    """When results were assessed."""

    at: tuple[Amount, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm(Fact):
    """A comparison group of the protocol; ``role`` stands only where the source tells it."""

    name: str
    drugs: tuple[DrugId, ...]
    role: Literal["experimental", "active-comparator"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyGroup(Fact):
    """A group of patients; ``id`` is how other facts refer to it.

    ``of`` is the larger group it is part of, ``traits`` what its members share, ``lasting`` how
    long they were treated, ``dose`` the dose they began with.
    """

    name: str
    n: int | None = None
    of: GroupId | None = None
    kind: Literal["enrolled", "analysed", "subgroup", "case"]
    traits: tuple[ConceptId, ...] = ()
    excluded: Literal["yes"] | None = None
    lasting: Amount | None = None
    dose: Amount | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a split group; ``group`` names the group it makes where there is one."""

    trait: ConceptId
    n: int
    group: GroupId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSplit(Fact):
    """A group counted by one characteristic."""

    group: GroupId
    by: ConceptId
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupMeasure(Fact):
    """A characteristic of a group in figures."""

    group: GroupId
    measure: ConceptId
    value: Summary
    unit: str
    n: int | None = None
    at: Amount | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BeforeAfter(Fact):
    """A measurement before and after treatment in one group (a row of Table 1).

    ``unit`` is UCUM, ``printed_unit`` the document's own where it differs.
    """

    group: GroupId
    measure: ConceptId
    unit: str
    printed_unit: str | None = None
    at: Amount | None = None
    n: int | None = None
    before: Summary | None = None
    after: Summary | None = None
    change: Summary | None = None
    p: PValue | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotReported(Fact):
    """A table cell that the document leaves empty."""

    group: GroupId
    measure: ConceptId
    at: tuple[Amount, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeCount(Fact):
    """Patients of a group who reached an outcome: n of the group's number."""

    group: GroupId
    outcome: ConceptId
    n: int
    of: int | None = None
    percent: Figure | None = None
    at: Amount | None = None
    reasons: tuple[ConceptId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EligibilityCriterion(Fact):
    """A condition for taking part."""

    type: Literal["inclusion", "exclusion"]
    trait: ConceptId
    value: Amount | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseCriterion(Fact):
    """What counts as a response of a category, in a group."""

    category: ConceptId
    group: GroupId | None = None
    measure: ConceptId
    change: Amount | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Method(Fact):
    """How data were gathered or analysed."""

    aspect: Literal["analysis", "consent", "data", "device", "significance", "software"]
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedEvent(Fact):
    """An adverse event counted, or compared, in a study.

    ``percent`` without ``n`` is a percentage whose denominator the source does not state.
    ``direction`` stands where only a change of risk is reported.
    """

    event: ConceptId
    group: GroupId
    n: int | None = None
    percent: Figure | None = None
    at_risk: GroupId | None = None
    grade: str | None = None
    scale: Literal["WHO"] | None = None
    severity: Literal["mild", "moderate", "severe"] | None = None
    outcome: Literal["resolved", "ongoing", "fatal", "recovering"] | None = None
    management: tuple[str, ...] = ()
    direction: Literal["increased"] | None = None
    serious: str | None = None
    symptoms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDetail(Fact):
    """One aspect of a counted event: exposure, onset, course."""

    event: ConceptId
    aspect: Literal[
        "causality", "cumulative-dose", "dose", "duration", "follow-up", "onset", "outcome"
    ]
    value: Amount | None = None
    terms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EventAbsence(Fact):
    """A harm that was looked for and not seen in a group."""

    events: tuple[ConceptId, ...]
    group: GroupId


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectEstimate(Fact):
    """A ratio with its 95 % confidence interval and P value."""

    measure: Literal["HR", "RR", "OR"]
    outcome: ConceptId
    exposure: ConceptId
    group: GroupId
    value: Figure
    interval: Interval
    p: PValue
    event_grade: str | None = None
    significant: Literal["yes", "no"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TestResult(Fact):
    """A significance test over time or between groups."""

    test: ConceptId
    group: GroupId
    measure: ConceptId
    p: PValue
    f: Figure | None = None
    at: tuple[Amount, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding(Fact):
    """A result stated in words only: which way an outcome went, and in whom."""

    outcome: ConceptId
    direction: Direction
    group: GroupId | None = None
    exposure: ConceptId | None = None
    against: tuple[ConceptId, ...] = ()
    settings: tuple[ConceptId, ...] = ()
    significant: Literal["yes", "no"] | None = None
    dose: Amount | None = None
    at: Amount | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedValue:
    """A group's side of a comparison: a count with percentage, or a summary."""

    group: GroupId
    n: int | None = None
    percent: Figure | None = None
    value: Summary | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupComparison(Fact):
    """A factor compared between groups (a row of Table 2)."""

    factor: ConceptId
    values: tuple[ComparedValue, ...] = ()
    unit: str | None = None
    printed_unit: str | None = None
    p: PValue | None = None
    related: Literal["yes", "no"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseChange(Fact):
    """Patients whose dose was changed, from what to what, and what followed.

    ``value`` is the level of ``measure`` that they kept or reached.
    """

    group: GroupId
    n: int
    direction: Literal["any", "increase", "reduction", "withdrawal", "re-introduction"]
    doses: tuple[Amount, ...] = ()
    results: tuple[ConceptId, ...] = ()
    of: int | None = None
    measure: ConceptId | None = None
    value: Amount | None = None
