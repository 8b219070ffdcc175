"""Expressions that a resource carries: text that says it is FHIRPath has to be FHIRPath.

https://hl7.org/fhir/R4/metadatatypes.html#Expression
"""

from fhir_kb.errors import FHIRPathError
from fhir_kb.fhirpath import Node, compile_expression
from fhir_kb.fhirpath.parser import parse
from fhir_kb.validation.walk import Walk

_FHIRPATH = "text/fhirpath"


def check_expression(walk: Walk, node: Node) -> None:
    """Check that an Expression can be read as FHIRPath, if that is its language.

    Functions are not looked for: forms and measures bring their own.
    """
    text = node.value.get("expression")
    if node.value.get("language") != _FHIRPATH or not isinstance(text, str) or not text:
        return
    try:
        parse(text)
    except FHIRPathError as fault:
        walk.report("invalid-fhirpath", node, at="expression", reason=fault.message)


def check_fhirpath(walk: Walk, node: Node) -> None:
    """Check that ``expression``, FHIRPath wherever this rule stands, can be evaluated."""
    text = node.value.get("expression")
    if not isinstance(text, str) or not text:
        return
    try:
        compile_expression(text, walk.definitions)
    except FHIRPathError as fault:
        walk.report("invalid-fhirpath", node, at="expression", reason=fault.message)
