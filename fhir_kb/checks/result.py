"""How a check ends: found, nothing found, or not done and why.

Nothing found is said only when everything that was needed was there: a gap turns it into not
done, so that what is missing never reassures.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from fhir_kb.chart.chart import Medication, Origin
from fhir_kb.facts.code_set import CategoryName
from fhir_kb.facts.knowledge import Rule
from fhir_kb.facts.rule import Criterion, Indicator
from fhir_kb.facts.values import Amount

Outcome = Literal["found", "nothing-found", "not-done"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A record that a finding rests on: where it is, and what it says in a few words.

    The words are the knowledge's and figures; nothing of a record's free text is repeated.
    """

    origin: Origin
    words: str


@dataclass(frozen=True, slots=True)
class Change:
    """A change of an order that would answer a finding; what is None stays as it is.

    ``stop`` withdraws the order. ``daily_dose`` is information for the prescriber: the order's
    dosage cannot be rewritten safely.
    """

    order: Origin
    label: str
    stop: bool = False
    repeats: int | None = None
    supply_days: Decimal | None = None
    daily_dose: Amount | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something a criterion looked for and found; ``summary`` is at most 139 characters.

    ``evidence`` names the records. ``by_words`` is True when the medicine or a record was
    recognised only by its words, which a card must say.
    """

    criterion: Criterion
    indicator: Indicator
    summary: str
    detail: str = ""
    evidence: tuple[Evidence, ...] = ()
    changes: tuple[Change, ...] = ()
    by_words: bool = False


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that was needed and could not be used.

    ``category`` is the prefetch key that would have held it; None for the order itself.
    """

    reason: str
    category: CategoryName | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """How one rule ended for one order (or, when a chart is opened, one medicine being taken).

    ``gaps`` may stand beside findings: what was found is true, what was not looked at is said.
    """

    rule: Rule
    subject: Medication | None
    findings: tuple[Finding, ...] = ()
    gaps: tuple[Gap, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """Return found if anything was found, nothing found only if nothing was missing."""
        if self.findings:
            return "found"
        return "not-done" if self.gaps else "nothing-found"
