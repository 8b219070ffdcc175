"""Kind ``duplicate``: a second medicine of the class, in the session or already being taken."""

from fhir_kb.chart.chart import Medication, Record
from fhir_kb.checks.criteria import criteria_for
from fhir_kb.checks.question import Answer, Question
from fhir_kb.checks.records import look_for
from fhir_kb.facts.criteria import DuplicateCriterion


def check(question: Question) -> Answer:
    """Find another medicine of the class, or the same in the session or in another strength."""
    answer = Answer()
    for criterion in criteria_for(question, DuplicateCriterion, answer):
        search = look_for(question, criterion.others)
        answer.miss(search.gaps)
        found = [record for record in search.records if _is_duplicate(question, criterion, record)]
        if found:
            names = dict.fromkeys(record.text for record in found)
            answer.find(question, criterion, found, record=", ".join(names))
    return answer


def _is_duplicate(question: Question, criterion: DuplicateCriterion, record: Record) -> bool:
    if not isinstance(record, Medication):
        return False
    if not record.is_in(question.drug):
        return criterion.which == "other-medicine"
    if criterion.which == "other-medicine":
        return False
    mine, its = question.subject.strength, record.strength
    return record in question.chart.orders or (mine is not None and its is not None and mine != its)
