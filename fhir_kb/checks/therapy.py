"""Since when a medicine has been taken, as far as earlier orders and dispenses tell."""

from collections.abc import Iterator
from dataclasses import dataclass

from fhir_kb.chart.chart import Medication
from fhir_kb.chart.when import When
from fhir_kb.checks.question import Question
from fhir_kb.checks.records import category_gaps
from fhir_kb.checks.result import Gap


@dataclass(frozen=True, slots=True)
class Therapy:
    """``start`` is the earliest known; None when none is dated. ``is_new`` when there is none."""

    is_new: bool
    start: When | None
    gaps: tuple[Gap, ...]


def therapy_of(question: Question) -> Therapy:
    """Return what is known of the therapy with the subject's medicine before this order."""
    earlier = list(earlier_uses(question))
    dates = [date for use in earlier if (date := use.started or use.written) is not None]
    return Therapy(
        is_new=not earlier,
        start=min(dates, key=lambda date: date.earliest, default=None),
        gaps=(*category_gaps(question, "medications"), *_unusable(question)),
    )


def _unusable(question: Question) -> Iterator[Gap]:
    """Yield why an earlier use may have been missed."""
    for use in question.chart.medications.about(question.drug):
        if use.is_in(question.drug) and use.fault:
            yield Gap(f"an earlier record of {use.text} was not used: {use.fault}", "medications")
        elif use.may_be_in(question.drug) and not use.fault:
            yield Gap("an entry among the medicines could not be recognised", "medications")


def earlier_uses(question: Question) -> Iterator[Medication]:
    """Yield what was ordered, taken or dispensed of the medicine before this day.

    A record of today may be the order itself, saved before it is signed.
    """
    for use in question.chart.medications.about(question.drug):
        if use.is_in(question.drug) and not use.fault and not _is_of_today(question, use):
            yield use


def _is_of_today(question: Question, use: Medication) -> bool:
    date = use.started or use.written
    today = question.moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return date is not None and date.since(today) == "yes"
