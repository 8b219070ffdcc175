"""The newest measurement of a kind, and whether it can be used today."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from fhir_kb.chart.chart import Observation
from fhir_kb.checks.durations import earlier
from fhir_kb.checks.question import Question
from fhir_kb.checks.records import category_gaps
from fhir_kb.checks.result import Gap
from fhir_kb.checks.words import day_words
from fhir_kb.facts.values import Amount
from fhir_kb.units import convert


@dataclass(frozen=True, slots=True)
class Reading:
    """A measured value in the unit that was asked for; an open end is None."""

    low: Decimal | None
    high: Decimal | None
    observation: Observation


def newest_readings(
    question: Question, code_set: str, unit: str, within: Amount
) -> tuple[tuple[Reading, ...], tuple[Gap, ...]]:
    """Return the readings that may be the newest, in this unit; or why there is none to use.

    Several stand side by side when their times do not tell which came last.
    """
    name = question.text(code_set)
    category = question.chart.code_sets[code_set].category
    gaps = list(category_gaps(question, category))
    items = list(question.chart.observations.about(code_set))
    measured = [
        item for item in items if item.is_in(code_set) and (item.measure is not None or item.fault)
    ]
    for item in measured:
        if item.fault:
            gaps.append(Gap(f"a value of {name} was not used: {item.fault}", category))
    if any(item.may_be_in(code_set) and not item.fault for item in items):
        gaps.append(Gap(f"an entry that may be of {name} could not be recognised", category))
    newest = _newest(item for item in measured if not item.fault)
    oldest, _ = earlier(question.moment, within)
    readings = []
    for item in newest:
        if item.when is None:
            gaps.append(Gap(f"the day of the last value of {name} is not known", category))
        elif item.when.since(oldest) != "yes":
            words = f"the last value of {name}{day_words(item.when)} is too old"
            gaps.append(Gap(words, category))
        elif (reading := _reading(item, unit)) is None:
            gaps.append(Gap(f"the last value of {name} is in a unit that is not known", category))
        else:
            readings.append(reading)
    if not newest and not gaps:
        gaps.append(Gap(f"there is no value of {name}", category))
    return tuple(readings), tuple(gaps)


def _newest(items: Iterable[Observation]) -> list[Observation]:
    """Return those that no other is surely later than; one without a date may be the newest."""
    every = list(items)
    starts = [item.when.earliest for item in every if item.when is not None]
    last = max(starts, default=None)
    return [item for item in every if item.when is None or last is None or item.when.latest >= last]


def _reading(item: Observation, unit: str) -> Reading | None:
    measure = item.measure
    if measure is None or measure.unit is None:
        return None
    ends = [
        None if end is None else convert(end, measure.unit, unit)
        for end in (measure.low, measure.high)
    ]
    return None if ends == [None, None] else Reading(ends[0], ends[1], item)
