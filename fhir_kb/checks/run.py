"""Every rule on every medicine it is about; one that fails stops only itself."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime

from fhir_kb.chart.chart import Chart, Medication
from fhir_kb.checks.question import Check, Question
from fhir_kb.checks.result import CheckResult, Gap
from fhir_kb.facts.knowledge import Knowledge, Rule
from fhir_kb.facts.rule import Criterion

CHECKS: Mapping[str, Check] = {}
"""Kind of rule -> how it is carried out."""


def rules_for(knowledge: Knowledge, hook: str, jurisdictions: Collection[str]) -> tuple[Rule, ...]:
    """Return the rules that speak at a hook, each with its criteria of these jurisdictions."""
    spoken = (
        rule.within(jurisdictions)
        for rule in knowledge.rules.values()
        if rule.header.enabled == "yes" and rule.indicator(hook)
    )
    return tuple(rule for rule in spoken if rule.of(Criterion))


def run_checks(rules: Iterable[Rule], chart: Chart, moment: datetime) -> list[CheckResult]:
    """Return one result per rule and medicine that the rule is about.

    ``rules`` come from ``rules_for`` at the chart's hook. No result at all means that nothing
    here is about this patient's orders. Nothing in a chart makes it fail.
    """
    return [
        _result(Question(rule, subject, chart, moment))
        for rule in rules
        for subject in _subjects(rule, chart)
    ]


def _subjects(rule: Rule, chart: Chart) -> Iterator[Medication]:
    """Yield the orders in focus that a rule is about; on opening a chart, what is being taken."""
    if chart.hook == "patient-view":
        candidates = [taken for taken in chart.medications if taken.current != "no"]
    else:
        candidates = [order for order in chart.orders if order.origin in chart.focus]
    for medication in candidates:
        if medication.is_in(*rule.header.drugs) or not medication.examinable:
            yield medication


def _result(question: Question) -> CheckResult:
    rule, subject = question.rule, question.subject
    if not subject.examinable:
        gap = Gap("the medicine of an order could not be identified")
        return CheckResult(rule=rule, subject=subject, gaps=(gap,))
    try:
        answer = CHECKS[rule.header.kind](question)
    except Exception:  # one rule's fault must not silence the others
        return CheckResult(rule=rule, subject=subject, gaps=(Gap("the check itself failed"),))
    return CheckResult(
        rule=rule,
        subject=subject,
        findings=tuple(answer.findings),
        gaps=tuple(dict.fromkeys(answer.gaps)),
    )
