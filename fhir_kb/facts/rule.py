"""What a rule of decision support is made of: hooks, criteria, populations, source attributes.

https://cds-hooks.hl7.org/2.0/, and for the source attributes 45 CFR 170.315(b)(11)(iv)(A):
https://www.ecfr.gov/current/title-45/section-170.315
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import ClassVar, Literal, NewType

from fhir_kb.facts.code_set import CodeSetId
from fhir_kb.facts.fact import ConceptId, Fact
from fhir_kb.facts.values import Amount

Hook = Literal["order-select", "order-sign", "order-dispatch", "patient-view"]
Indicator = Literal["info", "warning", "critical"]
Jurisdiction = Literal["US", "EU", "DE"]
PopulationId = NewType("PopulationId", str)
"""An entry of ``populations.yaml``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleHook:
    """A moment at which a rule speaks, and how loudly."""

    hook: Hook
    indicator: Indicator


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceAttributes:
    """The thirteen attributes of an evidence-based intervention; "not used" is written out."""

    citation: str
    developer: str
    funding: str
    dates: str
    race: str
    ethnicity: str
    language: str
    sexual_orientation: str
    gender_identity: str
    sex: str
    date_of_birth: str
    social_determinants: str
    health_status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleHeader:
    """What stands above the criteria of a rule.

    ``kind`` names the module of ``fhir_kb.checks`` that carries the rule out. Rules of one
    ``theme`` are told on one card. ``drugs`` are code sets. ``patients`` are who the whole rule is
    about: where another indication is known, it has nothing to say. A rule that is not
    ``enabled`` gives the reason.
    """

    kind: str
    title: str
    purpose: str
    theme: str
    drugs: tuple[CodeSetId, ...]
    hooks: tuple[RuleHook, ...]
    attributes: SourceAttributes
    patients: tuple[CodeSetId, ...] = ()
    override_reasons: tuple[ConceptId, ...] = ()
    enabled: Literal["yes", "no"] = "yes"
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Population(Fact):
    """Who a precaution is meant for; a patient belongs to it unless something rules that out.

    A record of ``excluded_by`` rules it out for good. ``menopause`` rules it out when it has
    lasted at least ``lasting`` and the patient is at least ``age`` old, if an age is named. What
    is not known rules nothing out. A sex that is not recorded may be either. A record of
    ``shown_by``, now or ever, counts more than the sex on record: a pregnancy shows that a patient
    of whatever gender can become pregnant.
    """

    text: str
    sex: Literal["female", "male"]
    shown_by: tuple[CodeSetId, ...] = ()
    excluded_by: tuple[CodeSetId, ...] = ()
    menopause: tuple[CodeSetId, ...] = ()
    lasting: Amount | None = None
    age: Amount | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion(Fact):
    """One row of a rule: what it looks for, and what is said when it is found.

    ``jurisdiction`` and ``drugs`` limit the row; left out, it holds wherever its rule does.
    ``patients`` limits it to those with a record of these sets, or an order given for one.
    ``unless`` are sets of which a current record answers the finding (aspirin is taken).
    ``summary`` (at most 139 characters) and ``detail`` are the words of the card; a name in
    braces is filled with what was found. A row that is not ``enabled`` gives the reason.
    """

    summary: str
    detail: str | None = None
    jurisdiction: tuple[Jurisdiction, ...] = ()
    drugs: tuple[CodeSetId, ...] = ()
    patients: tuple[CodeSetId, ...] = ()
    unless: tuple[CodeSetId, ...] = ()
    indicator: Indicator | None = None
    enabled: Literal["yes", "no"] = "yes"
    reason: str | None = None

    blanks: ClassVar[frozenset[str]] = frozenset({"drug"})

    def holds_in(self, jurisdictions: Collection[str]) -> bool:
        """Return whether the row is enabled and holds in one of these jurisdictions."""
        somewhere = not self.jurisdiction or not set(jurisdictions).isdisjoint(self.jurisdiction)
        return self.enabled == "yes" and somewhere
