"""All functions by name.

https://hl7.org/fhirpath/#functions
"""

from fhir_kb.fhirpath.functions.boundaries import BOUNDARIES
from fhir_kb.fhirpath.functions.conversion import CONVERSION
from fhir_kb.fhirpath.functions.existence import EXISTENCE
from fhir_kb.fhirpath.functions.fhir import FHIR
from fhir_kb.fhirpath.functions.filtering import FILTERING
from fhir_kb.fhirpath.functions.mathematics import MATHEMATICS
from fhir_kb.fhirpath.functions.patterns import PATTERNS
from fhir_kb.fhirpath.functions.references import REFERENCES
from fhir_kb.fhirpath.functions.signature import Functions
from fhir_kb.fhirpath.functions.strings import STRINGS
from fhir_kb.fhirpath.functions.type_tests import TYPING
from fhir_kb.fhirpath.functions.utility import UTILITY

FUNCTIONS: Functions = {
    **EXISTENCE,
    **FILTERING,
    **CONVERSION,
    **STRINGS,
    **PATTERNS,
    **MATHEMATICS,
    **BOUNDARIES,
    **TYPING,
    **UTILITY,
    **REFERENCES,
    **FHIR,
}
