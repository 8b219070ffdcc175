"""Kind ``daily-dose``: a daily dose above a figure, added up over all that is taken together."""

from decimal import Decimal

from fhir_kb.checks.criteria import criteria_by_indication
from fhir_kb.checks.question import Answer, Question
from fhir_kb.checks.result import Gap
from fhir_kb.checks.words import amount_words
from fhir_kb.facts.criteria import DailyDoseCriterion
from fhir_kb.units import convert


def check(question: Question) -> Answer:
    """Find a dose above the limit; what is known of it may be enough to tell."""
    answer = Answer()
    dose = question.subject.dose
    greatest = max((part for part in (dose.per_day, dose.single) if part is not None), default=None)
    for criterion in criteria_by_indication(question, DailyDoseCriterion, answer):
        value, unit = criterion.limit.value, criterion.limit.unit
        limit = None if value is None else convert(value, unit, "mg/d")
        if limit is None:
            raise ValueError(f"{criterion.id}: the limit is no daily dose")
        if greatest is not None and greatest > limit:
            answer.find(
                question,
                criterion,
                dose=_plain(greatest),
                limit=amount_words(criterion.limit),
            )
        elif dose.per_day is None:
            answer.gaps.append(Gap(f"the daily dose is not known: {dose.unknown}"))
    return answer


def _plain(milligrams: Decimal) -> str:
    return f"{milligrams.normalize():f} mg"
