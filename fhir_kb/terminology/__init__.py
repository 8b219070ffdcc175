"""Codes and what is known of them: lookup, validation, expansion, translation, subsumption.

https://hl7.org/fhir/R4/terminology-service.html
"""

from fhir_kb.terminology.expansion import Expansion, expand
from fhir_kb.terminology.library import Terminology
from fhir_kb.terminology.lineage import codes_above, codes_below
from fhir_kb.terminology.lookup import Lookup, lookup
from fhir_kb.terminology.subsumption import subsumes
from fhir_kb.terminology.translation import Match, translate
from fhir_kb.terminology.validation import Validation, validate_code

__all__ = [
    "Expansion",
    "Lookup",
    "Match",
    "Terminology",
    "Validation",
    "codes_above",
    "codes_below",
    "expand",
    "lookup",
    "subsumes",
    "translate",
    "validate_code",
]
