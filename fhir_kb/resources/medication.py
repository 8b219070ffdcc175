"""Medication: the medicine by its ingredient, as other resources refer to it.

https://hl7.org/fhir/R4/medication.html. The sources state no form or strength: none is given.
"""

from collections.abc import Iterator

from fhir_kb.formats import Json
from fhir_kb.resources.context import Context
from fhir_kb.resources.datatypes import codeable, identifier
from fhir_kb.resources.frame import frame


def build(context: Context) -> Iterator[Json]:
    """Yield one Medication per medicine; all versions write it alike."""
    for drug in context.knowledge.drugs.values():
        name = context.text(drug.concept)
        yield frame("Medication", drug.id, "drug-knowledge", name, [("Ingredient", name)]) | {
            "identifier": [identifier("drug", drug.id)],
            "code": codeable(context, drug.concept),
            "status": "active",
        }
