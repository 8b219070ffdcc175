"""A quick look may say yes only where the expression is true; it stands in for it there."""

import pytest

from fhir_kb.definitions import load
from fhir_kb.errors import FHIRPathError
from fhir_kb.fhirpath import Node, compile_expression
from fhir_kb.formats import Json
from fhir_kb.validation.plainly_true import PLAINLY_TRUE

R5 = load("R5")
HL7 = "http://hl7.org/fhir/StructureDefinition/X"


def structure(*elements: Json, **more: object) -> Json:
    return {
        "resourceType": "StructureDefinition",
        "url": HL7,
        "type": "Patient",
        "kind": "resource",
        "snapshot": {"element": list(elements)},
        "differential": {"element": list(elements)},
        **more,
    }


ROOT: Json = {"path": "Patient"}
STRUCTURES = [
    structure(),
    structure(ROOT, {"path": "Patient.name"}),
    structure(ROOT, {"path": "Patient.name", "sliceName": "x"}),
    structure({**ROOT, "sliceName": "x"}),
    structure({**ROOT, "_sliceName": {"id": "x"}}),
    structure({**ROOT, "label": "x"}),
    structure({**ROOT, "code": [{"code": "x"}]}),
    structure({**ROOT, "requirements": "x"}),
    structure(ROOT, {"path": "Group.name"}),
    structure(ROOT, {"path": 1}),
    structure(ROOT, {"sliceName": "x"}),
    structure({"path": "Patient.name"}, {"path": "Patient.name.given"}),
    structure(ROOT, {"path": "Patient.name"}, type="Group"),
    structure({"path": "Mine"}, {"path": "Mine.x"}, kind="logical"),
    structure(ROOT, {"path": "Patient.x", "type": [{"code": "string"}]}),
    structure(ROOT, {"path": "Patient.x", "type": [{"code": "http://example.org/own"}]}),
    structure(ROOT, {"path": "Patient.x", "type": [{"_code": {"id": "x"}}]}),
    structure(ROOT, {"path": "Patient.x", "type": [{"code": "a-b"}]}, url="http://example.org/x"),
    structure(snapshot=1, differential=[]),
    structure(differential={"element": [1]}),
]
ELEMENTS: list[Json] = [
    {"path": "Patient"},
    {"path": "Patient.name[x]"},
    {"path": "Patient.name:slice"},
    {"path": "Patient name"},
    {"path": "Patient." + "x" * 70},
    {"path": "patient"},
    {"path": ""},
    {"path": 1},
    {"path": "Patient.Name"},
    {"min": 1, "max": "2"},
    {"min": 2, "max": "1"},
    {"min": 2, "max": "*"},
    {"min": 1, "max": "12345678901234567890"},
    {"min": "1", "max": "2"},
    {"min": 1, "max": "x"},
    {"max": "0"},
    {"type": [{"code": "a"}, {"code": "b"}]},
    {"type": [{"code": "a"}, {"code": "a"}]},
    {"type": [{"code": "a"}, {"_code": {"id": "x"}}]},
    {"type": {"code": "a"}},
    {"constraint": [{"key": "a"}, {"key": "b"}]},
    {"constraint": [{"key": "a"}, {"key": "a"}]},
    {"mapping": [{"identity": "a"}, {"identity": "b"}]},
    {"mapping": [{"identity": "a"}, {"identity": "a"}]},
    {"isModifier": False},
    {"isModifier": True},
    {"isModifier": True, "isModifierReason": "x"},
]
ITEMS: list[Json] = [
    {"type": "string"},
    {"type": "group", "item": [{"linkId": "1"}]},
    {"type": "group"},
    {"type": "group", "item": []},
    {"type": "display"},
    {"type": "display", "code": [{"code": "x"}], "required": True, "readOnly": True},
    {"type": 1, "code": [{"code": "x"}], "required": True, "readOnly": True},
    {"_type": {"id": "x"}, "item": []},
]
QUESTIONNAIRES: list[Json] = [
    {"item": [{"linkId": "1", "item": [{"linkId": "2"}]}, {"linkId": "3"}]},
    {"item": [{"linkId": "1", "item": [{"linkId": "2"}]}, {"linkId": "2"}]},
    {"item": [{"_linkId": {"id": "x"}}, {"linkId": "3"}]},
    {"contained": [{"resourceType": "Questionnaire", "item": [{"linkId": "1"}]}], "item": []},
    {
        "contained": [{"resourceType": "Questionnaire", "item": [{"linkId": "1"}]}],
        "item": [{"linkId": "1"}],
    },
    {"name": "Good1"},
    {"name": "bad name"},
    {"name": "G"},
    {"name": 1},
]
CODE_SYSTEMS: list[Json] = [
    {"concept": [{"code": "a", "concept": [{"code": "b"}]}, {"code": "c"}]},
    {"concept": [{"code": "a", "concept": [{"code": "a"}]}]},
    {"concept": [{"code": "a", "property": [{"code": "p"}]}, {"code": "b"}]},
    {"concept": [{"display": "x"}]},
    {"concept": {"code": "a"}},
]
NODES = [
    *(Node(each, "StructureDefinition") for each in STRUCTURES),
    *(
        Node(
            each[view], f"StructureDefinition.{view}", None, Node(each, "StructureDefinition"), view
        )
        for each in STRUCTURES
        for view in ("snapshot", "differential")
        if isinstance(each.get(view), dict)
    ),
    *(Node(each, "ElementDefinition") for each in ELEMENTS),
    *(Node({"resourceType": "Questionnaire", **each}, "Questionnaire") for each in QUESTIONNAIRES),
    *(
        Node(
            each,
            "Questionnaire.item",
            None,
            Node(
                {"resourceType": "Questionnaire", "status": "complete", "item": [each]},
                "Questionnaire",
            ),
            "item",
            0,
        )
        for each in ITEMS
    ),
    *(Node({"resourceType": "CodeSystem", **each}, "CodeSystem") for each in CODE_SYSTEMS),
    *(Node(each, "string") for each in ("x", "x" * 255, "x" * 256)),
]


def types_that_state(expression: str) -> set[str]:
    """The types of NODES that have the invariant, in any release; $this is of any string."""
    names = {node.type for node in NODES}
    found = set()
    for release in ("R4", "R4B", "R5"):
        for name in names:
            definition = load(release).type(name)
            if definition and any(c.expression == expression for c in definition.constraints):
                found.add(name)
    return found or {"string"}


def holds(expression: str, node: Node) -> bool | None:
    """The expression's own verdict; None where odd content keeps it from giving one."""
    try:
        return compile_expression(expression, R5, node.type).is_true(node)
    except FHIRPathError:
        return None


@pytest.mark.parametrize("expression", PLAINLY_TRUE)
def test_yes_is_right_and_a_violation_is_not_let_pass(expression: str) -> None:
    """Each look says yes to something, and something among the rows breaks the invariant."""
    types = types_that_state(expression)
    verdicts = []
    for node in NODES:
        if node.type not in types:
            continue
        verdicts.append((PLAINLY_TRUE[expression](node), holds(expression, node)))
    assert (False, False) in verdicts
    assert {verdict for look, verdict in verdicts if look} == {True}
