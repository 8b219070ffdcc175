"""Kinds of fact about a medicine, whoever says them."""

from dataclasses import dataclass
from typing import Literal

from fhir_kb.facts.fact import ConceptId, DrugId, Fact, OrganizationId, ProgrammeId, StudyId
from fhir_kb.facts.values import Amount, Frequency

Action = Literal[
    "add-medication", "discontinue", "halve", "increase", "interrupt", "reduce", "temporarily-stop"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugName(Fact):
    """A name the medicine goes by."""

    name: str
    use: Literal["brand", "generic"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route(Fact):
    """How the medicine is given."""

    route: ConceptId


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugCharacteristic(Fact):
    """A chemical or physical trait of the substance."""

    aspect: Literal["molecule-type", "chemical-class"]
    value: ConceptId


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugClass(Fact):
    """A class the medicine belongs to, or is said not to belong to."""

    class_: ConceptId
    member: Literal["yes", "no"] = "yes"


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedDrug(Fact):
    """Medicines related to this one, and how."""

    drugs: tuple[DrugId, ...]
    relation: ConceptId


@dataclass(frozen=True, slots=True, kw_only=True)
class Mechanism(Fact):
    """What the medicine does in the body: effects, and the targets where they are named."""

    effects: tuple[ConceptId, ...]
    targets: tuple[ConceptId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Indication(Fact):
    """A use in a condition; ``status`` is what the source says of it, not a licence check."""

    condition: ConceptId
    status: Literal["approved", "in-use", "investigated", "proposed"]
    setting: tuple[ConceptId, ...] = ()
    with_: tuple[DrugId, ...] = ()
    extent: str | None = None
    year: int | None = None
    jurisdiction: str | None = None
    regulator: OrganizationId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseTime(Fact):
    """How long a response takes to appear."""

    condition: ConceptId
    bound: Literal["typical", "earliest", "latest"]
    time: Amount


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseStep:
    """One step of a dosing: a dose, or an increment, and when it applies.

    ``after`` is the time since the step before (or since the start); ``if_`` a condition.
    """

    dose: Amount | None = None
    increment: Amount | None = None
    every: Frequency | None = None
    frequency: Frequency | None = None
    after: Amount | None = None
    if_: ConceptId | None = None
    role: Literal["initial", "step", "maximum", "alternative"] = "step"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dosing(Fact):
    """Doses in their order, for a condition, a setting, a study, or certain patients.

    A dose in mg/d is a daily dose; a dose in mg goes with a frequency.
    ``patients`` is a concept with an optional ``threshold`` (platelets, > 500 10*9/L).
    """

    steps: tuple[DoseStep, ...]
    condition: ConceptId | None = None
    setting: ConceptId | None = None
    study: StudyId | None = None
    patients: tuple[ConceptId, ...] = ()
    threshold: Amount | None = None
    purpose: ConceptId | None = None
    until: ConceptId | None = None
    extent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseLimit(Fact):
    """A ceiling or floor that a source states for the dose."""

    kind: Literal["usual-ceiling", "benefit-ceiling"]
    dose: Amount
    condition: ConceptId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseFactor(Fact):
    """What a prescriber weighs when setting the dose."""

    factors: tuple[ConceptId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseAdjustment(Fact):
    """A rule: when the trigger occurs, change the dose so.

    The trigger is an event (with severity, or grade on the study's scale) or a response state.
    """

    actions: tuple[Action, ...]
    event: ConceptId | None = None
    severity: Literal["mild", "moderate", "severe"] | None = None
    grade: str | None = None
    response: ConceptId | None = None
    after: Amount | None = None
    by: Amount | None = None
    every: Frequency | None = None
    study: StudyId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UndesirableEffect(Fact):
    """An adverse effect that a source attributes to the medicine, without counting it.

    ``frequency`` and ``severity`` are the source's own words; ``serious`` only if it says so.
    """

    event: ConceptId
    frequency: str | None = None
    severity: Literal["mild", "moderate", "severe"] | None = None
    serious: str | None = None
    evidence: str | None = None
    mode: ConceptId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectDetail(Fact):
    """More on an adverse effect: one aspect, as a list of short terms."""

    event: ConceptId
    aspect: Literal[
        "cause",
        "consequence",
        "definition",
        "incidence",
        "mechanism",
        "onset",
        "risk-factor",
        "seriousness",
        "severity",
        "site",
        "symptom",
    ]
    terms: tuple[str, ...]
    threshold: Amount | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Management(Fact):
    """What may be done about an adverse effect."""

    event: ConceptId
    measures: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Precaution(Fact):
    """A warning to heed, with the effect it comes from where one is named."""

    topic: ConceptId
    event: ConceptId | None = None
    after: Amount | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitoring(Fact):
    """What is watched for, how, how often, and what to do on a sign.

    ``until`` bounds the time in which ``frequency`` holds.
    """

    action: Literal["measure", "report", "report-immediately", "seek-care-immediately", "visit"]
    event: ConceptId | None = None
    test: ConceptId | None = None
    signs: tuple[str, ...] = ()
    frequency: Frequency | None = None
    until: Amount | None = None
    starts: Amount | None = None
    devices: tuple[str, ...] = ()
    study: StudyId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contraindication(Fact):
    """A state in which the medicine must not be used."""

    condition: ConceptId
    strength: Literal["absolute", "relative"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction(Fact):
    """Something that should not meet the medicine, and why."""

    with_: ConceptId
    kind: Literal["food", "drug"]
    effect: ConceptId
    management: Literal["avoid", "caution"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskProgramme(Fact):
    """A risk management programme, its authority and goals; ``id`` names the programme."""

    name: str
    authority: OrganizationId | None = None
    jurisdiction: str | None = None
    mandatory: Literal["yes", "no"] | None = None
    goals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeRequirement(Fact):
    """What a risk programme asks of a group of patients, and when.

    ``before`` and ``after`` are spans before the start and after the end of therapy.
    """

    programme: ProgrammeId
    who: tuple[ConceptId, ...]
    requirement: ConceptId
    frequency: Frequency | None = None
    starts: Amount | None = None
    until: Amount | None = None
    before: Amount | None = None
    during: Literal["yes"] | None = None
    after: Amount | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Manufacturer(Fact):
    """The company behind the medicine."""

    organization: OrganizationId


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugComparison(Fact):
    """How the medicine compares with another treatment in one respect, without figures."""

    with_: ConceptId
    topic: ConceptId
    direction: Literal["better", "higher", "lower", "more-stable"]
    country: str | None = None
