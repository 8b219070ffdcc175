"""Parameters of a ValueSet: expressions in its filters are FHIRPath and use what is declared.

https://build.fhir.org/ig/FHIR/fhir-tools-ig/StructureDefinition-valueset-parameter.html
"""

import re
from collections.abc import Iterator

from fhir_kb.fhirpath import Node
from fhir_kb.formats import Json
from fhir_kb.validation.walk import Walk
from fhir_kb.validation.wording import listed

_PARAMETER = "http://hl7.org/fhir/tools/StructureDefinition/valueset-parameter"
_EXPRESSION = "http://hl7.org/fhir/StructureDefinition/cqf-expression"
_VARIABLE = re.compile(r"%(?:([A-Za-z_][\w-]*)|`([^`]+)`)")
_OF_FHIRPATH = frozenset({"context", "resource", "rootResource", "ucum", "sct", "loinc"})


def check_filter_expression(walk: Walk, node: Node, at: str, filter: Json) -> None:
    """Check the expressions that stand in place of a filter's value."""
    beside = filter.get("_value")
    for number, extension in _extensions(beside, _EXPRESSION):
        expression = extension.get("valueExpression")
        if not isinstance(expression, dict):
            continue
        place = f"{at}.value.extension[{number}].value"
        language, text = expression.get("language"), expression.get("expression")
        if language != "text/fhirpath":
            walk.report("filter-language", node, at=place, language=language)
        elif isinstance(text, str):
            _check_variables(walk, node, place, text)


def _check_variables(walk: Walk, node: Node, at: str, text: str) -> None:
    declared = set(_declared(node.value))
    for plain, quoted in _VARIABLE.findall(text):
        name = plain or quoted
        if name not in declared | _OF_FHIRPATH:
            known = listed(sorted(declared)) or "none"
            walk.report("undeclared-parameter", node, at=at, name=name, known=known)


def _declared(value_set: Json) -> Iterator[str]:
    for _, parameter in _extensions(value_set, _PARAMETER):
        for _, part in _extensions(parameter, "name"):
            name = part.get("valueCode")
            if isinstance(name, str):
                yield name


def _extensions(holder: object, url: str) -> Iterator[tuple[int, Json]]:
    extensions = holder.get("extension") if isinstance(holder, dict) else None
    for number, extension in enumerate(extensions if isinstance(extensions, list) else ()):
        if isinstance(extension, dict) and extension.get("url") == url:
            yield number, extension
