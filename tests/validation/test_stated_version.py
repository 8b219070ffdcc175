"""A resource that says its version is validated as it; a hint elsewhere must not mislead."""

import time

import pytest

from fhir_kb.errors import NotAcceptable
from fhir_kb.validation.stated_version import likely_release, stated_version

PROFILE = "http://hl7.org/fhir/StructureDefinition/Patient"
STATED = {
    "a conformance resource": ('{"fhirVersion": "4.3.0"}', "R4B"),
    "an implementation guide": ('{"fhirVersion": [\n "5.0.0"]}', "R5"),
    "a conformance resource in XML": ('<x><fhirVersion value="4.0.1"/></x>', "R4"),
    "a technical correction": ('{"fhirVersion": "4.0.0"}', "R4"),
    "a profile of the specification": (
        f'{{"meta":{{"profile":["http://example.org/p","{PROFILE}|5.0.0"]}}}}',
        "R5",
    ),
    "such a profile in XML": (f'<meta><profile value="{PROFILE}|4.0"/></meta>', "R4"),
    "an entry of a Bundle": ('{"fullUrl":"https://example.org/fhir/r4b/Patient/1"}', "R4B"),
    "an endpoint in a folder": ('{"fullUrl":"https://example.org/a/b/fhir/r5/Patient/1"}', "R5"),
    "the self link of a Bundle": (
        '{"relation":"self","url":"http://127.0.0.1:8080/fhir/r5/Group?code=x"}',
        "R5",
    ),
    "the self link in XML": (
        '<relation value="self"/> <url value="http://127.0.0.1:8080/fhir/r4/Group"/>',
        "R4",
    ),
    "fhirVersion before an entry's URL": (
        '{"fullUrl":"http://example.org/fhir/r4/x","fhirVersion":"5.0.0"}',
        "R5",
    ),
}
UNSTATED = {
    "nothing": "{}",
    "a profile without a version": f'{{"profile":["{PROFILE}"]}}',
    "another guide's profile": '{"profile":["http://example.org/StructureDefinition/p|5.0.0"]}',
    "a canonical that is no profile": f'{{"profile":[],"source":"{PROFILE}|5.0.0"}}',
    "a word in a narrative": r'{"div":"<div>\"fhirVersion\": \"5.0.0\"</div>"}',
    "an endpoint of a version of its own": '{"fullUrl":"http://example.org/fhir/r9/Patient/1"}',
    "an identifier": '{"system":"http://example.org/fhir/r5/ids"}',
}


@pytest.mark.parametrize(("content", "expected"), STATED.values(), ids=STATED)
def test_the_text_names_its_version(content: str, expected: str) -> None:
    stated = stated_version(content.encode())
    assert stated is not None
    assert stated.release == expected


@pytest.mark.parametrize("content", UNSTATED.values(), ids=UNSTATED)
def test_what_only_looks_like_a_version_is_passed_over(content: str) -> None:
    """Validated as the wrong version, a right resource has a hundred errors."""
    assert stated_version(content.encode()) is None


def test_a_version_without_definitions_is_refused() -> None:
    """STU3 read as R4 would give nonsense; the caller may still ask for it."""
    with pytest.raises(NotAcceptable, match=r"FHIR 3\.0\.2; known are 4\.0\.1 \(R4\).*--fhir"):
        stated_version(b'{"fhirVersion": "3.0.2"}')


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b'{"resourceType":"Patient"}', "R4"),
        (b'<?xml version="1.0"?>\n<Patient xmlns="http://hl7.org/fhir">', "R4"),
        (b'{"resourceType":"ClinicalUseDefinition"}', "R4B"),
        (b'<Transport xmlns="http://hl7.org/fhir"/>', "R5"),
        (b'{"resourceType":"Patinet"}', "R4"),
        (b"", "R4"),
    ],
)
def test_a_type_that_r4_lacks_is_of_a_later_release(content: bytes, expected: str) -> None:
    """Where nothing is said, R4 is meant, unless R4 cannot be meant."""
    assert likely_release(content) == expected


@pytest.mark.parametrize(
    "content",
    [
        b'{"profile":[' * 100_000,
        b'"fullUrl":"http://a/' + b"b/" * 500_000,
        b'fhirVersion"' + b" " * 1_000_000,
        b'"profile":["http://hl7.org/fhir/StructureDefinition/a|9.9"],' * 10_000,
    ],
    ids=["profiles", "a long path", "spaces", "unknown versions"],
)
def test_a_hostile_text_is_searched_in_its_length(content: bytes) -> None:
    """A pattern that runs on would hang the command at the first look."""
    start = time.process_time()
    assert stated_version(content) is None
    assert time.process_time() - start < 1
