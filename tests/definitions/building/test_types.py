"""Reading StructureDefinitions."""

import pytest

from fhir_kb.definitions import Binding, ElementType, TypeDefinition
from fhir_kb.definitions.building.corrector import Corrector
from fhir_kb.definitions.building.types import TypeReader
from fhir_kb.definitions.type_rows import decode_type, encode_type
from fhir_kb.formats import Json


@pytest.fixture
def reader(structures: list[Json]) -> TypeReader:
    return TypeReader(structures, Corrector())


@pytest.fixture
def types(reader: TypeReader) -> dict[str, TypeDefinition]:
    return reader.definitions()


def test_backbone_elements_follow_their_type(types: dict[str, TypeDefinition]) -> None:
    assert list(types) == ["Element", "Extension", "Thing", "Thing.part", "string"]
    assert (types["Thing.part"].kind, types["Thing.part"].base) == ("backbone", "Element")


def test_logical_models_and_profiles_are_not_types(
    structures: list[Json], types: dict[str, TypeDefinition]
) -> None:
    """A profile has the name of its type, which it must not replace."""
    logical = {**structures[0], "id": "Event", "type": "Event", "kind": "logical"}
    nothing = {"element": structures[3]["snapshot"]["element"][:1]}
    profile = {**structures[3], "id": "bare", "derivation": "constraint", "snapshot": nothing}
    definitions = TypeReader([*structures, logical, profile], Corrector()).definitions()
    assert definitions == types


def test_an_element_keeps_what_is_published(types: dict[str, TypeDefinition]) -> None:
    name = types["Thing"].elements["name"]
    assert (name.path, name.min, name.max, name.is_list) == ("Thing.name", 1, 1, False)
    assert (name.summary, name.modifier, name.xml_attribute) == (True, True, False)
    assert name.binding == Binding("required", "http://example.org/names", "http://example.org/all")


def test_a_choice_has_one_name_and_several_in_json(types: dict[str, TypeDefinition]) -> None:
    thing = types["Thing"]
    assert (thing.elements["value"].path, thing.elements["value"].choice) == (
        "Thing.value[x]",
        True,
    )
    assert list(thing.json_names) == ["name", "valueString", "valueElement", "part"]


def test_backbones_and_content_references_are_named_by_path(
    types: dict[str, TypeDefinition],
) -> None:
    assert types["Thing"].elements["part"].types == (ElementType("Thing.part"),)
    assert types["Thing.part"].elements["part"].types == (ElementType("Thing.part"),)
    assert types["Thing"].elements["part"].max is None


def test_a_target_of_the_specification_is_named_without_its_url(
    types: dict[str, TypeDefinition],
) -> None:
    assert types["Thing.part"].elements["owner"].types == (ElementType("Element", ("Thing",)),)


def test_a_primitive_has_its_pattern_and_its_system_type(
    types: dict[str, TypeDefinition],
) -> None:
    string = types["string"]
    value = string.elements["value"]
    assert (string.pattern, value.types) == ("[a-z]+", (ElementType("System.String"),))
    assert (value.xml_attribute, value.max_length) == (True, 9)


def test_an_element_id_is_a_string_whatever_is_published(
    types: dict[str, TypeDefinition],
) -> None:
    assert types["Element"].elements["id"].types == (ElementType("string"),)


def test_constraints_go_where_they_are_added(types: dict[str, TypeDefinition]) -> None:
    """A snapshot repeats the constraints of the types on every element."""

    def keys(name: str) -> list[str]:
        return [each.key for each in types[name].constraints]

    assert (keys("Thing"), keys("Thing.part"), keys("string")) == (
        ["res-1"],
        ["ele-1", "part-1"],
        ["ele-1"],
    )
    elements = types["Thing"].elements
    assert [each.key for each in elements["name"].constraints] == ["name-1"]
    assert elements["part"].constraints == ()


def test_every_type_survives_its_row(reader: TypeReader, types: dict[str, TypeDefinition]) -> None:
    for name, definition in types.items():
        inherited = reader.constraints(definition.base)
        row = encode_type(definition, inherited)
        assert decode_type(name, row, inherited) == definition
