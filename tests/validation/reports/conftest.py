"""One verdict of each kind, with every text that a format must escape."""

import pytest

from fhir_kb.formats.location import Location
from fhir_kb.validation.issue import Fixed, Issue
from fhir_kb.validation.verdict import Verdict


@pytest.fixture
def verdicts() -> list[Verdict]:
    error = Issue(
        "error",
        "code-invalid",
        "code-not-in-value-set",
        "'<m>' & \x00 \"x\" is not in the value set",
        "Patient.gender",
        locate=Fixed(Location(1, 27)),
    )
    fatal = Issue("fatal", "structure", "unreadable", "It is not JSON", "")
    warning = Issue("warning", "invariant", "invariant", "dom-6: x", "Patient", source="dom-6")
    remarks = [
        Issue("information", "not-supported", "system-not-known", "No codes of x", f"Patient.{at}")
        for at in ("a", "b", "c")
    ]
    return [
        Verdict("a.json", None, "R4", "assumed", (error, warning, *remarks), 0.25),
        Verdict("b c/ä.xml", None, "R5", "stated", (), 0.5),
        Verdict("/abs/n.ndjson", 3, "R4B", "told", (fatal,), 0.0),
        Verdict("gone.json", None, "", "stated", (), 0.0, "It cannot be read: gone"),
    ]
