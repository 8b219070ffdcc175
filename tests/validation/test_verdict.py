"""The verdict on a document: three outcomes, and every issue at its place in the file."""

import pytest

from fhir_kb.validation.limits import Limits
from fhir_kb.validation.validator import SPECIFICATION_ONLY
from fhir_kb.validation.verdict import Document, Inspection

GOOD = b'{"resourceType":"Basic","code":{"text":"x"},"text":{"status":"empty"}}'
INSPECTION = Inspection(conformance=lambda release: SPECIFICATION_ONLY)
OUTCOMES = {
    "a warning is no fault": (b'{"resourceType":"Patient"}', {}, "valid"),
    "an error": (b'{"resourceType":"Patient","active":"yes"}', {}, "invalid"),
    "no JSON": (b"{", {}, "invalid"),
    "nothing": (b"", {}, "invalid"),
    "an array": (b"[]", {}, "invalid"),
    "more than is read": (b'{"resourceType":"Patient"}', {"bytes": 10}, "not checked"),
    "deeper than is read": (b'{"extension":[{"a":[[]]}]}', {"depth": 2}, "not checked"),
    "a version that is not known": (b'{"fhirVersion":"1.0.2"}', {}, "not checked"),
}


@pytest.mark.parametrize(("content", "limits", "expected"), OUTCOMES.values(), ids=OUTCOMES)
def test_a_document_is_valid_invalid_or_not_checked(
    content: bytes, limits: dict[str, int], expected: str
) -> None:
    """A limit of ours is no fault of the resource, and no pass."""
    inspection = Inspection(INSPECTION.conformance, limits=Limits(**limits))
    assert inspection.verdict(Document("a.json", content)).outcome == expected


def test_an_error_beside_a_limit_is_an_error() -> None:
    """What is known to be wrong stays wrong, however little was looked at."""
    content = b'{"resourceType":"Patient","active":"yes"}'
    inspection = Inspection(INSPECTION.conformance, profiles=("http://example.org/none",))
    verdict = inspection.verdict(Document("a.json", content))
    assert {"wrong-json-type", "asked-profile-not-known"} <= {i.message_id for i in verdict.issues}
    assert verdict.outcome == "invalid"


def test_a_profile_that_is_not_at_hand_leaves_the_verdict_open() -> None:
    """CI must not turn green because a package was forgotten."""
    content = b'{"resourceType":"Basic","code":{"text":"x"}}'
    inspection = Inspection(INSPECTION.conformance, profiles=("http://example.org/none",))
    assert inspection.verdict(Document("a.json", content)).outcome == "not checked"


@pytest.mark.parametrize(
    ("told", "content", "expected"),
    [
        ("R5", b'{"fhirVersion":"4.0.1"}', ("R5", "told")),
        (None, b'{"fhirVersion":"4.3.0"}', ("R4B", "stated")),
        (None, b"{}", ("R4", "assumed")),
    ],
)
def test_the_verdict_says_which_version_and_why(
    told: str | None, content: bytes, expected: tuple[str, str]
) -> None:
    """What is told wins over what is stated, which wins over the default."""
    verdict = Inspection(INSPECTION.conformance, release=told).verdict(Document("a", content))
    assert (verdict.release, verdict.version_source) == expected


def test_a_line_of_a_file_has_its_number_there() -> None:
    """NDJSON: line 7 of the file, not line 1 of the seventh resource."""
    content = b'{"resourceType":"Patient","active":"yes"}\n'
    verdict = INSPECTION.verdict(Document("a.ndjson", content, line=7))
    assert [(i.line, i.column) for i in verdict.issues if i.is_error] == [(7, 27)]


def test_a_refused_document_says_why() -> None:
    """A file that cannot be opened is neither valid nor invalid."""
    verdict = INSPECTION.verdict(Document("a.json", b"", refused="It is not there"))
    assert (verdict.outcome, verdict.refused) == ("not checked", "It is not there")
