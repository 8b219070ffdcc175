"""Kind ``advice``: what a population is to be told, found or not."""

from fhir_kb.checks.criteria import criteria_for
from fhir_kb.checks.population import membership
from fhir_kb.checks.question import Answer, Question
from fhir_kb.facts.criteria import AdviceCriterion


def check(question: Question) -> Answer:
    """Give advice to everyone who may belong to the population."""
    answer = Answer()
    for criterion in criteria_for(question, AdviceCriterion, answer):
        if criterion.population is None or membership(question, criterion.population) != "no":
            answer.find(question, criterion)
    return answer
