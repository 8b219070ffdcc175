"""DetectedIssue (R4, R4B): contraindications, interactions and precautions of a medicine.

https://hl7.org/fhir/R4/detectedissue.html. R4's MedicationKnowledge points here for its
contraindications. No patient is meant: the resource is a statement about the medicine.
"""

from collections.abc import Iterator

from fhir_kb.facts.drug_facts import Contraindication, Interaction, Precaution
from fhir_kb.facts.fact import Fact
from fhir_kb.facts.knowledge import Drug
from fhir_kb.formats import Json
from fhir_kb.resources.context import Context
from fhir_kb.resources.datatypes import codeable, coded, identifier, present, reference
from fhir_kb.resources.frame import frame
from fhir_kb.resources.sourcing import fact_sources

_ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
_CONDITION = coded(_ACT_CODE, "COND", "Condition Alert")
_INTERACTIONS = {
    "food": coded(_ACT_CODE, "FOOD", "Food Interaction Alert"),
    "drug": coded(_ACT_CODE, "DRG", "Drug Interaction Alert"),
}


def build_r4(context: Context) -> Iterator[Json]:
    """Yield one issue per contraindication, interaction and precaution of each medicine."""
    for drug in context.knowledge.drugs.values():
        for fact in context.about(drug, Contraindication):
            evidence = codeable(context, fact.condition)
            yield _issue(context, drug, fact, _CONDITION, evidence)
        for interaction in context.about(drug, Interaction):
            evidence = codeable(context, interaction.with_)
            issue = _issue(context, drug, interaction, _INTERACTIONS[interaction.kind], evidence)
            yield issue | {"mitigation": [{"action": {"text": interaction.management}}]}
        for precaution in context.about(drug, Precaution):
            yield _issue(context, drug, precaution, codeable(context, precaution.topic), None)


def _issue(context: Context, drug: Drug, fact: Fact, code: Json, evidence: Json | None) -> Json:
    id = context.resource_id(drug, fact)
    detail = fact.says or (evidence or code)["text"]
    title = f"{context.text(drug.concept)}: {(evidence or code)['text']}"
    opening = frame("DetectedIssue", id, "drug-knowledge", title, [], [detail])
    opening["extension"] = fact_sources(context, fact)
    return opening | present(
        identifier=[identifier("detected-issue", id)],
        status="final",
        code=code,
        implicated=[reference("Medication", drug.id, context.text(drug.concept))],
        evidence=[{"code": [evidence]}] if evidence else None,
        detail=detail,
    )
