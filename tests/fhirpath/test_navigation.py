"""From items to elements: choices by their types, primitives with their extensions."""

from decimal import Decimal

import pytest

from fhir_kb.errors import FHIRPathError
from fhir_kb.fhirpath import compile_expression
from fhir_kb.formats.json import read_json


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name.given", ["Peter", "James", "Jim", None, "Pete"]),
        ("Patient.name.family", ["Chalmers", "Windsor"]),
        ("Resource.id", ["chalmers"]),
        ("DomainResource.active", [True]),
        ("Observation.status", []),
        ("name[0].given[1]", ["James"]),
        ("name[5]", []),
        ("name[-1]", []),
        ("name[{}]", []),
        ("multipleBirth", [2]),
        ("multipleBirthInteger", []),
        ("birthDate.id", ["born"]),
        ("birthDate.extension.url", ["urn:birthTime", "urn:weight", "urn:age"]),
        ("deceased.extension.value", ["asked"]),
        ("resourceType", []),
        ("name.use.nothing", []),
        ("name.where(use = 'usual').select($this.given)", ["Jim"]),
        ("contained.where($this is Organization).name", ["Acme"]),
    ],
)
def test_paths(nodes, text, expected) -> None:
    assert expected == [node.value for node in nodes(text)]


def test_a_choice_is_not_guessed_by_its_prefix(r4) -> None:
    """``response`` must not find ``responseCode``: TestScript has both."""
    script = {"resourceType": "TestScript", "test": [{"action": [{"assert": {}}]}]}
    script["test"][0]["action"][0]["assert"] = {"responseCode": "200", "response": "okay"}
    found = compile_expression("test.action.assert.response", r4).evaluate(script)
    assert [(node.value, node.type) for node in found] == [("okay", "code")]


def test_an_index_is_an_integer(values) -> None:
    with pytest.raises(FHIRPathError, match="An index is an Integer, not a String"):
        values("name['a']")


def test_children_are_the_elements_in_their_order(values, nodes) -> None:
    names = [node.name for node in nodes("name[2].children()")]
    assert names == ["use", "family", "given", "given"]
    assert values("name[2].children().count()") == [4]
    assert values("birthDate.children().count()") == [4]
    assert values("children().count()") == [len(nodes("children()"))]
    assert values("active.children().count()") == [0]


def test_descendants_hold_everything_below(nodes) -> None:
    paths = [node.path for node in nodes("name[2].descendants()")]
    assert paths == [
        "Patient.name[2].use",
        "Patient.name[2].family",
        "Patient.name[2].given[0]",
        "Patient.name[2].given[0].extension[0]",
        "Patient.name[2].given[0].extension[0].url",
        "Patient.name[2].given[0].extension[0].value",
        "Patient.name[2].given[1]",
    ]


def test_without_definitions_keys_are_taken_as_they_are() -> None:
    resource = {"resourceType": "Observation", "valueQuantity": {"value": 5}, "status": "final"}
    evaluated = {
        text: [node.value for node in compile_expression(text).evaluate(resource)]
        for text in (
            "value.value",
            "valueQuantity.value",
            "Observation.status",
            "status is string",
            "children().count()",
        )
    }
    assert evaluated == {
        "value.value": [],
        "valueQuantity.value": [5],
        "Observation.status": ["final"],
        "status is string": [True],
        "children().count()": [2],
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("valueQuantity.value", Decimal(100)),
        ("valueQuantity.value + 1", Decimal(101)),
        ("iif(true, valueQuantity.value)", Decimal(100)),
        ("valueQuantity.value is decimal", True),
        ("valueQuantity.value.toString()", "100"),
    ],
)
def test_a_number_with_an_exponent_is_a_decimal(text, expected) -> None:
    resource = read_json('{"resourceType": "Observation", "valueQuantity": {"value": 1e2}}')
    found = compile_expression(text).evaluate(resource)
    assert [expected] == [node.value for node in found]


@pytest.mark.parametrize(
    "resource",
    [
        {"resourceType": "Patient", "name": "not a list"},
        {"resourceType": "Patient", "name": [["nested"], None, 5]},
        {"resourceType": "Patient", "name": {"given": {"a": 1}}},
        {"resourceType": "Patient", "birthDate": {"value": "1974"}},
        {"resourceType": "Patient", "birthDate": 1974, "_birthDate": "text"},
        {"resourceType": "Patient", "contained": [{"no": "type"}, "text"]},
        {"resourceType": 5, "name": [{}]},
        {"resourceType": "Nonsense", "name": [{"given": []}]},
        {},
    ],
)
def test_malformed_json_is_walked_without_a_crash(r4, resource) -> None:
    """The validator evaluates invariants on what is not valid."""
    for text in (
        "name.given",
        "descendants().count()",
        "birthDate.extension.exists()",
        "children().select(children().count() > id.count())",
        "name.distinct().count()",
        "contained.name | name",
    ):
        compile_expression(text, r4, "Patient").evaluate(resource)
