"""Medication knowledge on the immunomodulatory drugs, as FHIR R4, R4B and R5.

The floors of the house, from the ground up; imports go down only:

==================  =====================================================================
errors, settings    the exception tree; every setting with its default and meaning
formats, net        strict JSON and XML readers and writers; the only way out
definitions         the FHIR specification as compact tables, one set per version
fhirpath            FHIRPath compiled to closures
terminology, facts  code systems and value sets; what we know, free of FHIR versions
resources           one module per resource type: facts -> FHIR
versions            r4, r4b, r5: one frozen table each
store               resources and their index: an immutable snapshot file
search, validation  query string -> rows; resource -> issues
publish             facts -> resources -> snapshot and manifest: a release
rest                one module per FHIR interaction; no Flask
web, cli            the Flask application; the ``fhir-kb`` command
==================  =====================================================================

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
