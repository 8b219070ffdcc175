"""Every expression that HL7 publishes for the three versions must compile."""

from collections.abc import Iterator

import pytest

from fhir_kb.definitions import Definitions, load
from fhir_kb.fhirpath import compile_expression


@pytest.fixture(params=["R4", "R4B", "R5"])
def definitions(request) -> Definitions:
    return load(request.param)


def _types(definitions: Definitions) -> Iterator[str]:
    waiting, seen = sorted(definitions.resource_types), set(definitions.resource_types)
    while waiting:
        name = waiting.pop()
        definition = definitions.type(name)
        if definition is None:
            continue
        yield name
        below = {code.code for each in definition.elements.values() for code in each.types}
        waiting.extend(below - seen)
        seen |= below


def test_all_invariants_compile(definitions) -> None:
    texts = set()
    for name in _types(definitions):
        definition = definitions.type(name)
        rules = [*definition.constraints]
        rules += [rule for element in definition.elements.values() for rule in element.constraints]
        texts |= {rule.expression for rule in rules}
    assert len(texts) > 150
    for text in texts:
        compile_expression(text, definitions)


def test_all_search_parameters_compile(definitions) -> None:
    texts = set()
    for type in definitions.resource_types:
        for parameter in definitions.search_parameters(type).values():
            texts |= {parameter.expression, *(text for _, text in parameter.components)}
    texts.discard("")
    assert len(texts) > 1000
    for text in texts:
        compile_expression(text, definitions)
