"""Variables, the clock and the questions that are put to the caller."""

import pytest

from fhir_kb.errors import FHIRPathError
from fhir_kb.fhirpath import Environment, Node, compile_expression


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("%ucum", "http://unitsofmeasure.org"),
        ("%sct", "http://snomed.info/sct"),
        ("%loinc", "http://loinc.org"),
        ("%`vs-gender`", "http://hl7.org/fhir/ValueSet/gender"),
        ("%`ext-birthTime`", "http://hl7.org/fhir/StructureDefinition/birthTime"),
        ("%context.id", "chalmers"),
        ("%resource.id", "chalmers"),
        ("%rootResource.id", "chalmers"),
        ("name.where(use = 'usual').select(%resource.id)", "chalmers"),
    ],
)
def test_predefined_variables(values, text, expected) -> None:
    assert [expected] == values(text)


def test_a_contained_resource_is_the_resource_but_not_the_root(nodes, r4) -> None:
    [organization] = nodes("contained")
    [name] = compile_expression("name", r4).evaluate(organization)
    resource = compile_expression("%resource.id | %rootResource.id", r4).evaluate(name)
    assert [node.value for node in resource] == ["org", "chalmers"]


def test_the_caller_may_say_what_the_resource_is(values) -> None:
    other = Node({"resourceType": "Patient", "id": "other"}, "Patient")
    assert values("%resource.id", resource=other) == ["other"]
    assert values("%rootResource.id", root_resource=other) == ["other"]


@pytest.mark.parametrize(
    ("value", "text", "expected"),
    [
        (5, "%x + 1", [6]),
        ("a", "%x & 'b'", ["ab"]),
        (None, "%x.exists()", [False]),
        ([1, 2], "%x.count()", [2]),
        ({"resourceType": "Patient", "active": True}, "%x.active", [True]),
        ([Node("a", "code")], "%x is code", [True]),
    ],
)
def test_variables_of_the_caller(values, value, text, expected) -> None:
    assert expected == values(text, variables={"x": value})


def test_a_variable_of_no_known_type_is_refused(values) -> None:
    with pytest.raises(FHIRPathError, match="no type for a complex"):
        values("%x", variables={"x": 1j})


def test_an_undefined_variable_is_refused_with_those_defined(values) -> None:
    with pytest.raises(FHIRPathError, match="%y is not defined; defined are .*%ucum.*%x"):
        values("%y", variables={"x": 1})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("defineVariable('n', name.first()).select(%n.family)", ["Chalmers"]),
        ("name.defineVariable('n').select(%n.count())", [3, 3, 3]),
        (
            "name.select(defineVariable('n').given.select(%n.use))",
            ["official"] * 2 + ["usual"] + ["maiden"] * 2,
        ),
        ("defineVariable('a', 1).defineVariable('b', %a + 1).select(%b)", [2]),
    ],
)
def test_defined_variables(values, text, expected) -> None:
    assert expected == values(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name.select(defineVariable('n').family) | %n", "%n is not defined"),
        ("iif(defineVariable('n', 1).exists(), %n)", "%n is not defined"),
        ("defineVariable('n', 1).defineVariable('n', 2)", "defined already"),
        ("defineVariable('context', 1)", "defined already"),
    ],
)
def test_a_variable_is_seen_only_where_it_was_defined(values, text, message) -> None:
    with pytest.raises(FHIRPathError, match=message):
        values(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("now()", "2026-11-21T10:30:15.250Z"),
        ("today()", "2026-11-21"),
        ("timeOfDay()", "10:30:15.250"),
    ],
)
def test_the_clock_is_the_callers(values, text, expected) -> None:
    assert [expected] == values(text)


@pytest.mark.parametrize(
    ("text", "hook"),
    [
        ("today()", "now"),
        ("gender.memberOf('urn:vs')", "member_of"),
        ("gender.subsumes(gender)", "subsumes"),
        ("text.htmlChecks()", "html_checks"),
        ("conformsTo('urn:profile')", "conforms_to"),
    ],
)
def test_what_the_caller_did_not_bring_is_refused(r4, text, hook) -> None:
    """Nothing would read as "does not hold"; "cannot be told" must not."""
    resource = {"resourceType": "Patient", "gender": "male", "text": {"div": "<div/>"}}
    with pytest.raises(FHIRPathError, match=rf"Environment\({hook}=…\)"):
        compile_expression(text, r4, "Patient").evaluate(resource)


def test_trace_goes_to_the_caller(values) -> None:
    seen = []
    environment = {"trace": lambda name, nodes: seen.append((name, [n.value for n in nodes]))}
    assert values("name.trace('n', use).count()", **environment) == [3]
    assert values("gender.trace('g')", **environment) == ["male"]
    assert seen == [("n", ["official", "usual", "maiden"]), ("g", ["male"])]


def test_trace_without_a_listener_is_silent(values, capsys) -> None:
    assert values("gender.trace('g')") == ["male"]
    assert capsys.readouterr() == ("", "")


def test_an_environment_serves_many_evaluations(r4, patient) -> None:
    environment = Environment(variables={"x": 1})
    expression = compile_expression("descendants().count() > %x", r4, "Patient")
    assert all(expression.is_true(patient, environment) for _ in range(3))
