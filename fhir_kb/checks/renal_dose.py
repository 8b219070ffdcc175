"""Kind ``renal-dose``: the dose a label allows at this creatinine clearance, or on dialysis."""

from decimal import ROUND_HALF_UP, Decimal

from fhir_kb.chart.chart import Record
from fhir_kb.checks.clearance import Clearance, clearance_of
from fhir_kb.checks.criteria import criteria_by_indication
from fhir_kb.checks.question import Answer, Question
from fhir_kb.checks.records import look_for
from fhir_kb.checks.result import Change, Gap
from fhir_kb.checks.words import amount_words, figure_words
from fhir_kb.facts.criteria import ClearanceFormula, RenalDoseCriterion
from fhir_kb.facts.values import Amount
from fhir_kb.units import convert


def check(question: Question) -> Answer:
    """Find a daily dose above that of the band the patient's clearance is in."""
    answer = Answer()
    criteria = list(criteria_by_indication(question, RenalDoseCriterion, answer))
    if not criteria:
        return answer
    formula = question.rule.of(ClearanceFormula)[0]
    dialysis = look_for(question, formula.dialysis)
    if dialysis.records:
        on_dialysis = [criterion for criterion in criteria if criterion.dialysis]
        for criterion in on_dialysis:
            _judge(question, criterion, "on dialysis", dialysis.records, answer)
        if not on_dialysis:
            answer.gaps.append(Gap("the rule has no dose for a patient on dialysis"))
        return answer
    answer.miss(dialysis.gaps)
    if any(criterion.clearance for criterion in criteria):
        clearance, gaps = clearance_of(question, formula)
        answer.miss(gaps)
        if clearance is not None:
            _judge_bands(question, criteria, clearance, answer)
    return answer


def _judge_bands(
    question: Question, criteria: list[RenalDoseCriterion], clearance: Clearance, answer: Answer
) -> None:
    for criterion in criteria:
        sides = {_is_in(criterion, clearance.low), _is_in(criterion, clearance.high)}
        if sides == {True}:
            _judge(question, criterion, _words(clearance), clearance.records, answer)
        elif True in sides:
            answer.gaps.append(
                Gap("what is known leaves open which band of kidney function applies", "patient")
            )


def _judge(
    question: Question,
    criterion: RenalDoseCriterion,
    clearance: str,
    records: tuple[Record, ...],
    answer: Answer,
) -> None:
    """Compare the ordered dose with that of the band."""
    dose = question.subject.dose
    if dose.per_day is None:
        answer.gaps.append(Gap(f"the daily dose is not known: {dose.unknown}"))
    elif dose.per_day > _daily_milligrams(criterion.dose):
        change = Change(
            question.subject.origin, f"Reduce to {criterion.regimen}", daily_dose=criterion.dose
        )
        answer.find(
            question,
            criterion,
            records,
            (change,) if question.subject.origin in question.chart.focus else (),
            clearance=clearance,
            dose=f"{figure_words(dose.per_day)} mg",
            regimen=criterion.regimen,
        )


def _is_in(criterion: RenalDoseCriterion, clearance: Decimal) -> bool:
    """Return whether a clearance is in a band: its lower end belongs to it, its upper does not."""
    band = criterion.clearance
    if band is None:
        return False
    if band.range is not None:
        low, high = band.range.low, band.range.high
        return (low is None or clearance >= low) and (high is None or clearance < high)
    return band.comparator == "<" and band.value is not None and clearance < band.value


def _daily_milligrams(dose: Amount) -> Decimal:
    value = None if dose.value is None else convert(dose.value, dose.unit, "mg/d")
    if value is None:
        raise ValueError(f"{amount_words(dose)} is no daily dose")
    return value


def _words(clearance: Clearance) -> str:
    """Return the clearance in whole mL/min, or both its bounds."""
    low, high = (
        figure_words(end.quantize(Decimal(1), rounding=ROUND_HALF_UP))
        for end in (clearance.low, clearance.high)
    )
    return f"{low} mL/min" if low == high else f"{low} to {high} mL/min"
