"""Medication knowledge on the immunomodulatory drugs, as FHIR R4, R4B and R5.

The floors of the house, from the ground up; imports go down only:

==================  =====================================================================
errors, settings    the exception tree; every setting with its default and meaning
formats             strict JSON and XML readers and writers
net, units          the only way out; UCUM units
definitions         the FHIR specification as compact tables, one set per version
fhirpath            FHIRPath compiled to closures
terminology, facts  code systems and value sets; what we know, free of FHIR versions
chart               what a request tells about a patient, as plain values
resources, checks   facts -> FHIR, one module per type; facts and chart -> findings
versions            r4, r4b, r5: one frozen table each
store               resources and their index: a snapshot file, a journal above it
search, validation  query string -> rows; resource -> issues
publish, export     facts -> resources -> a release; everything -> files
rest, cds           one module per FHIR interaction; CDS Hooks; neither knows Flask
web                 the Flask application, and the server that runs it
cli                 the ``fhir-kb`` command
==================  =====================================================================

``knowledge`` holds the authored files: no Python.

``fhir_kb.validate(resource, version="R4")`` returns the list of issues of a resource.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fhir_kb.validation.call import validate

__version__ = "0.1.0"
__all__ = ["__version__", "validate"]

_PUBLIC = {"validate": "fhir_kb.validation.call"}
"""Where each public name is; it is loaded when it is first asked for."""


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        return getattr(import_module(_PUBLIC[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
