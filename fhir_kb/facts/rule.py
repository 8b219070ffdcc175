"""What a rule of decision support is made of: hooks, criteria, source attributes.

https://cds-hooks.hl7.org/2.0/, and for the source attributes 45 CFR 170.315(b)(11)(iv)(A):
https://www.ecfr.gov/current/title-45/section-170.315
"""

from dataclasses import dataclass
from typing import Literal

from fhir_kb.facts.code_set import CodeSetId
from fhir_kb.facts.fact import Fact

Hook = Literal["order-select", "order-sign", "order-dispatch", "patient-view"]
Indicator = Literal["info", "warning", "critical"]
Jurisdiction = Literal["US", "EU", "DE"]


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
class Criterion(Fact):
    """One row of a rule: a threshold and what is said when it is crossed.

    ``jurisdiction`` and ``drugs`` limit the row; left out, it holds wherever its rule does.
    ``summary`` (at most 139 characters when filled) and ``detail`` are the words of the card;
    a name in braces is filled with a value found. A row that is not ``enabled`` gives the reason.
    """

    summary: str
    detail: str | None = None
    jurisdiction: tuple[Jurisdiction, ...] = ()
    drugs: tuple[CodeSetId, ...] = ()
    indicator: Indicator | None = None
    enabled: Literal["yes", "no"] = "yes"
    reason: str | None = None
