"""Kind ``monitoring``: a test that is due again while the medicine is being taken."""

from fhir_kb.chart.chart import Observation
from fhir_kb.checks.criteria import criteria_for
from fhir_kb.checks.durations import earlier, is_to_come
from fhir_kb.checks.population import membership
from fhir_kb.checks.pregnancy_test import cadence_for
from fhir_kb.checks.question import Answer, Question
from fhir_kb.checks.records import category_gaps
from fhir_kb.checks.result import Gap
from fhir_kb.checks.therapy import Therapy, therapy_of
from fhir_kb.checks.words import day_words, span_words
from fhir_kb.facts.criteria import MonitoringCriterion
from fhir_kb.facts.values import Amount


def check(question: Question) -> Answer:
    """Find measurements that were not made within the time that the label sets."""
    answer = Answer()
    therapy = therapy_of(question)
    for criterion in criteria_for(question, MonitoringCriterion, answer):
        if criterion.population and membership(question, criterion.population) == "no":
            continue
        cadence = cadence_for(question, criterion.intervals, therapy)
        if cadence is None:
            continue
        answer.miss(therapy.gaps)
        if therapy.start is None:
            answer.gaps.append(Gap("since when the medicine is taken is not known", "medications"))
        due, _ = earlier(question.moment, cadence.every)
        for code_set in criterion.measure:
            category = question.chart.code_sets[code_set].category
            gaps = list(category_gaps(question, category))
            every = _made(question, code_set)
            made = [item for item in every if not is_to_come(item.when, question.moment)]
            if len(made) < len(every):
                words = f"a value of {question.text(code_set)} is dated in the future"
                gaps.append(Gap(words, category))
            recent = any(item.when is not None and item.when.since(due) == "yes" for item in made)
            answer.miss(gaps)
            if not recent and not gaps and not _has_only_begun(question, cadence.every, therapy):
                last = max(made, key=_time, default=None)
                answer.find(
                    question,
                    criterion,
                    [last] if last else [],
                    measure=question.text(code_set),
                    every=span_words(cadence.every),
                    age=day_words(last.when).strip() if last else "never, as far as is recorded",
                )
    return answer


def _made(question: Question, code_set: str) -> list[Observation]:
    return [
        item
        for item in question.chart.observations.about(code_set)
        if item.is_in(code_set) and not item.fault and item.when is not None
    ]


def _time(item: Observation) -> float:
    return item.when.earliest.timestamp() if item.when else 0.0


def _has_only_begun(question: Question, every: Amount, therapy: Therapy) -> bool:
    """Return whether therapy is younger than the time between two measurements."""
    due, _ = earlier(question.moment, every)
    return therapy.start is not None and therapy.start.since(due) == "yes"
