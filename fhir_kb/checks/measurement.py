"""Kind ``measurement``: a laboratory value beyond a bound, whatever unit it was written in."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from fhir_kb.checks.criteria import criteria_by_indication, is_answered
from fhir_kb.checks.newest import Reading, newest_readings
from fhir_kb.checks.question import Answer, Question
from fhir_kb.checks.result import Gap
from fhir_kb.checks.words import amount_words
from fhir_kb.facts.criteria import MeasurementCriterion

_BEYOND: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    "<": Decimal.__lt__,
    "<=": Decimal.__le__,
    ">": Decimal.__gt__,
    ">=": Decimal.__ge__,
}


def check(question: Question) -> Answer:
    """Find newest values beyond the bounds of the criteria that apply."""
    answer = Answer()
    for criterion in criteria_by_indication(question, MeasurementCriterion, answer):
        readings, gaps = _readings(question, criterion)
        answer.miss(gaps)
        beyond = [reading for reading in readings if _is_beyond(criterion, reading) == "yes"]
        if any(_is_beyond(criterion, reading) == "unknown" for reading in readings):
            name = question.text(criterion.measure)
            answer.gaps.append(Gap(f"the last value of {name} leaves open which side it is on"))
        if beyond and not is_answered(question, criterion):
            worst = beyond[0].observation
            answer.find(
                question,
                criterion,
                [reading.observation for reading in beyond],
                value=worst.measure.text if worst.measure else "",
                bound=amount_words(criterion.bound),
                measure=question.text(criterion.measure),
            )
    return answer


def _is_beyond(criterion: MeasurementCriterion, reading: Reading) -> str:
    """Return yes, no, or unknown for a value of which only one end is known."""
    beyond, bound = _BEYOND[criterion.bound.comparator or "<"], criterion.bound.value
    if bound is None:
        raise ValueError(f"{criterion.id}: the bound is no single value")
    ends = [end for end in (reading.low, reading.high) if end is not None]
    sides = {beyond(end, bound) for end in ends}
    if len(ends) == 2 and len(sides) == 1:
        return "yes" if sides.pop() else "no"
    return _one_sided(criterion, reading, bound)


def _one_sided(criterion: MeasurementCriterion, reading: Reading, bound: Decimal) -> str:
    """Return where a value lies of which it is known only that it is above or below a figure."""
    below = (criterion.bound.comparator or "<").startswith("<")
    if reading.low is None and reading.high is not None and reading.high <= bound:
        return "yes" if below else "no"
    if reading.high is None and reading.low is not None and reading.low >= bound:
        return "no" if below else "yes"
    return "unknown"


def _readings(
    question: Question, criterion: MeasurementCriterion
) -> tuple[tuple[Reading, ...], tuple[Gap, ...]]:
    """Return the newest readings: measured, or following from a share and the whole."""
    unit = criterion.bound.unit
    measured, gaps = newest_readings(question, criterion.measure, unit, criterion.within)
    if criterion.percent is None or criterion.whole is None:
        return measured, gaps
    if measured:
        return measured, (*gaps, *_contradictions(question, criterion, criterion.whole, measured))
    shares, doubts = newest_readings(question, criterion.percent, "%", criterion.within)
    wholes, more = newest_readings(question, criterion.whole, unit, criterion.within)
    found = tuple(
        Reading(share.low * whole.low / 100, share.low * whole.low / 100, share.observation)
        for share in shares
        for whole in wholes
        if share.low is not None
        and whole.low is not None
        and share.observation.when == whole.observation.when
    )
    return found, (*doubts, *more) if found else gaps


def _contradictions(
    question: Question, criterion: MeasurementCriterion, whole: str, parts: tuple[Reading, ...]
) -> Iterator[Gap]:
    """Yield a gap for a part that is more than the whole of the same sample."""
    unit, category = criterion.bound.unit, question.chart.code_sets[criterion.measure].category
    wholes, _ = newest_readings(question, whole, unit, criterion.within)
    most = {
        reading.observation.when: reading.high for reading in wholes if reading.high is not None
    }
    for part in parts:
        limit = most.get(part.observation.when)
        if limit is not None and part.low is not None and part.low > limit:
            names = f"{question.text(criterion.measure)} is above that of {question.text(whole)}"
            yield Gap(f"the last value of {names}: a unit may be wrong", category)
