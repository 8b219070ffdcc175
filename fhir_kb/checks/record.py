"""Kind ``record``: something recorded that should not silently stand beside the medicine."""

from fhir_kb.checks.criteria import criteria_for, is_answered
from fhir_kb.checks.question import Answer, Question
from fhir_kb.checks.records import look_for
from fhir_kb.checks.words import record_words
from fhir_kb.facts.criteria import RecordCriterion


def check(question: Question) -> Answer:
    """Find conditions, procedures and medicines that the rule names."""
    answer = Answer()
    for criterion in criteria_for(question, RecordCriterion, answer):
        search = look_for(question, criterion.records, criterion.when)
        answer.miss(search.gaps)
        if search.records and not is_answered(question, criterion):
            names = dict.fromkeys(record_words(record) for record in search.records)
            answer.find(question, criterion, search.records, record=", ".join(names))
    return answer
