"""What an absent element already decides need not be evaluated; it must be decided rightly."""

import pytest
from mutations import mutants
from specimens import specimens

from fhir_kb.definitions import load
from fhir_kb.errors import FHIRPathError
from fhir_kb.fhirpath import Node, compile_expression
from fhir_kb.validation.true_without import keys_to_be_absent

R5 = load("R5")
TYPES = ("Questionnaire", "StructureDefinition", "Bundle", "Observation", "MedicationKnowledge")
WAYS = {
    "link.empty()": [{"link"}],
    "link.exists().not()": [{"link"}],
    "link.exists()": [],
    "link.url = 'x'": [],
    "name.exists() implies gender.exists()": [{"name"}],
    "gender.exists() implies name.empty()": [{"gender"}, {"name"}],
    "name.empty() or gender.empty()": [{"gender"}, {"name"}],
    "name.empty() and gender.empty()": [{"gender", "name"}],
    "(name.exists() and gender.exists()) implies false": [{"gender"}, {"name"}],
    "(name.exists() or gender.exists()) implies false": [{"gender", "name"}],
    "name.where(use = 'x').given.empty()": [{"name"}],
    "name.all(given.exists())": [{"name"}],
    "name.select(use).isDistinct()": [{"name"}],
    "name.count() <= 1": [{"name"}],
    "name.count() >= 1": [],
    "name.count() > 1 implies gender.exists()": [{"name"}],
    "name.count() > 1": [],
    "name.combine(link).empty()": [],
    "name.trace('x').empty()": [],
    "$this.exists()": [],
    "%resource.name.empty()": [],
    "nothing.empty()": [],
    "children().empty()": [],
    "name.exists() implies": [],
}


@pytest.mark.parametrize(("expression", "expected"), WAYS.items())
def test_the_elements_are_read_from_the_expression(
    expression: str, expected: list[set[str]]
) -> None:
    ways = keys_to_be_absent(expression, R5, "Patient")
    assert [{key for key in keys if not key.startswith("_")} for keys in ways] == expected


def test_a_choice_is_absent_in_all_its_types() -> None:
    """An extension in place of the value is a presence too."""
    [keys] = keys_to_be_absent("deceased.empty()", R5, "Patient")
    assert keys >= {"deceasedBoolean", "_deceasedBoolean", "deceasedDateTime", "_deceasedDateTime"}


def test_a_primitive_is_always_asked() -> None:
    assert keys_to_be_absent("extension.empty()", R5, "string") == ()


@pytest.mark.parametrize("type", TYPES)
def test_every_invariant_of_the_specification_holds_where_it_is_not_evaluated(type: str) -> None:
    """Each node of small resources, right ones and spoilt ones, against the expression itself."""
    everything = compile_expression("descendants() | $this", R5, type)
    spared = 0
    for specimen in list(specimens(type, R5))[::3]:
        for resource in (specimen, *[each.resource for each in mutants(specimen, R5)][::97]):
            for node in everything.evaluate(Node(resource, type)):
                spared += sum(_is_spared(node))
    assert spared > 50


def _is_spared(node: Node) -> list[bool]:
    definition = R5.type(node.type)
    if definition is None or not isinstance(node.value, dict):
        return []
    found = []
    for constraint in definition.constraints:
        ways = keys_to_be_absent(constraint.expression, R5, node.type)
        is_spared = any(keys.isdisjoint(node.value) for keys in ways)
        if is_spared:
            try:
                holds = compile_expression(constraint.expression, R5, node.type).is_true(node)
            except FHIRPathError:
                continue  # it could not have been checked at all
            assert holds, (constraint.key, node.path)
        found.append(is_spared)
    return found
