"""Kind ``daily-dose``: a daily dose above a figure, added up over all that is taken together."""

from decimal import Decimal

from fhir_kb.chart.chart import Medication
from fhir_kb.checks.criteria import criteria_by_indication
from fhir_kb.checks.question import Answer, Question
from fhir_kb.checks.result import Gap
from fhir_kb.checks.together import taken_together
from fhir_kb.checks.words import amount_words, figure_words
from fhir_kb.facts.criteria import DailyDoseCriterion
from fhir_kb.units import convert


def check(question: Question) -> Answer:
    """Find a dose above the limit; what is known of it may be enough to tell."""
    answer = Answer()
    others = taken_together(question)
    for criterion in criteria_by_indication(question, DailyDoseCriterion, answer):
        limit = _limit(criterion)
        own = _greatest([question.subject])
        if own is not None and own > limit:
            _find(question, criterion, own, (), answer)
            continue
        sum = _greatest([question.subject, *others])
        if others and sum is not None and sum > limit:
            _find(question, criterion, sum, others, answer)
        unknown = [
            order.dose.unknown for order in (question.subject, *others) if not order.dose.week
        ]
        answer.miss(Gap(f"the daily dose is not known: {reason}") for reason in unknown)
    return answer


def _limit(criterion: DailyDoseCriterion) -> Decimal:
    value, unit = criterion.limit.value, criterion.limit.unit
    limit = None if value is None else convert(value, unit, "mg/d")
    if limit is None:
        raise ValueError(f"{criterion.id}: the limit is no daily dose")
    return limit


def _greatest(orders: list[Medication]) -> Decimal | None:
    """Return the most that orders give on one day, as far as is known."""
    singles = [order.dose.single for order in orders if order.dose.single is not None]
    weeks = [order.dose.week for order in orders if order.dose.week]
    days = [sum(day, Decimal(0)) for day in zip(*weeks, strict=True)]
    return max((*singles, *days), default=None)


def _find(
    question: Question,
    criterion: DailyDoseCriterion,
    dose: Decimal,
    others: tuple[Medication, ...],
    answer: Answer,
) -> None:
    together = f" ({len(others) + 1} orders together)" if others else ""
    answer.find(
        question,
        criterion,
        others,
        dose=f"{figure_words(dose)} mg{together}",
        limit=amount_words(criterion.limit),
    )
