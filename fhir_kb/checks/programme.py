"""Kind ``programme``: which safety programme the ordered product belongs to."""

from fhir_kb.checks.criteria import criteria_for
from fhir_kb.checks.question import Answer, Question
from fhir_kb.facts.criteria import ProgrammeCriterion


def check(question: Question) -> Answer:
    """Name the programme of the brand; all that may be meant when the product is not told."""
    answer = Answer()
    brand = question.subject.brand
    rows = list(criteria_for(question, ProgrammeCriterion, answer))
    own = [row for row in rows if brand is not None and row.brand == brand]
    for row in own or [row for row in rows if brand is None or row.brand is None]:
        answer.find(question, row, programme=row.programme)
    return answer
