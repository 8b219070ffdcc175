"""Kind ``dose-escalation``: a dose that rises faster than in the regimens that were studied."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from fhir_kb.chart.chart import Medication
from fhir_kb.checks.criteria import criteria_for
from fhir_kb.checks.durations import earlier
from fhir_kb.checks.question import Answer, Question
from fhir_kb.checks.result import Gap
from fhir_kb.checks.therapy import earlier_uses, therapy_of
from fhir_kb.checks.words import figure_words, span_words
from fhir_kb.facts.criteria import EscalationCriterion
from fhir_kb.units import convert


@dataclass(frozen=True, slots=True)
class _Step:
    """The order before this one, its daily dose, and since when that dose has been taken."""

    use: Medication
    dose: Decimal
    since: datetime


def check(question: Question) -> Answer:
    """Find a rise that is too great a step, or that comes too soon after the last."""
    answer = Answer()
    for criterion in criteria_for(question, EscalationCriterion, answer):
        therapy = therapy_of(question)
        answer.miss(therapy.gaps)
        new = question.subject.dose.per_day
        if therapy.is_new:
            continue
        before = _dose_before(question)
        if new is None or before is None:
            answer.gaps.append(
                Gap("the daily dose of this order or of the one before is not known")
            )
        elif new > before.dose and _is_too_fast(question, criterion, before, new):
            answer.find(
                question,
                criterion,
                [before.use],
                dose=f"{figure_words(new)} mg",
                before=f"{figure_words(before.dose)} mg",
                regimen=criterion.regimen,
                after=span_words(criterion.after),
            )
    return answer


def _dose_before(question: Question) -> _Step | None:
    """Return the newest earlier dose, and the first of the orders in a row that had it."""
    uses = [
        (date.earliest, use)
        for use in earlier_uses(question)
        if (date := use.started or use.written) is not None and use.dose.per_day is not None
    ]
    if not uses:
        return None
    uses.sort(key=lambda pair: (pair[0], pair[1].dose.per_day or Decimal(0)))
    since, last = uses[-1]
    for began, use in reversed(uses):
        if use.dose.per_day != last.dose.per_day:
            break
        since = began
    return _Step(last, last.dose.per_day or Decimal(0), since)


def _is_too_fast(
    question: Question, criterion: EscalationCriterion, before: _Step, new: Decimal
) -> bool:
    far, _ = earlier(question.moment, criterion.after)
    return before.since > far or new - before.dose > _greatest_step(criterion, before.dose)


def _greatest_step(criterion: EscalationCriterion, dose: Decimal) -> Decimal:
    """Return the greatest rise in mg a day: a fixed step, or a share of the dose so far."""
    if criterion.step is not None and criterion.step.value is not None:
        step = convert(criterion.step.value, criterion.step.unit, "mg/d")
        if step is not None:
            return step
    if criterion.share is not None:
        return dose * criterion.share.value / 100
    raise ValueError(f"{criterion.id}: neither a step nor a share")
