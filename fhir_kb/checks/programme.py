"""Kind ``programme``: which safety programme the ordered product belongs to."""

from fhir_kb.checks.criteria import criteria_for
from fhir_kb.checks.question import Answer, Question
from fhir_kb.facts.criteria import ProgrammeCriterion


def check(question: Question) -> Answer:
    """Name the programme of the brand; all that may be meant when the product is not told."""
    answer = Answer()
    brand = question.subject.brand
    for criterion in criteria_for(question, ProgrammeCriterion, answer):
        if brand is None or criterion.brand is None or criterion.brand == brand:
            answer.find(question, criterion, programme=criterion.programme)
    return answer
