"""A resource of one FHIR version said in another, with everything it says.

https://hl7.org/fhir/R5/versions.html#extensions
"""

from fhir_kb.versions.conversion.convert import Conversion, convert
from fhir_kb.versions.conversion.note import Note

__all__ = ["Conversion", "Note", "convert"]
