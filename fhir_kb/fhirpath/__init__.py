"""FHIRPath: parse once, compile to closures, evaluate on plain FHIR JSON.

https://hl7.org/fhirpath/ with the additions of https://hl7.org/fhir/R4/fhirpath.html
"""

from fhir_kb.fhirpath.environment import Budget, Environment
from fhir_kb.fhirpath.expression import Expression, compile_expression, types_of
from fhir_kb.fhirpath.node import Node
from fhir_kb.fhirpath.quantity import Quantity, Units
from fhir_kb.fhirpath.temporal import Temporal
from fhir_kb.fhirpath.types import Found, Types, TypeSource, nodes_at

__all__ = [
    "Budget",
    "Environment",
    "Expression",
    "Found",
    "Node",
    "Quantity",
    "Temporal",
    "TypeSource",
    "Types",
    "Units",
    "compile_expression",
    "nodes_at",
    "types_of",
]
