"""The JUnit report: each resource a test that every CI server can show."""

from xml.etree import ElementTree

import pytest

from fhir_kb.validation.reports.junit import report
from fhir_kb.validation.verdict import Verdict


@pytest.fixture
def suite(verdicts: list[Verdict]) -> ElementTree.Element:
    root = ElementTree.fromstring("".join(report(verdicts)).encode())  # noqa: S314 -- our own
    assert root.tag == "testsuites"
    [suite] = root
    return suite


def test_the_sums_are_those_of_the_cases(suite: ElementTree.Element) -> None:
    """Servers show the attributes and never count."""
    assert suite.attrib == {
        "name": "fhir-kb validate",
        "tests": "4",
        "failures": "2",
        "errors": "1",
        "skipped": "0",
        "time": "0.750",
    }
    assert len(suite.findall("testcase")) == 4
    assert len(suite.findall("testcase/failure")) == 2
    assert len(suite.findall("testcase/error")) == 1


def test_each_case_names_its_file_and_version(suite: ElementTree.Element) -> None:
    assert [(case.get("name"), case.get("classname")) for case in suite] == [
        ("a.json", "fhir.R4"),
        ("b c/ä.xml", "fhir.R5"),
        ("/abs/n.ndjson:3", "fhir.R4B"),
        ("gone.json", "fhir"),
    ]


def test_a_failure_holds_the_errors_and_the_output_the_rest(suite: ElementTree.Element) -> None:
    """What XML cannot hold, a NUL in a message, is replaced: the file stays readable."""
    failure = suite[0].find("failure")
    assert failure is not None
    assert failure.get("type") == "code-not-in-value-set"
    assert failure.text == (
        "line 1, column 27: error: '<m>' & \ufffd \"x\" is not in the value set "
        "[code-not-in-value-set] at Patient.gender"
    )
    output = suite[0].findtext("system-out")
    assert output is not None
    assert len(output.splitlines()) == 4


def test_a_file_that_was_not_checked_is_an_error(suite: ElementTree.Element) -> None:
    error = suite[3].find("error")
    assert error is not None
    assert (error.get("type"), error.text) == ("not-checked", "It cannot be read: gone")


def test_a_valid_resource_has_its_version_only(suite: ElementTree.Element) -> None:
    assert [child.tag for child in suite[1]] == ["properties"]


def test_each_case_says_its_version_and_whence(suite: ElementTree.Element) -> None:
    """A folder may mix versions: a verdict is worth what its version is."""
    told = [
        {row.get("name"): row.get("value") for row in case.iterfind("properties/property")}
        for case in suite
    ]
    assert told == [
        {"fhirVersion": "4.0.1", "fhirVersionIs": "assumed"},
        {"fhirVersion": "5.0.0", "fhirVersionIs": "stated"},
        {"fhirVersion": "4.3.0", "fhirVersionIs": "told"},
        {},
    ]
