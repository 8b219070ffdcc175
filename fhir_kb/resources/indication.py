"""Extension ``indication-detail``: how far, when, where and with what a use applies."""

from fhir_kb.facts.drug_facts import Indication
from fhir_kb.formats import Json
from fhir_kb.resources.context import Context
from fhir_kb.resources.datatypes import codeable, complex_extension, reference


def indication_detail(context: Context, fact: Indication) -> Json:
    """Return the status, settings, combination, extent, year and place of a use."""
    settings = [
        ("setting", {"valueCodeableConcept": codeable(context, setting)})
        for setting in fact.setting
    ]
    partners = [
        ("combinedWith", {"valueReference": reference("Medication", drug, drug)})
        for drug in fact.with_
    ]
    regulator = context.knowledge.organizations[fact.regulator] if fact.regulator else None
    return complex_extension(
        "indication-detail",
        [
            ("status", {"valueCode": fact.status}),
            *settings,
            *partners,
            ("extent", {"valueString": fact.extent} if fact.extent else None),
            ("year", {"valueDate": str(fact.year)} if fact.year else None),
            ("jurisdiction", {"valueString": fact.jurisdiction} if fact.jurisdiction else None),
            (
                "regulator",
                {"valueReference": reference("Organization", regulator.id, regulator.name)}
                if regulator
                else None,
            ),
        ],
    )
