"""Every expression in the definitions can be used by the FHIRPath engine.

Compiled strictly, so that an element which does not exist is found, too.
"""

import re

from fhir_kb.definitions import Definitions
from fhir_kb.errors import FHIRPathError
from fhir_kb.fhirpath import compile_expression

NAMELESS = {"ChargeItemDefinition", "Evidence", "EvidenceReport"}
"""Types with a published rule about a name that they do not have; without one it holds."""


def faults(definitions: Definitions, expressions: set[tuple[str, str]]) -> dict[str, str]:
    found = {}
    for type_name, expression in expressions:
        try:
            compile_expression(expression, definitions, type_name, strict=True)
        except FHIRPathError as fault:
            found[type_name] = fault.message
    return found


def test_every_invariant_compiles(definitions: Definitions) -> None:
    expressions = set()
    for name in definitions._types:
        definition = definitions.type(name)
        assert definition is not None
        base = definitions.type(definition.base or "")
        inherited = base.constraints if base else ()
        expressions |= {
            (name, each.expression) for each in definition.constraints[len(inherited) :]
        }
    found = faults(definitions, expressions)
    assert found.keys() <= NAMELESS
    assert all("has no element 'name'" in message for message in found.values())


def test_every_constraint_of_an_element_compiles(definitions: Definitions) -> None:
    expressions = {
        (type.code, constraint.expression)
        for name in definitions._types
        if (definition := definitions.type(name))
        for element in definition.elements.values()
        for constraint in element.constraints
        for type in element.types[:1]
        if not element.choice
    }
    assert faults(definitions, expressions) == {}


def test_every_search_expression_compiles(definitions: Definitions) -> None:
    expressions = {
        (name, parameter.expression)
        for name in definitions.resource_types
        for code, parameter in definitions.search_parameters(name).items()
        if code not in definitions.search_parameters("DomainResource") or name == "Patient"
    }
    assert faults(definitions, expressions) == {}


def test_the_value_sets_that_invariants_ask_for_are_known(definitions: Definitions) -> None:
    asked = {
        url
        for name in definitions._types
        if (definition := definitions.type(name))
        for constraint in definition.constraints
        for url in re.findall(r"memberOf\('([^']+)'\)", constraint.expression)
    }
    assert [url for url in asked if definitions.value_set(url) is None] == []
