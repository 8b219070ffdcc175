"""Kind ``pregnancy``: the patient is recorded as pregnant, or the last clear test was positive."""

from fhir_kb.chart.chart import Observation, Record
from fhir_kb.checks.assay import clear_results, is_clear, last_moment, unused_tests, usable_tests
from fhir_kb.checks.criteria import criteria_for
from fhir_kb.checks.durations import earlier, is_to_come
from fhir_kb.checks.population import membership, unusable_signs
from fhir_kb.checks.question import Answer, Question
from fhir_kb.checks.records import category_gaps, look_for
from fhir_kb.checks.result import Change, Gap
from fhir_kb.checks.words import record_words
from fhir_kb.facts.criteria import PregnancyCriterion


def check(question: Question) -> Answer:
    """Find pregnancy; one who cannot conceive needs no data, nor a male without any sign of it."""
    answer = Answer()
    for criterion in criteria_for(question, PregnancyCriterion, answer):
        if membership(question, criterion.population) == "no":
            answer.miss(unusable_signs(question, criterion.population))
            continue
        found = [*_conditions(question, criterion, answer), *_tests(question, criterion, answer)]
        if found:
            stop = Change(question.subject.origin, "Withdraw this order", stop=True)
            changes = (stop,) if question.subject.origin in question.chart.focus else ()
            names = ", ".join(dict.fromkeys(record_words(record) for record in found))
            sex = _contradicting_sex(question)
            answer.find(
                question,
                criterion,
                found,
                changes,
                record=f"{names}, but {sex}" if sex else names,
                contradiction=f"{criterion.contradiction} " if sex else "",
            )
    return answer


def _contradicting_sex(question: Question) -> str:
    """Return ``gender male`` or ``sex male``: which of the records is wrong is not ours to say."""
    patient = question.chart.patient
    return f"{patient.sex_from} {patient.sex}" if patient.sex == "male" else ""


def _conditions(question: Question, criterion: PregnancyCriterion, answer: Answer) -> list[Record]:
    search = look_for(question, criterion.conditions)
    answer.miss(search.gaps)
    # What an observation says holds only for its day: it is judged as a test.
    return [record for record in search.records if not isinstance(record, Observation)]


def _tests(question: Question, criterion: PregnancyCriterion, answer: Answer) -> list[Observation]:
    """Return the positive tests that are of this time and that no later negative one answers."""
    answer.miss(
        [*category_gaps(question, "pregnancyTests"), *unused_tests(question, criterion.tests)]
    )
    oldest, _ = earlier(question.moment, criterion.lasting)
    negative = clear_results(question, criterion.tests, criterion.negative, criterion.positive)
    made = [test for test in negative if not is_to_come(test.when, question.moment)]
    if len(made) < len(negative):
        answer.gaps.append(Gap("a pregnancy test is dated in the future", "pregnancyTests"))
    answered = last_moment(made)
    standing = [
        test
        for test in usable_tests(question, criterion.tests)
        if not is_clear(test, criterion.negative, criterion.positive)
        if test.when is None or test.when.since(oldest) != "no"
        if test.when is None or answered is None or test.when.latest >= answered
    ]
    positive = [test for test in standing if is_clear(test, criterion.positive, criterion.negative)]
    if len(positive) < len(standing):
        answer.gaps.append(Gap("a pregnancy test has no clear result", "pregnancyTests"))
    return positive
