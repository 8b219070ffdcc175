"""What a differential states replaces, adds to or leaves what an element was before."""

from typing import Any

import pytest

from fhir_kb.formats import Json
from fhir_kb.publish.narrowing import described_by, narrowed

ELE_1 = {"key": "ele-1", "expression": "hasValue()"}
OWN_1 = {"key": "own-1", "expression": "value.exists()"}
TYPES = [{"code": "CodeableConcept"}, {"code": "Reference"}]


def element(**more: Any) -> Json:
    return {"id": "A.b", "path": "A.b", "base": {"path": "A.b"}, "min": 0, "max": "*"} | more


@pytest.mark.parametrize(
    ("before", "stated", "after"),
    [
        ({}, {"min": 1, "max": "1"}, {"min": 1, "max": "1"}),
        ({"short": "Old", "definition": "Kept"}, {"short": "New"}, {"definition": "Kept"}),
        ({"type": TYPES}, {"type": TYPES[:1]}, {"type": TYPES[:1]}),
        ({"constraint": [ELE_1]}, {"constraint": [OWN_1]}, {"constraint": [ELE_1, OWN_1]}),
        ({"constraint": [ELE_1]}, {"constraint": [ELE_1 | {"x": 1}]}, {"constraint": [ELE_1]}),
        ({"alias": ["a"]}, {"alias": ["a", "b"]}, {"alias": ["a", "b"]}),
        ({}, {"mustSupport": True, "fixedUri": "u"}, {"mustSupport": True, "fixedUri": "u"}),
    ],
)
def test_a_statement_narrows_an_element(before: Json, stated: Json, after: Json) -> None:
    assert narrowed(element(**before), stated) == element(**before) | stated | after


def test_a_statement_does_not_move_an_element() -> None:
    """The statement's path is that in the differential; where an element is from never changes."""
    stated = {"id": "C.d", "path": "C.d", "base": {"path": "C.d"}}
    assert narrowed(element(), stated) == element()


@pytest.mark.parametrize(("types", "stays"), [(TYPES, True), (TYPES[:1], True), (TYPES[1:], False)])
def test_a_binding_goes_with_the_last_type_that_has_codes(types: list[Json], stays: bool) -> None:
    bound = element(type=TYPES, binding={"strength": "example"})
    assert ("binding" in narrowed(bound, {"type": types})) is stays


def test_an_extension_is_described_by_its_own_profile() -> None:
    """What the element says of extensions in general would hide what this one means."""
    general = element(short="Extensions", definition="Any.", comment="Many.", constraint=[ELE_1])
    root = {"id": "Extension", "short": "P value", "definition": "The P value.", "max": "1"}
    found = described_by(general, root | {"constraint": [ELE_1, OWN_1]})
    expected = element(short="P value", definition="The P value.", constraint=[ELE_1, OWN_1])
    assert found == expected
