"""Bulk export: jobs on disk that write all resources into files, whichever process does it.

https://hl7.org/fhir/uv/bulkdata/STU2/export.html
"""

from fhir_kb.export.exports import Exports
from fhir_kb.export.job import Asked, Failed, Finished, Gone, State, TypeFilter, Working
from fhir_kb.export.selecting import Selecting

__all__ = [
    "Asked",
    "Exports",
    "Failed",
    "Finished",
    "Gone",
    "Selecting",
    "State",
    "TypeFilter",
    "Working",
]
