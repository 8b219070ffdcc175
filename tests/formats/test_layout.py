"""The definitions stand on a higher floor; all that XML asks of them is stated in a shape."""

from dataclasses import dataclass

import pytest

from fhir_kb.errors import FhirKbError
from fhir_kb.formats.layout import _known_layout, layout_of, resource_layout
from fhir_kb.formats.xml import read_xml, write_xml


@dataclass(frozen=True)
class Reference:
    code: str


@dataclass(frozen=True)
class Element:
    name: str
    is_list: bool = False
    xml_attribute: bool = False


@dataclass(frozen=True)
class Type:
    kind: str
    elements: dict[str, Element]
    json_names: dict[str, tuple[Element, Reference]]
    abstract: bool = False


def shape(kind, *rows, abstract=False):
    """Return a type of (JSON name, element, type code)."""
    return Type(
        kind,
        {element.name: element for _, element, _ in rows},
        {name: (element, Reference(code)) for name, element, code in rows},
        abstract,
    )


VALUE = Element("value")
TYPES = {
    "Thing": shape(
        "resource",
        ("valueDecimal", VALUE, "decimal"),
        ("valueLost", VALUE, "Lost"),
        ("part", Element("part", is_list=True), "Thing.part"),
    ),
    "Thing.part": shape(
        "backbone",
        ("id", Element("id", xml_attribute=True), "string"),
        ("part", Element("part", is_list=True), "Thing.part"),
    ),
    "decimal": shape(
        "primitive-type",
        ("id", Element("id", xml_attribute=True), "string"),
        ("value", Element("value", xml_attribute=True), "System.Decimal"),
    ),
    "Base": shape("resource", abstract=True),
}
types = TYPES.get


def test_the_types_of_a_choice_share_one_position():
    members = layout_of(types, "Thing").members
    assert {name: member.position for name, member in members.items()} == {
        "valueDecimal": 0,
        "valueLost": 0,
        "part": 1,
    }


def test_the_value_of_a_primitive_is_no_element_of_it():
    assert list(layout_of(types, "decimal").members) == ["id"]


@pytest.mark.parametrize("name", ["Unknown", "Thing.part", "decimal", "Base"])
def test_only_a_type_that_has_instances_is_a_resource(name):
    assert resource_layout(types, name) is None
    assert resource_layout(types, "Thing") is not None


def test_an_element_may_hold_itself():
    """The content references of the specification do, Questionnaire.item.item for one."""
    resource = {"resourceType": "Thing", "part": [{"part": [{"id": "a", "part": [{}]}]}]}
    assert resource == read_xml(write_xml(resource, types), types)


def test_a_type_that_is_named_but_not_defined_is_our_fault_not_the_callers():
    """Answered with 500: no change to the request would help."""
    with pytest.raises(FhirKbError, match="'Lost'") as caught:
        write_xml({"resourceType": "Thing", "valueLost": {}}, types)
    assert caught.value.status == 500


def test_a_name_from_outside_does_not_fill_the_cache():
    """Each refused document could otherwise leave a megabyte behind, as the name of its root."""
    before = _known_layout.cache_info().currsize
    assert layout_of(types, "x" * 1_000_000) is None
    assert before == _known_layout.cache_info().currsize
