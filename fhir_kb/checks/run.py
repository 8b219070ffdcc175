"""Every rule on every medicine it is about; one that fails stops only itself."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime

from fhir_kb.chart.chart import Chart, Medication
from fhir_kb.checks import (
    advice,
    allergy,
    daily_dose,
    dose_escalation,
    duplicate,
    measurement,
    monitoring,
    pregnancy,
    pregnancy_test,
    programme,
    record,
    renal_dose,
    supply,
)
from fhir_kb.checks.question import Check, Question
from fhir_kb.checks.result import CheckResult, Gap
from fhir_kb.facts.knowledge import Knowledge, Rule
from fhir_kb.facts.rule import Criterion

CHECKS: Mapping[str, Check] = {
    "advice": advice.check,
    "allergy": allergy.check,
    "daily-dose": daily_dose.check,
    "dose-escalation": dose_escalation.check,
    "duplicate": duplicate.check,
    "measurement": measurement.check,
    "monitoring": monitoring.check,
    "pregnancy": pregnancy.check,
    "pregnancy-test": pregnancy_test.check,
    "programme": programme.check,
    "record": record.check,
    "renal-dose": renal_dose.check,
    "supply": supply.check,
}
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
    """Yield the orders in focus that a rule is about, or that may be one of its medicines.

    On opening a chart the rule is about what is being taken, once per medicine.
    """
    drugs = rule.header.drugs
    if chart.hook != "patient-view":
        yield from (order for order in chart.orders.about(*drugs) if order.origin in chart.focus)
        return
    taken: dict[str, Medication] = {}
    for medication in sorted(chart.medications.about(*drugs), key=_when_written):
        if medication.current != "no":
            named = [drug for drug in drugs if drug in medication.sets]
            unclear = [""] if medication.may_be_in(*drugs) else []
            taken |= dict.fromkeys(named or unclear, medication)
    yield from taken.values()


def _when_written(medication: Medication) -> tuple[str, str]:
    date = medication.written or medication.started
    return (date.earliest.isoformat() if date else "", medication.origin.reference)


def _result(question: Question) -> CheckResult:
    """Return how a rule ended; what speaks against the order itself ends it at once."""
    rule, subject = question.rule, question.subject
    gaps = tuple(_general_gaps(question))
    if not subject.is_in(*rule.header.drugs):
        gap = Gap("a medicine could not be recognised; it may be one of those this rule is about")
        return CheckResult(rule=rule, subject=subject, gaps=(gap, *gaps))
    if subject.fault:
        gap = Gap(f"the record of {question.text(question.drug)} was not used: {subject.fault}")
        return CheckResult(rule=rule, subject=subject, gaps=(gap, *gaps))
    try:
        answer = CHECKS[rule.header.kind](question)
    except Exception:  # one rule's fault must not silence the others
        return CheckResult(rule=rule, subject=subject, gaps=(Gap("the check itself failed"), *gaps))
    return CheckResult(
        rule=rule,
        subject=subject,
        findings=tuple(answer.findings),
        gaps=tuple(dict.fromkeys((*answer.gaps, *gaps))),
    )


def _general_gaps(question: Question) -> Iterator[Gap]:
    """Yield what puts every check in doubt: data that came with another patient's record."""
    chart = question.chart
    if chart.patient.fault and chart.categories["patient"].state == "supplied":
        yield Gap(f"the patient's record was not used: {chart.patient.fault}", "patient")
