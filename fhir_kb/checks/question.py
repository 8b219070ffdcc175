"""What a kind of rule is asked: one rule, for one medicine, of one chart, at one moment."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from fhir_kb.chart.chart import Chart, Medication, Record
from fhir_kb.checks.result import Change, Finding, Gap
from fhir_kb.checks.words import evidence_of
from fhir_kb.facts.knowledge import Rule
from fhir_kb.facts.rule import Criterion, Indicator
from fhir_kb.facts.rule_checks import SUMMARY_LENGTH


@dataclass(frozen=True)
class Question:
    """One rule for one subject: an order, or a medicine being taken."""

    rule: Rule
    subject: Medication
    chart: Chart
    moment: datetime

    @property
    def drug(self) -> str:
        """The rule's code set that the subject belongs to."""
        return next(name for name in self.rule.header.drugs if name in self.subject.sets)

    @property
    def indicator(self) -> Indicator:
        """How loudly the rule speaks at this hook."""
        return self.rule.indicator(self.chart.hook) or "info"

    def text(self, code_set: str) -> str:
        """Return our words for a code set."""
        return self.chart.code_sets[code_set].text


@dataclass
class Answer:
    """What a check gathers while it looks."""

    findings: list[Finding] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)

    def find(
        self,
        question: Question,
        criterion: Criterion,
        records: Iterable[Record] = (),
        changes: tuple[Change, ...] = (),
        **blanks: str,
    ) -> None:
        """Add a finding in the criterion's words, resting on these records."""
        found = tuple(records)
        filled = {"drug": question.text(question.drug), **blanks}
        summary = criterion.summary.format(**filled)
        told = [question.subject, *found]
        self.findings.append(
            Finding(
                criterion=criterion,
                indicator=criterion.indicator or question.indicator,
                # A summary cut short could lose a digit; the title never carries one.
                summary=summary if len(summary) <= SUMMARY_LENGTH else question.rule.header.title,
                detail=(criterion.detail or "").format(**filled),
                evidence=tuple(evidence_of(record) for record in found),
                changes=changes,
                by_words=any("words" in record.sets.values() for record in told),
            )
        )

    def miss(self, gaps: Iterable[Gap]) -> None:
        """Add what was needed and could not be used."""
        self.gaps.extend(gaps)


Check = Callable[[Question], Answer]
"""A kind of rule."""
