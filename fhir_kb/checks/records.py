"""Looking for records of code sets, and saying what stands in the way of finding none.

A category that was not supplied, a page that is missing, a record that must not be used or cannot
be recognised: each is a gap, which keeps "nothing found" from being said.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from fhir_kb.chart.chart import Condition, Medication, Observation, Procedure, Record
from fhir_kb.checks.question import Question
from fhir_kb.checks.result import Gap
from fhir_kb.checks.words import CATEGORY_WORDS
from fhir_kb.facts.code_set import CategoryName

Presence = Literal["current", "ever"]
_POSITIVE = "positive-result"


@dataclass(frozen=True, slots=True)
class Search:
    """The records found, and what keeps the search from being complete.

    ``unusable`` are those of the gaps that stand for a record which must not be used.
    """

    records: tuple[Record, ...] = ()
    gaps: tuple[Gap, ...] = ()
    unusable: tuple[Gap, ...] = ()


def category_gaps(question: Question, *categories: CategoryName) -> Iterator[Gap]:
    """Yield why categories of data cannot be relied on to hold everything."""
    for name in categories:
        category = question.chart.categories[name]
        reasons = category.incomplete if category.state == "supplied" else (category.reason,)
        for reason in reasons:
            yield Gap(f"{CATEGORY_WORDS[name]}: {reason}", name)


def look_for(question: Question, sets: Iterable[str], when: Presence = "current") -> Search:
    """Return the records of any of these sets that are current (or ever were), and the gaps."""
    wanted = tuple(sets)
    categories = {question.chart.code_sets[name].category for name in wanted}
    if "procedures" in categories:
        categories.add("conditions")
    gaps = list(category_gaps(question, *sorted(categories)))
    found: list[Record] = []
    unusable: list[Gap] = []
    for record in _candidates(question, categories, wanted):
        if not _holds(record, when):
            continue
        if _is_of(record, wanted):
            if record.fault:
                unusable.append(_unusable(record))
            else:
                found.append(record)
        elif record.may_be_in(*wanted) and not record.fault and not isinstance(record, Observation):
            gaps.append(_unrecognised(record))
    return Search(tuple(found), (*gaps, *unusable), tuple(unusable))


def _candidates(
    question: Question, categories: set[CategoryName], sets: tuple[str, ...]
) -> Iterator[Record]:
    chart = question.chart
    if "medications" in categories:
        yield from chart.medications.about(*sets)
        for order in chart.orders.about(*sets):
            if order.origin != question.subject.origin:
                yield order
    if categories - {"medications"}:
        yield from chart.conditions.about(*sets)
        yield from chart.procedures.about(*sets)
        yield from chart.observations.about(*sets)


def _is_of(record: Record, sets: tuple[str, ...]) -> bool:
    if isinstance(record, Observation):
        answered = any(name in record.answers for name in sets)
        return answered or (record.is_in(*sets) and _POSITIVE in record.answers)
    return record.is_in(*sets)


def _holds(record: Record, when: Presence) -> bool:
    """Return whether a record is to be counted: not refuted or undone, and current if need be."""
    match record:
        case Condition():
            past = when == "current" and record.active == "no"
            return record.verification != "refuted" and not past
        case Procedure():
            return record.done != "no"
        case Medication():
            return when == "ever" or record.current != "no"
        case _:
            return True


def _unusable(record: Record) -> Gap:
    return Gap(f"a record of {record.text} was not used: {record.fault}", _category(record))


def _unrecognised(record: Record) -> Gap:
    return Gap(f"an entry among {_kind(record)} could not be recognised", _category(record))


def _kind(record: Record) -> str:
    match record:
        case Medication():
            return "the medicines"
        case Condition():
            return "the conditions"
        case Procedure():
            return "the procedures"
        case _:
            return "the observations"


def _category(record: Record) -> CategoryName | None:
    match record:
        case Medication():
            return "medications"
        case Condition():
            return "conditions"
        case Procedure():
            return "procedures"
        case _:
            return "labs"
