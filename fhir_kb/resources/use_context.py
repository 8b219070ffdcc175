"""UsageContext: the medicines that a plan is about, so that it can be found by them.

https://hl7.org/fhir/R4/metadatatypes.html#UsageContext
"""

from collections.abc import Iterable

from fhir_kb.formats import Json
from fhir_kb.resources.context import Context
from fhir_kb.resources.datatypes import codeable, coding

_TYPES = "http://terminology.hl7.org/CodeSystem/usage-context-type"


def medicines_in_focus(context: Context, drugs: Iterable[str]) -> list[Json]:
    """Return one UsageContext per medicine; a name that is no medicine of ours is passed over."""
    known = context.knowledge.drugs
    return [
        {
            "code": coding(_TYPES, "focus", "Clinical Focus"),
            "valueCodeableConcept": codeable(context, known[drug].concept),
        }
        for drug in drugs
        if drug in known
    ]
