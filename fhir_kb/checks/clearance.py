"""Creatinine clearance as a label means it: by Cockcroft and Gault, not an estimated GFR.

Cockcroft DW, Gault MH. Nephron 1976;16:31-41. The figures of the formula are authored.
"""

from dataclasses import dataclass
from decimal import Decimal

from fhir_kb.chart.chart import Observation
from fhir_kb.chart.when import When
from fhir_kb.checks.durations import is_to_come
from fhir_kb.checks.newest import Reading, newest_readings
from fhir_kb.checks.question import Question
from fhir_kb.checks.result import Gap
from fhir_kb.facts.criteria import ClearanceFormula


@dataclass(frozen=True, slots=True)
class Clearance:
    """Bounds of the clearance in mL/min, and the records it follows from."""

    low: Decimal
    high: Decimal
    records: tuple[Observation, ...]


def clearance_of(
    question: Question, formula: ClearanceFormula
) -> tuple[Clearance | None, tuple[Gap, ...]]:
    """Return the clearance: calculated, else as reported; or why it cannot be had.

    A sex that is not known gives both bounds.
    """
    creatinine, gaps = newest_readings(question, formula.creatinine, "mg/dL", formula.within)
    weight, more = newest_readings(question, formula.weight, "kg", formula.weight_within)
    birth, doubts = _birth(question, formula)
    more = (*more, *doubts)
    if birth is not None and not gaps and not more:
        values = [
            (formula.minus_age.value - age)
            * kilograms
            * factor
            / (formula.divisor.value * milligrams)
            for age in birth.years_before(question.moment)
            for factor in _factors(question, formula)
            for kilograms in _ends(weight)
            for milligrams in _ends(creatinine)
        ]
        if values:
            records = tuple(reading.observation for reading in (*creatinine, *weight))
            return Clearance(min(values), max(values), records), ()
        gaps = (Gap("the creatinine or weight on record cannot be calculated with", "labs"),)
    reported, doubts = newest_readings(question, formula.measured, "mL/min", formula.within)
    values = _ends(reported)
    if values:
        records = tuple(reading.observation for reading in reported)
        return Clearance(min(values), max(values), records), doubts
    return None, tuple(dict.fromkeys((*gaps, *more)))


def _birth(question: Question, formula: ClearanceFormula) -> tuple[When | None, tuple[Gap, ...]]:
    """Return the birth date that the formula can be used with, or why there is none."""
    birth = question.chart.patient.birth
    if birth is None or question.chart.patient.fault:
        return None, (Gap("the patient's birth date is not known", "patient"),)
    if is_to_come(birth, question.moment):
        return None, (Gap("the patient's birth date lies in the future", "patient"),)
    if max(birth.years_before(question.moment)) >= formula.minus_age.value:
        return None, (Gap("the formula does not hold at the patient's age", "patient"),)
    return birth, ()


def _factors(question: Question, formula: ClearanceFormula) -> tuple[Decimal, ...]:
    male, female = Decimal(1), formula.female.value
    return {"female": (female,), "male": (male,), "unknown": (female, male)}[
        question.chart.patient.sex
    ]


def _ends(readings: tuple[Reading, ...]) -> list[Decimal]:
    """Return both ends of exact readings above zero; a reading that is open is none."""
    return [
        end
        for reading in readings
        if reading.low is not None and reading.high is not None
        for end in {reading.low, reading.high}
        if end > 0
    ]
