"""Whether a patient belongs to a population: unless that is known not to be so, it is assumed."""

from typing import Literal

from fhir_kb.chart.chart import Condition, Procedure, Record
from fhir_kb.chart.when import Answer as Known
from fhir_kb.checks.durations import earlier
from fhir_kb.checks.question import Question
from fhir_kb.checks.records import look_for
from fhir_kb.checks.result import Gap
from fhir_kb.facts.rule import Population

Membership = Literal["yes", "no", "unknown"]


def membership(question: Question, name: str) -> Membership:
    """Return whether the patient belongs to a population of the rule.

    Unknown is returned only for a sex that is not known, or contradicted by such a record; whatever
    else is not known counts as belonging, for a precaution is not dropped for want of data. What
    the order attests counts more than records that may be old, and a record that only a member can
    have more than the sex.
    """
    population = question.rule.populations[name]
    patient = question.chart.patient
    if patient.fault:
        return "unknown"
    if question.subject.attested and population.sex == "female":
        return "yes"
    if patient.sex not in (population.sex, "unknown") and not _is_shown(question, population):
        return "no"
    if _is_ruled_out(question, population):
        return "no"
    return "yes" if patient.sex == population.sex else "unknown"


def unusable_signs(question: Question, name: str) -> tuple[Gap, ...]:
    """Return the records that speak against a patient's sex and must not be used."""
    population = question.rule.populations[name]
    if question.chart.patient.sex in (population.sex, "unknown"):
        return ()
    return look_for(question, population.shown_by, "ever").unusable


def _is_shown(question: Question, population: Population) -> bool:
    return bool(look_for(question, population.shown_by, "ever").records)


def _is_ruled_out(question: Question, population: Population) -> bool:
    if population.excluded_by and look_for(question, population.excluded_by, "ever").records:
        return True
    if not population.menopause or population.lasting is None:
        return False
    past = look_for(question, population.menopause).records
    return _is_old_enough(question, population) and any(
        _has_lasted(question, population, record) for record in past
    )


def _is_old_enough(question: Question, population: Population) -> bool:
    if population.age is None:
        return True
    birth = question.chart.patient.birth
    return birth is not None and birth.until(earlier(question.moment, population.age)[0]) == "yes"


def _has_lasted(question: Question, population: Population, record: Record) -> bool:
    """Return whether a menopause is known to have begun long enough ago."""
    match record:
        case Condition():
            began = record.onset or record.recorded
        case Procedure():
            began = record.when
        case _:
            began = None
    if began is None or population.lasting is None:
        return False
    known: Known = began.until(earlier(question.moment, population.lasting)[0])
    return known == "yes"
