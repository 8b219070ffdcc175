"""The published schema is one that an editor can use, and says what the kinds of fact say."""

import inspect
import re
from typing import get_args

import pytest
from jsonschema import Draft202012Validator

from fhir_kb.facts.kinds import SECTIONS
from fhir_kb.facts.reading import FileKind
from fhir_kb.facts.schema import file_schema

FILE_KINDS: tuple[FileKind, ...] = get_args(FileKind)


@pytest.mark.parametrize("kind", ["sources", "concepts", "not-modelled"])
def test_the_schema_of_a_file_is_a_valid_schema(kind: FileKind) -> None:
    """The two larger kinds are built of the same parts and would take a second each."""
    Draft202012Validator.check_schema(file_schema(kind))


@pytest.mark.parametrize("kind", FILE_KINDS)
def test_every_part_of_a_schema_is_defined_and_used(kind: FileKind) -> None:
    schema = file_schema(kind)
    used = set(re.findall(r"'#/\$defs/(\w+)'", str(schema)))
    assert used == set(schema["$defs"])


@pytest.mark.parametrize("kind", ["drug", "study"])
def test_a_file_may_have_every_kind_of_fact(kind: FileKind) -> None:
    """A drug file may tell of a study and the reverse; the sections are the same."""
    assert set(SECTIONS) <= set(file_schema(kind)["properties"])


@pytest.mark.parametrize(("section", "cls"), SECTIONS.items())
def test_every_kind_of_fact_is_explained_to_the_author(section: str, cls: type) -> None:
    """The docstring is what an editor shows beside the section."""
    definition = file_schema("drug")["$defs"][cls.__name__]
    assert definition["description"] == inspect.getdoc(cls)
    assert {"id", "cite"} <= set(definition["required"])


def test_a_field_that_python_forbids_is_authored_under_its_plain_name() -> None:
    properties = file_schema("drug")["$defs"]["Indication"]["properties"]
    assert "with" in properties
    assert "with_" not in properties


@pytest.mark.parametrize(
    ("value", "valid"),
    [("62", True), (62, True), ("sixty-two", False), (["62"], False), (None, False)],
)
def test_an_editor_may_read_a_number_where_text_is_meant(value: object, valid: bool) -> None:
    """Editors follow YAML 1.2 and see a number in ``n: 62``; the loader sees text."""
    group = {"id": "all", "name": "all", "kind": "enrolled", "cite": {"at": "Results"}, "n": value}
    schema = file_schema("study")
    validator = Draft202012Validator({**schema, "required": []})
    assert validator.is_valid({"groups": [group]}) is valid
