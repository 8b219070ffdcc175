"""A profile may ask for a narrative in certain languages, each in a section of its own."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from fhir_kb.formats import Json

CONTROL = "http://hl7.org/fhir/StructureDefinition/narrative-language-control"
PLAIN = "<p>x</p>"
GERMAN = '<div lang="de" xml:lang="de">x</div>'
ENGLISH = '<div lang="en">x</div>'
INNER = f"<div>{ENGLISH}</div>"


def narrated(content: str, language: str = "") -> Json:
    div = f'<div xmlns="http://www.w3.org/1999/xhtml">{content}</div>'
    stated = {"language": language} if language else {}
    return {
        "resourceType": "Patient",
        **stated,
        "text": {"status": "generated", "div": div},
    }


@pytest.mark.parametrize(
    ("asked", "resource", "expected"),
    [
        (["_no"], narrated(PLAIN), []),
        (["_no"], narrated(GERMAN), ["narrative-sections"]),
        (["_no"], narrated(INNER), []),
        (["_yes"], narrated(GERMAN), []),
        (["_yes"], narrated(PLAIN), ["no-narrative-sections"]),
        (["_yes"], narrated(INNER), ["no-narrative-sections"]),
        (["_resource"], narrated(GERMAN + ENGLISH, "en"), []),
        (["_resource"], narrated(GERMAN, "en"), ["no-narrative-in"]),
        (["_resource"], narrated(GERMAN), []),
        (["de", "en"], narrated(GERMAN + ENGLISH), []),
        (["de", "en"], narrated(GERMAN), ["no-narrative-in"]),
        (["fr", "en"], narrated(GERMAN), ["no-narrative-in", "no-narrative-in"]),
        (["_yes"], {"resourceType": "Patient"}, []),
        (["_yes"], narrated("<p>"), []),
    ],
)
def test_sections(
    asked: Sequence[str],
    resource: Json,
    expected: Sequence[str],
    profile: Callable[..., Json],
    faults: Callable[..., Any],
) -> None:
    controls = [{"url": CONTROL, "valueCode": code} for code in asked]
    patient = profile("Patient", {"path": "Patient.text", "extension": controls})
    assert [each for each, _ in faults(resource, patient)] == expected
