"""The FHIR specification as compact tables, one set per release, and the tool that builds them.

https://hl7.org/fhir/R4/downloads.html

``load("R4")`` opens a release; nothing is decoded before it is asked for. The tables come from
the published packages by ``python -m fhir_kb.definitions.build --packages DIR``.
"""

from fhir_kb.definitions.codes import CodeSystemCodes, ValueSetCodes
from fhir_kb.definitions.definitions import Definitions, load
from fhir_kb.definitions.extensions import ExtensionContext, ExtensionDefinition
from fhir_kb.definitions.model import (
    Binding,
    Coding,
    Constraint,
    Element,
    ElementType,
    SearchParameter,
    TypeDefinition,
)
from fhir_kb.definitions.snapshots import Snapshots

__all__ = [
    "Binding",
    "CodeSystemCodes",
    "Coding",
    "Constraint",
    "Definitions",
    "Element",
    "ElementType",
    "ExtensionContext",
    "ExtensionDefinition",
    "SearchParameter",
    "Snapshots",
    "TypeDefinition",
    "ValueSetCodes",
    "load",
]
