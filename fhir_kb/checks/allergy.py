"""Kind ``allergy``: an allergy or intolerance to the medicine, or to one of its class."""

from fhir_kb.chart.chart import Allergy
from fhir_kb.checks.criteria import criteria_for
from fhir_kb.checks.question import Answer, Question
from fhir_kb.checks.records import category_gaps
from fhir_kb.checks.result import Change, Gap
from fhir_kb.facts.criteria import AllergyCriterion


def check(question: Question) -> Answer:
    """Find allergies that are not refuted; one that is only suspected counts."""
    answer = Answer()
    for criterion in criteria_for(question, AllergyCriterion, answer):
        answer.miss(category_gaps(question, "allergies"))
        found = []
        for allergy in question.chart.allergies.about(*criterion.allergens):
            if allergy.verification == "refuted" or allergy.active == "no":
                continue
            if _is_meant(question, criterion, allergy):
                if allergy.fault:
                    reason = f"an allergy to {allergy.text} was not used: {allergy.fault}"
                    answer.gaps.append(Gap(reason, "allergies"))
                else:
                    found.append(allergy)
            elif allergy.may_be_in(*criterion.allergens) and not allergy.fault:
                answer.gaps.append(Gap("an allergy could not be recognised", "allergies"))
        if found:
            stop = Change(question.subject.origin, "Withdraw this order", stop=True)
            changes = (stop,) if question.subject.origin in question.chart.focus else ()
            names = dict.fromkeys(allergy.text for allergy in found)
            answer.find(question, criterion, found, changes, record=", ".join(names))
    return answer


def _is_meant(question: Question, criterion: AllergyCriterion, allergy: Allergy) -> bool:
    same = allergy.is_in(question.drug)
    return allergy.is_in(*criterion.allergens) and same == (criterion.which == "same-medicine")
