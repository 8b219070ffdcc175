"""The door: compile once, evaluate, refuse, stay within the budget."""

import time

import pytest

from fhir_kb.errors import FHIRPathError
from fhir_kb.fhirpath import Budget, Environment, Node, compile_expression


def test_the_same_text_is_compiled_once(r4) -> None:
    first = compile_expression("name.exists()", r4, "Patient")
    assert first is compile_expression("name.exists()", r4, "Patient")
    assert first is not compile_expression("name.exists()", r4, "Person")
    assert first.text == "name.exists()"


def test_nothing_is_not_true(r4, patient) -> None:
    """An invariant that gives nothing does not hold."""
    answers = {
        text: compile_expression(text, r4, "Patient").is_true(patient)
        for text in ("active", "active.not()", "photo", "photo.title = 'x'", "gender")
    }
    assert answers == {
        "active": True,
        "active.not()": False,
        "photo": False,
        "photo.title = 'x'": False,
        "gender": True,
    }


def test_json_a_node_or_several_nodes_are_evaluated(r4, patient) -> None:
    names = compile_expression("name", r4, "Patient").evaluate(patient)
    family = compile_expression("family", r4, "HumanName")
    assert [node.value for node in family.evaluate(names)] == ["Chalmers", "Windsor"]
    assert [node.value for node in family.evaluate(names[2])] == ["Windsor"]
    assert [node.value for node in family.evaluate({"family": "Doe"})] == ["Doe"]
    assert family.evaluate([]) == []


def test_results_may_be_changed_without_harm(r4, patient) -> None:
    for text in ("{}", "true", "'x'", "1 | 2"):
        expression = compile_expression(text, r4, "Patient")
        before = [node.value for node in expression.evaluate(patient)]
        expression.evaluate(patient).append(Node("changed", "System.String"))
        assert before == [node.value for node in expression.evaluate(patient)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name.exsts()", r"no function exsts\(\) \(at character 6 .*did you mean exists\(\)\?"),
        ("name.first(1)", r"first\(\) takes no arguments, not 1"),
        ("name.where()", r"where\(\) takes 1 argument, not 0"),
        ("iif(true)", r"iif\(\) takes 2 to 3 arguments"),
        ("coalesce()", r"coalesce\(\) takes at least 1 arguments"),
        ("name.ofType(5)", r"ofType\(\) needs the name of a type"),
        ("name is Nam", "There is no type 'Nam'"),
        ("name.ofType(FHIR.Nam)", "There is no type 'FHIR.Nam'"),
    ],
)
def test_what_does_not_exist_is_refused_when_compiled(r4, text, message) -> None:
    with pytest.raises(FHIRPathError, match=message) as refusal:
        compile_expression(text, r4, "Patient")
    assert refusal.value.expression == text


def test_a_fault_while_running_names_the_expression(r4, patient) -> None:
    with pytest.raises(FHIRPathError, match=r"\[name.single\(\)\]"):
        compile_expression("name.single()", r4, "Patient").evaluate(patient)


_TEN = " | ".join(map(str, range(40)))


@pytest.mark.parametrize(
    "text",
    [
        "'a'.repeatAll($this)",
        "'a'.repeat($this & 'a')",
        f"({_TEN}).aggregate($total.combine($total), 1)",
        f"({_TEN}).aggregate($total & $total, 'abcdefgh')",
        f"({_TEN}).aggregate($total.encode('hex'), 'abcdefgh')",
        f"({_TEN}).aggregate($total.replace('', 'abcdefgh'), 'a')",
        f"({_TEN}).aggregate($total.replaceMatches('.', '$0$0$0'), 'aaaaaaaa')",
        "descendants().select(%resource.descendants().select(%resource.descendants()))",
        "descendants().all(%resource.descendants().distinct().exists())",
        "descendants().where(%resource ~ %resource).where(%resource ~ %resource)",
    ],
)
def test_hostile_expressions_run_out_of_steps(r4, patient, text) -> None:
    """Neither time nor memory may grow with what a client writes."""
    environment = Environment(budget=Budget(max_steps=1000))
    with pytest.raises(FHIRPathError, match="stopped after 1000 steps"):
        compile_expression(text, r4, "Patient").evaluate(patient, environment)


def test_growth_that_is_cut_off_gives_nothing(values) -> None:
    assert values(f"({_TEN}).aggregate($total * $total, 1 'm')") == []
    assert values(f"({_TEN}).aggregate($total * $total, 3.5)") == []


def test_a_deadline_stops_an_evaluation(r4, patient) -> None:
    environment = Environment(budget=Budget(deadline=time.monotonic() - 1))
    with pytest.raises(FHIRPathError, match="its time is used up"):
        compile_expression("'a'.repeatAll($this)", r4).evaluate(patient, environment)


def test_data_of_any_depth_is_refused_not_crashed_on(r4) -> None:
    extension: dict[str, object] = {"url": "urn:x"}
    for _ in range(5000):
        extension = {"url": "urn:x", "extension": [extension]}
    resource = {"resourceType": "Patient", "extension": [extension]}
    with pytest.raises(FHIRPathError, match="nests too deeply"):
        compile_expression("extension.distinct()", r4, "Patient").evaluate(resource)
    found = compile_expression("descendants().count()", r4, "Patient").evaluate(resource)
    assert [node.value for node in found] == [10_002]
