"""Kind ``pregnancy-test``: negative tests when the programme asks for them.

A test that is neither clearly negative nor clearly positive counts as none; so does one whose
time is not known closely enough to lie inside the window.
"""

from collections.abc import Iterable

from fhir_kb.chart.chart import Observation
from fhir_kb.checks.assay import clear_results, unused_tests
from fhir_kb.checks.criteria import criteria_for
from fhir_kb.checks.durations import earlier
from fhir_kb.checks.population import membership
from fhir_kb.checks.question import Answer, Question
from fhir_kb.checks.records import category_gaps, look_for
from fhir_kb.checks.result import Gap
from fhir_kb.checks.therapy import Therapy, therapy_of
from fhir_kb.checks.words import span_words
from fhir_kb.facts.criteria import Cadence, PregnancyTestCriterion
from fhir_kb.facts.values import Amount


def check(question: Question) -> Answer:
    """Find windows without a negative test, for a patient who may conceive."""
    answer = Answer()
    therapy = therapy_of(question)
    for criterion in criteria_for(question, PregnancyTestCriterion, answer):
        if membership(question, criterion.population) == "no":
            continue
        if question.chart.patient.sex == "unknown":
            answer.gaps.append(Gap("the patient's sex is not known", "patient"))
        gaps = list(category_gaps(question, "pregnancyTests"))
        if _phase_applies(criterion, therapy):
            answer.miss([*gaps, *(therapy.gaps if criterion.phase != "every" else ())])
            if not gaps:
                _judge(question, criterion, therapy, answer)
    return answer


def _phase_applies(criterion: PregnancyTestCriterion, therapy: Therapy) -> bool:
    """Return whether a criterion is for this phase; without data a therapy counts as new."""
    return criterion.phase == "every" or (criterion.phase == "first") == therapy.is_new


def _judge(
    question: Question, criterion: PregnancyTestCriterion, therapy: Therapy, answer: Answer
) -> None:
    tests = clear_results(question, criterion.tests, criterion.negative, criterion.positive)
    answer.miss(unused_tests(question, criterion.tests))
    missing = [window for window in criterion.windows if not _is_met(question, window, tests)]
    cadence = cadence_for(question, criterion.intervals, therapy)
    if cadence is not None and not _is_met(question, cadence.every, tests):
        missing.append(cadence.every)
    if missing:
        words = " and ".join(span_words(window) for window in missing)
        answer.find(question, criterion, tests, missing=words)


def _is_met(question: Question, window: Amount, tests: Iterable[Observation]) -> bool:
    far, near = earlier(question.moment, window)
    return any(test.when is not None and test.when.between(far, near) == "yes" for test in tests)


def cadence_for(
    question: Question, cadences: Iterable[Cadence], therapy: Therapy
) -> Cadence | None:
    """Return the first cadence that holds: while therapy is young, or cycles are irregular."""
    for cadence in cadences:
        if cadence.until is not None:
            young, _ = earlier(question.moment, cadence.until)
            if therapy.start is not None and therapy.start.since(young) == "no":
                continue
        if cadence.irregular and not look_for(question, cadence.irregular).records:
            continue
        return cadence
    return None
