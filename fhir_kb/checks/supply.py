"""Kind ``supply``: how much one prescription may hold, and whether it may be repeated."""

from decimal import Decimal

from fhir_kb.checks.criteria import criteria_for
from fhir_kb.checks.population import membership
from fhir_kb.checks.question import Answer, Question
from fhir_kb.checks.result import Change, Gap
from fhir_kb.checks.words import figure_words
from fhir_kb.facts.criteria import SupplyCriterion
from fhir_kb.units import convert


def check(question: Question) -> Answer:
    """Find a supply that is too long, or repeats that are not allowed."""
    answer = Answer()
    for criterion in criteria_for(question, SupplyCriterion, answer):
        if not _is_for(question, criterion):
            continue
        supply, limit = question.subject.supply, _days(criterion)
        too_long = supply.days is not None and supply.days > limit
        repeats = supply.repeats or 0
        too_often = criterion.repeats is not None and repeats > criterion.repeats
        if supply.days is None:
            answer.gaps.append(Gap("the order does not say for how many days it supplies"))
        if supply.repeats is None and criterion.repeats is not None:
            answer.gaps.append(Gap("the order does not say whether it may be repeated"))
        if too_long or too_often:
            answer.find(
                question,
                criterion,
                changes=(_change(question, criterion, too_long, too_often),),
                supply="not stated" if supply.days is None else figure_words(supply.days),
                days=f"{limit}",
                repeats=str(repeats),
            )
    return answer


def _change(
    question: Question, criterion: SupplyCriterion, too_long: bool, too_often: bool
) -> Change:
    """Return what would bring an order within its bounds, and nothing else of it."""
    days = _days(criterion) if too_long else None
    repeats = criterion.repeats if too_often else None
    words = [
        *([f"supply for {days} days"] if days is not None else []),
        *(["no repeats"] if repeats == 0 else [f"{repeats} repeats"] if repeats else []),
    ]
    label = ", ".join(words)
    return Change(
        question.subject.origin, label[:1].upper() + label[1:], repeats=repeats, supply_days=days
    )


def _is_for(question: Question, criterion: SupplyCriterion) -> bool:
    """Return whether a row is for this patient: a precaution for the one group spares none."""
    if criterion.population and membership(question, criterion.population) == "no":
        return False
    return not criterion.outside or membership(question, criterion.outside) == "no"


def _days(criterion: SupplyCriterion) -> Decimal:
    value, unit = criterion.days.value, criterion.days.unit
    days = None if value is None else convert(value, unit, "d")
    if days is None:
        raise ValueError(f"{criterion.id}: {criterion.days} is not a number of days")
    return days
