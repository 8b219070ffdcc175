"""The newest measurement of a kind, and whether it can be used today."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from fhir_kb.chart.chart import Observation
from fhir_kb.checks.durations import earlier, is_to_come
from fhir_kb.checks.question import Question
from fhir_kb.checks.records import category_gaps
from fhir_kb.checks.result import Gap
from fhir_kb.checks.words import amount_words, day_words
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

    Several stand side by side when their times do not tell which came last. A reading that is not
    to be believed comes with a gap: it may warn, and cannot reassure.
    """
    category = question.chart.code_sets[code_set].category
    gaps = [*category_gaps(question, category), *_unusable(question, code_set)]
    measured = [item for item in _measured(question, code_set) if not item.fault]
    to_come = [item for item in measured if is_to_come(item.when, question.moment)]
    past = [item for item in measured if not is_to_come(item.when, question.moment)]
    newest = [*_newest(past), *to_come]
    readings = []
    for item in newest:
        reading, doubts = _judged(question, code_set, item, unit, within)
        gaps += [Gap(words, category) for words in doubts]
        readings += [reading] if reading else []
    if not newest and not gaps:
        gaps.append(Gap(f"there is no value of {question.text(code_set)}", category))
    return tuple(readings), tuple(gaps)


def _measured(question: Question, code_set: str) -> Iterator[Observation]:
    for item in question.chart.observations.about(code_set):
        if item.is_in(code_set) and (item.measure is not None or item.fault):
            yield item


def _unusable(question: Question, code_set: str) -> Iterator[Gap]:
    """Yield why a value may have been missed."""
    name, category = question.text(code_set), question.chart.code_sets[code_set].category
    for item in _measured(question, code_set):
        if item.fault:
            yield Gap(f"a value of {name} was not used: {item.fault}", category)
    items = question.chart.observations.about(code_set)
    if any(item.may_be_in(code_set) and not item.fault for item in items):
        yield Gap(f"an entry that may be of {name} could not be recognised", category)


def _judged(
    question: Question, code_set: str, item: Observation, unit: str, within: Amount
) -> tuple[Reading | None, list[str]]:
    """Return the reading if it can be used, and what is to be said against it."""
    name = question.text(code_set)
    if item.when is None:
        return None, [f"the day of the last value of {name} is not known"]
    if item.when.since(earlier(question.moment, within)[0]) != "yes":
        return None, [f"the last value of {name}{day_words(item.when)} is too old"]
    reading = _reading(item, unit)
    if reading is None:
        return None, [f"the last value of {name} is in a unit that is not known"]
    if any(end is not None and end < 0 for end in (reading.low, reading.high)):
        return None, [f"the last value of {name} is below zero, which cannot be"]
    doubts = []
    if is_to_come(item.when, question.moment):
        doubts.append(f"a value of {name}{day_words(item.when)} is dated in the future")
    highest = question.chart.code_sets[code_set].highest
    if highest is not None and _is_above(reading, highest, unit):
        doubts.append(
            f"the last value of {name} ({item.measure.text if item.measure else ''}) is above "
            f"{amount_words(highest)}, the most that is plausible: the unit may be wrong"
        )
    return reading, doubts


def _is_above(reading: Reading, highest: Amount, unit: str) -> bool:
    most = None if highest.value is None else convert(highest.value, highest.unit, unit)
    ends = [end for end in (reading.low, reading.high) if end is not None]
    return most is not None and any(end > most for end in ends)


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
