"""An issue points at an element by FHIRPath; a person finds it by line and column."""

import pytest

from fhir_kb.formats.location import Fault, Location, expression, location_after

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
