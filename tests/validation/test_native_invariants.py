"""The invariants written in Python, each against the expression that it stands for."""

import pytest

from fhir_kb.definitions import load
from fhir_kb.fhirpath import Node, compile_expression
from fhir_kb.formats import Json
from fhir_kb.validation.native_invariants import ELSEWHERE, NATIVE

BESIDE = {"extension": [{"url": "http://a.example/x", "valueBoolean": True}]}
ORGANIZATION: Json = {"resourceType": "Organization", "id": "o"}


def answers(*link_ids: str | None) -> list[Json]:
    return [
        {"linkId": link_id, "answer": [{"valueString": "x"}]} if link_id else {"linkId": "none"}
        for link_id in link_ids
    ]


CASES: dict[str, list[Json]] = {
    "Extension": [
        {"url": "u"},
        {"url": "u", "valueString": "x"},
        {"url": "u", "_valueString": BESIDE},
        {"url": "u", **BESIDE},
        {"url": "u", "valueCode": "x", **BESIDE},
    ],
    "Reference": [
        {"type": "Patient"},
        {"reference": "Patient/1"},
        {"_reference": BESIDE},
        {"display": "x"},
        {"identifier": {"value": "x"}},
        BESIDE,
        {"reference": "#o"},
        {"reference": "#p"},
        {"reference": "#"},
    ],
    "Quantity": [
        {"value": 1},
        {"code": "mg"},
        {"_code": BESIDE},
        {"code": "mg", "system": "u"},
        {"code": "mg", "_system": BESIDE},
        {"comparator": "<"},
        {"_comparator": BESIDE},
    ],
    "Coding": [
        {"display": "x"},
        {"_display": BESIDE},
        {"code": "x", "display": "x"},
        {"code": "x"},
    ],
    "Identifier": [{"system": "u"}, {"value": "x"}, {"_value": BESIDE}],
    "Attachment": [
        {"url": "u"},
        {"data": "QUJD"},
        {"data": "QUJD", "contentType": "text/plain"},
        {"_data": BESIDE},
    ],
    "DomainResource": [
        {"resourceType": "Patient"},
        {"resourceType": "Patient", "text": {"status": "empty"}},
        {"resourceType": "Patient", "text": {"status": "empty", "div": "<div/>"}},
        {"resourceType": "Patient", "contained": [ORGANIZATION]},
        {"resourceType": "Patient", "contained": [{**ORGANIZATION, "contained": [ORGANIZATION]}]},
        {"resourceType": "Patient", "contained": [{**ORGANIZATION, "meta": {"versionId": "1"}}]},
        {"resourceType": "Patient", "contained": [{**ORGANIZATION, "meta": {"lastUpdated": "x"}}]},
        {
            "resourceType": "Patient",
            "contained": [{**ORGANIZATION, "meta": {"security": [{"code": "R"}]}}],
        },
    ],
    "QuestionnaireResponse.item": [
        {"linkId": "1", "item": [{"linkId": "2", "item": answers("a", "b")}]},
        {"linkId": "1", "item": [{"linkId": "2", "item": answers("a", "a")}]},
        {"linkId": "1", "item": [{"linkId": "2", "item": answers(None, None)}]},
        {"linkId": "1", "answer": [{"valueString": "x", "item": answers("a", "a")}]},
        {"linkId": "1", "item": answers("a", "a")},
    ],
}
"""By the type that a rule is used on: what meets it and what does not."""


def around(type: str, value: Json) -> Node:
    """A node of ``type`` in a place where it can stand."""
    if type == "DomainResource":
        return Node(value, "Patient")
    patient = {"resourceType": "Patient", "contained": [ORGANIZATION]}
    return Node(value, type, None, Node(patient, "Patient"), "element")


REF_1 = next(expression for expression in NATIVE if "%rootResource" in expression)
PAIRS = [
    (expression, value)
    for expression, (type, _) in NATIVE.items()
    for value in CASES[type]
    if (expression, value) != (REF_1, {"_reference": BESIDE})
]


@pytest.mark.parametrize(("expression", "value"), PAIRS)
def test_the_verdict_is_that_of_the_expression(expression: str, value: Json) -> None:
    type, judge = NATIVE[expression]
    node = around(type, value)
    compiled = compile_expression(expression, load("R5"), node.type)
    assert compiled.is_true(node) == judge(node)


def test_a_reference_without_a_value_is_to_no_contained_resource() -> None:
    """The expression is empty there, neither true nor false; what is not said cannot be wrong."""
    node = around("Reference", {"_reference": BESIDE})
    assert compile_expression(REF_1, load("R5"), "Reference").evaluate(node) == []
    assert NATIVE[REF_1][1](node)


@pytest.mark.parametrize("expression", NATIVE)
def test_the_cases_tell_a_rule_from_none(expression: str) -> None:
    """A rule that is always met, or never, would pass the comparison by chance."""
    type, judge = NATIVE[expression]
    assert {judge(around(type, value)) for value in CASES[type]} == {True, False}


@pytest.mark.parametrize("expression", [*NATIVE, *sorted(ELSEWHERE)])
def test_the_text_is_that_of_a_release(expression: str) -> None:
    """Where the text of the specification changes, the Python no longer stands for it."""
    texts = {
        constraint.expression
        for release in ("R4", "R4B", "R5")
        for name in TYPES
        if (definition := load(release).type(name)) is not None
        for constraint in (
            *definition.constraints,
            *(each for element in definition.elements.values() for each in element.constraints),
        )
    }
    assert expression in texts


TYPES = (*CASES, "SimpleQuantity", "Narrative", "Bundle", "Patient")
