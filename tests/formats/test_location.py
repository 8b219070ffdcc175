"""An issue points at an element by FHIRPath; a person finds it by line and column."""

import pytest

from fhir_kb.formats.json import read_json_located
from fhir_kb.formats.location import Fault, Location, expression, location_after, part_of

EXPRESSIONS = {
    "the resource": ((), "Patient"),
    "an item": (("name", 0, "given", 1), "Patient.name[0].given[1]"),
    "an extended primitive": (("_birthDate", "extension", 2), "Patient.birthDate.extension[2]"),
}


@pytest.mark.parametrize(("path", "text"), EXPRESSIONS.values(), ids=EXPRESSIONS.keys())
def test_a_path_is_said_in_fhirpath(path, text):
    assert text == expression("Patient", path)


@pytest.mark.parametrize(
    ("before", "location"),
    [("", (1, 1)), ("ab", (1, 3)), ("a\n", (2, 1)), ("é😀\r\né", (2, 2))],
    ids=["start", "line", "line break", "characters, not bytes"],
)
def test_lines_and_columns_count_from_one(before, location):
    assert location == location_after(before)


def test_a_fault_becomes_the_error_of_the_strict_reader():
    error = Fault("number", "1e999 is too large", ("a",), Location(3, 7)).error()
    assert error.message == "1e999 is too large (line 3, column 7)"
    assert (error.line, error.column) == (3, 7)


def test_a_part_is_located_as_if_it_stood_alone():
    """``$validate`` gets a resource inside Parameters; its lines are those of the whole text."""
    text = '{"parameter":[\n{"resource":{"id":"a",\n "id":"b", "name":[{}]}}], "x":1, "x":2}'
    part = part_of(read_json_located(text), ("parameter", 0, "resource"))
    assert part.value == {"id": "b", "name": [{}]}
    assert [(fault.path, fault.location) for fault in part.faults] == [(("id",), (3, 2))]
    assert part.locate("Patient.name[0]") == (3, 20)
