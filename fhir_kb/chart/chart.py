"""What one request tells about one patient: plain values, each with its provenance.

Nothing here is FHIR JSON. What is not known is said to be not known, with the reason: a check
never takes a missing record for a normal one.
https://cds-hooks.hl7.org/2.0/#providing-fhir-resources-to-a-cds-service
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from fhir_kb.chart.dosage import Dose
from fhir_kb.chart.recognition import NOTHING, Confidence, Recognition
from fhir_kb.chart.records import Records
from fhir_kb.chart.when import When
from fhir_kb.facts.code_set import CategoryName, CodeSet

Sex = Literal["female", "male", "unknown"]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a record was found: ``place`` is context.draftOrders or a prefetch key.

    ``reference`` is ``Type/id``, or ``Type (entry 3)`` for a resource without an id.
    """

    place: str
    reference: str


@dataclass(frozen=True, slots=True)
class Category:
    """One category of data, and whether it can be relied on.

    ``reason`` says in a few words why it was not supplied or cannot be used. A category that was
    supplied may have gaps (``incomplete``): more pages, another patient's records.
    """

    name: CategoryName
    state: Literal["supplied", "not-supplied", "unusable"]
    reason: str = ""
    incomplete: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A record of the patient: ``what`` it was recognised as by the code sets of the knowledge.

    ``fault`` says why it must not be used (entered in error, an unknown modifier); it is empty
    for a good record.
    """

    origin: Origin
    what: Recognition = NOTHING
    fault: str = ""

    @property
    def sets(self) -> Mapping[str, Confidence]:
        """The code sets it belongs to, and how that was told."""
        return self.what.sets

    @property
    def text(self) -> str:
        """Our words for it."""
        return self.what.text

    @property
    def concerns(self) -> frozenset[str]:
        """The code sets that this record has to do with, surely or perhaps."""
        return self.what.unclear.union(self.what.sets)

    @property
    def alike(self) -> Hashable:
        """What it has in common with all records that concern the same sets."""
        return tuple(self.what.sets), self.what.unclear

    def is_in(self, *sets: str) -> bool:
        """Return whether the record belongs to one of these code sets."""
        return any(name in self.what.sets for name in sets)

    def may_be_in(self, *sets: str) -> bool:
        """Return whether it cannot be told that the record is of none of these code sets."""
        return not self.what.unclear.isdisjoint(sets)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """The patient: ``sex`` is the sex recorded for clinical use or at birth, else the gender."""

    origin: Origin
    birth: When | None = None
    sex: Sex = "unknown"
    sex_from: Literal["sex", "gender", "nothing"] = "nothing"
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """A measured value with its UCUM unit, exact or bounded on one side; ends are included.

    ``unit`` is None when the unit is not known: the figure then says nothing.
    """

    low: Decimal | None
    high: Decimal | None
    unit: str | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation(Record):
    """A measurement or finding; ``answered`` is what its coded or worded value is."""

    when: When | None = None
    measure: Measure | None = None
    answered: Recognition = NOTHING

    @property
    def answers(self) -> Mapping[str, Confidence]:
        """The code sets of its value."""
        return self.answered.sets

    @property
    def answer(self) -> str:
        """Our words for its value."""
        return self.answered.term.lower() or self.answered.text

    @property
    def concerns(self) -> frozenset[str]:
        """The code sets of what was asked, and of what was answered."""
        return self.what.unclear.union(self.what.sets, self.answers)

    @property
    def alike(self) -> Hashable:
        """What it has in common with all observations that concern the same sets."""
        return tuple(self.what.sets), self.what.unclear, tuple(self.answers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition(Record):
    """A problem or diagnosis."""

    active: Literal["yes", "no", "unknown"] = "unknown"
    verification: Literal["confirmed", "unconfirmed", "refuted", "unknown"] = "unknown"
    onset: When | None = None
    recorded: When | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Allergy(Record):
    """An allergy or intolerance."""

    active: Literal["yes", "no", "unknown"] = "unknown"
    verification: Literal["confirmed", "unconfirmed", "refuted", "unknown"] = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure(Record):
    """Something done to the patient; ``done`` is no when it was not done or is only planned."""

    done: Literal["yes", "no", "unknown"] = "unknown"
    when: When | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """What an order allows to be dispensed: repeats after the first fill, days, units."""

    repeats: int | None = None
    days: Decimal | None = None
    units: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Medication(Record):
    """An order, statement, administration or dispense of a medicine.

    ``current`` is yes for what is being taken or ordered now, no for what ended. ``strength`` in
    mg and ``brand`` are those of the product that a code or its words name. ``reasons`` are the
    code sets of what it was ordered for. ``attested`` is True when the order itself says that the
    patient can become pregnant. ``replaces`` are the orders (``Type/id``) whose place it takes.
    ``begins`` and ``ends`` bound the time it is taken in, where each of its dosages is bounded.
    """

    kind: Literal["order", "statement", "administration", "dispense"] = "order"
    current: Literal["yes", "no", "unknown"] = "unknown"
    strength: Decimal | None = None
    brand: str | None = None
    reasons: Mapping[str, Confidence] = field(default_factory=dict)
    written: When | None = None
    started: When | None = None
    dose: Dose = field(default_factory=Dose)
    supply: Supply = field(default_factory=Supply)
    attested: bool = False
    replaces: frozenset[str] = frozenset()
    begins: When | None = None
    ends: When | None = None


@dataclass(frozen=True)
class Chart:
    """What is known of one patient at one call.

    ``orders`` are all unsigned orders of the session (or those being dispatched); ``focus`` are
    the references of those that advice is asked for. ``medications`` are what the patient has
    had before this session. ``code_sets`` are what records were recognised by, ``indications``
    those of what a medicine of ours is given for.
    """

    hook: str
    patient_id: str
    patient: Patient
    categories: Mapping[CategoryName, Category]
    code_sets: Mapping[str, CodeSet]
    indications: frozenset[str] = frozenset()
    orders: Records[Medication] = Records()
    focus: frozenset[Origin] = frozenset()
    medications: Records[Medication] = Records()
    conditions: Records[Condition] = Records()
    observations: Records[Observation] = Records()
    allergies: Records[Allergy] = Records()
    procedures: Records[Procedure] = Records()

    @property
    def records(self) -> int:
        """How many records of the patient there are, orders included."""
        return (
            len(self.orders)
            + len(self.medications)
            + len(self.conditions)
            + len(self.observations)
            + len(self.allergies)
            + len(self.procedures)
        )
