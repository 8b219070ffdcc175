"""Dates and periods.

https://hl7.org/fhir/R4/search.html#date
"""

from fhir_kb.search.dates import Period, period_of
from fhir_kb.search.prefixes import COMPARISONS, Asked, split_prefix
from fhir_kb.search.question import NO_ROWS, Question
from fhir_kb.store.interface import Rows

_FORMS = (
    "a date is written yyyy, yyyy-mm, yyyy-mm-dd or yyyy-mm-ddThh:mm[:ss][Z|+hh:mm] behind a "
    "prefix (eq ne gt lt ge le sa eb ap) or none; + is sent as %2B"
)


def match(question: Question, value: str) -> Rows:
    """Return the rows whose dates compare with the date as its prefix says."""
    prefix, text = split_prefix(value)
    period = period_of(text)
    if period is None:
        raise question.invalid(value, _FORMS)
    held = question.index.intervals(question.field("date")).get("")
    if held is None:
        return NO_ROWS
    if prefix == "ap":
        period = _around(period, question.index.newest)
    return COMPARISONS[prefix](
        held, Asked(period.low, period.high, period.low - 1, period.high + 1)
    )


def _around(period: Period, now: int) -> Period:
    """Return the period widened by a tenth of its distance from now.

    Now is the latest update of the knowledge, so that the same release gives the same answer.
    """
    tenth = max(period.low - now, now - period.high, 0) // 10
    return Period(period.low - tenth, period.high + tenth)
