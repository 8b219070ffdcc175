"""The text report: one line an issue, in the form that editors and CI logs link."""

from fhir_kb.validation.reports.text import report
from fhir_kb.validation.verdict import Verdict


def test_each_issue_is_a_line_with_its_place(verdicts: list[Verdict]) -> None:
    """A control character in a message must not reach the terminal."""
    lines = "".join(report(verdicts)).splitlines()
    assert lines[0] == (
        "a.json:1:27: error: '<m>' & \\x00 \"x\" is not in the value set "
        "[code-not-in-value-set] at Patient.gender (R4 assumed)"
    )
    assert lines[1] == "a.json: warning: dom-6: x [invariant] at Patient (R4 assumed)"
    assert lines[3] == "/abs/n.ndjson:3: fatal: It is not JSON [unreadable] (R4B told)"
    assert lines[4] == "gone.json: not checked: It cannot be read: gone"


def test_what_was_not_checked_is_said_once(verdicts: list[Verdict]) -> None:
    """Hundreds of equal remarks would hide the one error."""
    lines = "".join(report(verdicts)).splitlines()
    [remark] = [line for line in lines if ": information: " in line]
    assert remark == (
        "a.json: information: No codes of x [system-not-known] at Patient.a (and at 2 more places) "
        "(R4 assumed)"
    )


def test_the_end_sums_up(verdicts: list[Verdict]) -> None:
    *_, note, total = "".join(report(verdicts)).splitlines()
    assert note.startswith("note: 1 resource validated as R4, because nothing in the text names")
    assert total == (
        "4 resources (1 R4 assumed, 1 R4B told, 1 R5 stated): "
        "1 valid, 2 invalid, 1 not checked; 2 errors, 1 warning"
    )


def test_nothing_is_summed_as_nothing() -> None:
    assert list(report([])) == [
        "0 resources: 0 valid, 0 invalid, 0 not checked; 0 errors, 0 warnings\n"
    ]
