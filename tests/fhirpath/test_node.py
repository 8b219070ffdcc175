"""Nodes: an issue must point at the place it speaks of."""

import pytest

from fhir_kb.fhirpath import compile_expression


@pytest.mark.parametrize(
    ("text", "path", "type"),
    [
        ("Patient", "Patient", "Patient"),
        ("name[1].given", "Patient.name[1].given[0]", "string"),
        ("birthDate", "Patient.birthDate", "date"),
        ("birthDate.extension[0].value", "Patient.birthDate.extension[0].value", "dateTime"),
        ("name[2].given.first().extension", "Patient.name[2].given[0].extension[0]", "Extension"),
        ("deceased", "Patient.deceased", "boolean"),
        ("contained.name", "Patient.contained[0].name", "string"),
        ("managingOrganization.resolve().name", "Patient.contained[0].name", "string"),
        ("identifier.period.start", "Patient.identifier[0].period.start", "dateTime"),
        ("id", "Patient.id", "id"),
        ("1 + 1", "", "System.Integer"),
    ],
)
def test_path_and_type(nodes, text, path, type) -> None:
    [node] = nodes(text)
    assert (path, type) == (node.path, node.type)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("multipleBirth", "multipleBirthInteger"),
        ("deceased", "deceasedBoolean"),
        ("birthDate.extension[1].value", "valueQuantity"),
        ("birthDate", "birthDate"),
        ("name[0]", "name"),
    ],
)
def test_the_key_in_json(nodes, text, key) -> None:
    """FHIRPath Patch changes the JSON, so it needs the key and not the element's name."""
    [node] = nodes(text)
    assert key == node.key


def test_the_key_of_a_primitive_without_a_value(r4) -> None:
    resource = {"resourceType": "Patient", "_gender": {"id": "x"}}
    [gender] = compile_expression("gender", r4).evaluate(resource)
    assert gender.key == "gender"


def test_a_primitive_without_a_value_is_an_item(nodes) -> None:
    given = nodes("name[2].given")
    assert [node.value for node in given] == [None, "Pete"]
    assert [node.has_value for node in given] == [False, True]
    assert given[0].extra == {"extension": [{"url": "urn:masked", "valueBoolean": True}]}
