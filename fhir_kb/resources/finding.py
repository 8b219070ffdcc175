"""Extension ``finding``: which way an outcome went, and in whom, where no figure is given."""

from fhir_kb.facts.fact import ConceptId
from fhir_kb.facts.knowledge import Study
from fhir_kb.facts.study_facts import Finding
from fhir_kb.formats import Json
from fhir_kb.resources.context import Context
from fhir_kb.resources.datatypes import amount_choice, codeable, complex_extension, reference
from fhir_kb.resources.study_groups import group_of, group_reference


def finding(context: Context, study: Study, fact: Finding) -> Json:
    """Return the coded parts of a finding; its words are the text of the element it is on."""
    group = group_of(study, fact.group) if fact.group else None
    exposure = fact.exposure
    significant = fact.significant
    parts: list[tuple[str, Json | None]] = [
        ("outcome", _concept(context, fact.outcome)),
        ("direction", {"valueCode": fact.direction}),
        ("group", {"valueReference": group_reference(context, study, group)} if group else None),
        (
            "medication",
            {"valueReference": reference("Medication", fact.drug, fact.drug)}
            if fact.drug
            else None,
        ),
        ("exposure", _concept(context, exposure) if exposure else None),
        *(("against", _concept(context, other)) for other in fact.against),
        *(("setting", _concept(context, setting)) for setting in fact.settings),
        ("significant", {"valueBoolean": significant == "yes"} if significant else None),
        ("dose", amount_choice("value", fact.dose) if fact.dose else None),
        ("at", amount_choice("value", fact.at) if fact.at else None),
    ]
    return complex_extension("finding", parts)


def _concept(context: Context, concept: ConceptId) -> Json:
    return {"valueCodeableConcept": codeable(context, concept)}
