"""The kinds of criterion: what each kind of rule can look for, and with which figures."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from fhir_kb.facts.code_set import CodeSetId
from fhir_kb.facts.fact import Fact
from fhir_kb.facts.rule import Criterion, PopulationId
from fhir_kb.facts.values import Amount, Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordCriterion(Criterion):
    """A record that must not, or not silently, stand beside the medicine.

    ``records`` are sets of conditions, procedures, observations or medicines; ``ever`` counts
    what is past. Another order of the same session counts as a medicine.
    """

    records: tuple[CodeSetId, ...]
    when: Literal["current", "ever"] = "current"

    blanks: ClassVar[frozenset[str]] = frozenset({"drug", "record"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PregnancyCriterion(Criterion):
    """Pregnancy now: a condition, a recorded status, or a positive test after the last negative.

    A positive test older than ``lasting`` says nothing of today. ``contradiction`` is what the
    card says besides when the sex on record speaks against it.
    """

    conditions: tuple[CodeSetId, ...]
    tests: tuple[CodeSetId, ...]
    positive: tuple[CodeSetId, ...]
    negative: tuple[CodeSetId, ...]
    lasting: Amount
    population: PopulationId
    contradiction: str

    blanks: ClassVar[frozenset[str]] = frozenset({"drug", "record", "contradiction"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """How old the last test may be: ``every``, while therapy has lasted no longer than ``until``.

    ``irregular`` holds instead where a record of these sets says that cycles are irregular.
    """

    every: Amount
    until: Amount | None = None
    irregular: tuple[CodeSetId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PregnancyTestCriterion(Criterion):
    """Negative pregnancy tests in the windows that a programme sets.

    ``windows`` are spans of time before prescribing, each of which needs a negative test; they
    are for ``phase``: the first prescription, or every one. ``intervals`` are for therapy under
    way. A test that is neither clearly negative nor positive counts as none.
    """

    population: PopulationId
    tests: tuple[CodeSetId, ...]
    negative: tuple[CodeSetId, ...]
    positive: tuple[CodeSetId, ...]
    phase: Literal["first", "continuing", "every"]
    windows: tuple[Amount, ...] = ()
    intervals: tuple[Cadence, ...] = ()

    blanks: ClassVar[frozenset[str]] = frozenset({"drug", "missing"})


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviceCriterion(Criterion):
    """Advice for everyone in a population, found or not."""

    population: PopulationId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplyCriterion(Criterion):
    """The longest supply of one prescription, and how many repeats it may have.

    ``population`` limits the row to who belongs to it, ``outside`` to who does not.
    """

    days: Amount
    repeats: int | None = None
    population: PopulationId | None = None
    outside: PopulationId | None = None

    blanks: ClassVar[frozenset[str]] = frozenset({"drug", "supply", "days", "repeats"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeCriterion(Criterion):
    """The safety programme of a product: of a ``brand``, or of the products without one."""

    programme: str
    brand: str | None = None
    url: str

    blanks: ClassVar[frozenset[str]] = frozenset({"drug", "programme"})


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasurementCriterion(Criterion):
    """A measured value beyond a bound, such as ``< 1000 /uL``.

    ``percent_of`` names a set of percentages and one of the whole, from which the value follows
    where it was not measured itself. The newest value counts, if it is not older than ``within``.
    """

    measure: CodeSetId
    bound: Amount
    within: Amount
    percent: CodeSetId | None = None
    whole: CodeSetId | None = None

    blanks: ClassVar[frozenset[str]] = frozenset({"drug", "value", "bound", "measure"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RenalDoseCriterion(Criterion):
    """The greatest daily dose in a band of creatinine clearance, or on dialysis.

    The band includes its lower end and not its upper. ``every_other_day`` doses are given as
    their daily mean.
    """

    dose: Amount
    clearance: Amount | None = None
    dialysis: Literal["yes"] | None = None
    regimen: str

    blanks: ClassVar[frozenset[str]] = frozenset({"drug", "clearance", "dose", "regimen"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearanceFormula(Fact):
    """Cockcroft and Gault: (``minus_age`` - age) x weight / (``divisor`` x creatinine).

    Years, kilograms and mg/dL give mL/min; for women it is multiplied by ``female``. ``measured``
    is a set of clearances that were calculated elsewhere by the same formula.
    """

    minus_age: Figure
    divisor: Figure
    female: Figure
    creatinine: CodeSetId
    weight: CodeSetId
    measured: CodeSetId
    dialysis: tuple[CodeSetId, ...]
    within: Amount
    weight_within: Amount


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyDoseCriterion(Criterion):
    """A daily dose that is not to be passed without a thought."""

    limit: Amount

    blanks: ClassVar[frozenset[str]] = frozenset({"drug", "dose", "limit"})


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateCriterion(Criterion):
    """A second medicine of the class: another one, or the same once more.

    The same medicine counts only in the same session, or when it is being taken in another
    strength: an earlier order of the same strength is what is being renewed.
    """

    others: tuple[CodeSetId, ...]
    which: Literal["other-medicine", "same-medicine"]

    blanks: ClassVar[frozenset[str]] = frozenset({"drug", "record"})


@dataclass(frozen=True, slots=True, kw_only=True)
class AllergyCriterion(Criterion):
    """An allergy or intolerance to the medicine itself, or to one of the same class."""

    allergens: tuple[CodeSetId, ...]
    which: Literal["same-medicine", "other-medicine"]

    blanks: ClassVar[frozenset[str]] = frozenset({"drug", "record"})


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoringCriterion(Criterion):
    """A measurement that is due again: ``every`` so long, while therapy lasts ``until``."""

    measure: tuple[CodeSetId, ...]
    intervals: tuple[Cadence, ...]
    population: PopulationId | None = None

    blanks: ClassVar[frozenset[str]] = frozenset({"drug", "measure", "every", "age"})


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationCriterion(Criterion):
    """The fastest rise of the dose in a regimen: by ``step`` (or ``share``), ``after`` so long."""

    after: Amount
    step: Amount | None = None
    share: Figure | None = None
    regimen: str

    blanks: ClassVar[frozenset[str]] = frozenset({"drug", "dose", "before", "regimen", "after"})


RULE_KINDS: Mapping[str, Mapping[str, type[Fact]]] = {
    "advice": {"criteria": AdviceCriterion},
    "allergy": {"criteria": AllergyCriterion},
    "daily-dose": {"criteria": DailyDoseCriterion},
    "dose-escalation": {"criteria": EscalationCriterion},
    "duplicate": {"criteria": DuplicateCriterion},
    "measurement": {"criteria": MeasurementCriterion},
    "monitoring": {"criteria": MonitoringCriterion},
    "pregnancy": {"criteria": PregnancyCriterion},
    "pregnancy-test": {"criteria": PregnancyTestCriterion},
    "programme": {"criteria": ProgrammeCriterion},
    "record": {"criteria": RecordCriterion},
    "renal-dose": {"formula": ClearanceFormula, "criteria": RenalDoseCriterion},
    "supply": {"criteria": SupplyCriterion},
}
"""Kind of rule -> the sections of its file, and what kind of fact they hold."""
