"""Faults made from the definitions are found, at the element where they are.

Here a deterministic sample; ``make conformance`` counts all of them.
"""

from collections.abc import Callable, Iterable, Iterator

import pytest
from mutations import KINDS, Mutant, mutants
from specimens import specimens

from fhir_kb.formats import Json
from fhir_kb.validation import Issue, Validator
from fhir_kb.versions import VERSIONS

TYPES = ("AdverseEvent", "Group", "MedicationKnowledge", "Observation", "ResearchStudy")
SAMPLE = {"required": 5, "code": 1, "target": 2, "primitive": 97}
"""Of each kind every so many-th mutant."""


def sampled(resources: Iterable[Json], mount: str, kind: str) -> Iterator[tuple[Json, Mutant]]:
    definitions = VERSIONS[mount].definitions
    met: set[tuple[str, str]] = set()
    for resource in resources:
        for mutant in mutants(resource, definitions):
            key = (mutant.element, mutant.change)
            if mutant.kind == kind and key not in met:
                met.add(key)
                if len(met) % SAMPLE[kind] == 0:
                    yield resource, mutant


def uncaught(cases: Iterator[tuple[Json, Mutant]], mount: str) -> tuple[int, list[str]]:
    """Return the number of mutants and what is wrong with those that were not caught."""
    validator = Validator(VERSIONS[mount].definitions)
    number, missed = 0, []
    for resource, mutant in cases:
        number += 1
        before, after = validator.validate(resource), validator.validate(mutant.resource)
        if not mutant.is_caught(after, before):
            found = [issue.expression for issue in after if issue.is_error]
            missed.append(f"{mutant.element} {mutant.change}: at {mutant.expected}, got {found}")
    return number, missed


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mount", VERSIONS)
def test_a_fault_in_any_element_is_found(mount: str, kind: str) -> None:
    """Every element of the type, whether our resources use it or not."""
    definitions = VERSIONS[mount].definitions
    resources = [resource for type in TYPES for resource in specimens(type, definitions)]
    number, missed = uncaught(sampled(resources, mount, kind), mount)
    assert number >= 10
    assert missed == []


@pytest.mark.parametrize("mount", VERSIONS)
def test_a_fault_in_what_we_publish_is_found(
    mount: str, published: Callable[[str], list[Json]]
) -> None:
    """Real resources, with extensions beside primitives and profiles in their meta."""
    first = {resource["resourceType"]: resource for resource in reversed(published(mount))}
    chosen = [first[type] for type in TYPES]
    for kind in KINDS:
        number, missed = uncaught(sampled(chosen, mount, kind), mount)
        assert number > 0
        assert missed == []


@pytest.mark.parametrize("mount", VERSIONS)
def test_a_specimen_is_right_but_for_invariants(mount: str) -> None:
    """The smallest resource with an element: a false error of the walk would show here."""
    definitions = VERSIONS[mount].definitions
    validator = Validator(definitions)
    found: list[Issue] = [
        issue
        for type in TYPES
        for resource in specimens(type, definitions)
        for issue in validator.validate(resource)
        if issue.is_error and issue.message_id != "invariant"
    ]
    assert found == []


def test_a_mutant_that_is_not_caught_is_noticed() -> None:
    """The tests above can fail: without rules, a wrong target is not seen."""
    resource = {"resourceType": "Group", "managingEntity": {"reference": "Organization/x"}}
    definitions = VERSIONS["r4"].definitions
    [target] = [mutant for mutant in mutants(resource, definitions) if mutant.kind == "target"]
    validator = Validator(definitions)
    assert target.is_caught(validator.validate(target.resource))
    assert not target.is_caught(validator.validate(target.resource, mode="structure"))
    assert not target.is_caught(validator.validate(resource))
