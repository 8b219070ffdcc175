"""Expressions that a resource carries: text that says it is FHIRPath has to be FHIRPath.

https://hl7.org/fhir/R4/metadatatypes.html#Expression
"""

from fhir_kb.errors import FHIRPathError
from fhir_kb.fhirpath import Node, compile_expression
from fhir_kb.validation.walk import Walk

_FHIRPATH = "text/fhirpath"


def check_expression(walk: Walk, node: Node) -> None:
    """Check the text of an Expression whose language is FHIRPath."""
    if node.value.get("language") == _FHIRPATH:
        _check(walk, node, node.value.get("expression"))


def check_fhirpath(walk: Walk, node: Node) -> None:
    """Check ``expression``, which is FHIRPath wherever this rule stands."""
    _check(walk, node, node.value.get("expression"))


def _check(walk: Walk, node: Node, text: object) -> None:
    if not isinstance(text, str) or not text:
        return
    try:
        compile_expression(text, walk.definitions)
    except FHIRPathError as fault:
        walk.report("invalid-fhirpath", node, at="expression", reason=fault.message)
