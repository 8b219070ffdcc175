"""A caller gets the format asked for, or is told which there are."""

import pytest

from fhir_kb.errors import NotAcceptable
from fhir_kb.rest.negotiation import Asked, check_charset, negotiate, prefers_strict


@pytest.mark.parametrize(
    ("accept", "format_parameter", "expected"),
    [
        ("", None, Asked("json", None)),
        ("*/*", None, Asked("json", None)),
        ("application/fhir+json", None, Asked("json", None)),
        ("application/fhir+json; fhirVersion=5.0", None, Asked("json", "5.0")),
        ('application/fhir+xml;fhirVersion="4.0"', None, Asked("xml", "4.0")),
        ("application/xml;q=0.9, application/json;q=0.8", None, Asked("xml", None)),
        ("image/png, application/json;q=0.1", None, Asked("json", None)),
        ("text/html,application/xml;q=0.9,*/*;q=0.8", None, Asked("html", None)),
        ("application/json, text/html;q=0.9", None, Asked("json", None)),
        ("application/json;q=0, */*;q=0.2", None, Asked("json", None)),
        ("application/fhir+json;q=0, */*", None, Asked("xml", None)),
        ("application/fhir+json;q=0.1, */*", None, Asked("xml", None)),
        ("application/fhir+json, application/fhir+xml", None, Asked("json", None)),
        ("application/fhir+xml, application/fhir+json", None, Asked("xml", None)),
        ("application/*;q=0.5, text/html;q=0.4", None, Asked("json", None)),
        ("*/*;q=0, application/fhir+xml", None, Asked("xml", None)),
        ("application/*;q=0, */*", None, Asked("html", None)),
        ("text/html", "json", Asked("json", None)),
        ("application/fhir+json", "xml", Asked("xml", None)),
        ("", "application/fhir xml", Asked("xml", None)),
    ],
)
def test_the_best_acceptable_format_is_chosen(
    accept: str, format_parameter: str | None, expected: Asked
) -> None:
    """q-values order the wishes, _format wins, a lost + in a URL is understood."""
    assert expected == negotiate(accept, format_parameter)


@pytest.mark.parametrize(
    ("accept", "format_parameter"),
    [
        ("image/png", None),
        ("application/json;q=0", None),
        ("*/*;q=0", None),
        ("*/*;q=0.0", None),
        ("application/fhir+xml;q=none", None),
        ("", "csv"),
    ],
)
def test_what_cannot_be_written_is_refused(accept: str, format_parameter: str | None) -> None:
    """The refusal names what would work."""
    with pytest.raises(NotAcceptable, match=r"application/fhir\+json"):
        negotiate(accept, format_parameter)


@pytest.mark.parametrize(
    ("prefer", "expected"),
    [
        ("", False),
        ("handling=lenient", False),
        ("handling=strict", True),
        ("return=minimal, handling=strict", True),
        ('handling = "strict"', True),
    ],
)
def test_strict_handling_is_read_from_prefer(prefer: str, expected: bool) -> None:
    """https://hl7.org/fhir/R4/search.html#errors"""
    assert expected is prefers_strict(prefer)


@pytest.mark.parametrize(
    ("accept_charset", "is_refused"),
    [
        ("", False),
        ("utf-8", False),
        ("UTF-8;q=0.1, latin1", False),
        ("latin1, *;q=0.1", False),
        ("latin1", True),
        ("utf-8;q=0", True),
        ("utf-8;q=0, *", True),
        ("*;q=0", True),
    ],
)
def test_a_charset_without_utf_8_is_refused(accept_charset: str, is_refused: bool) -> None:
    """FHIR is written in UTF-8 only: who cannot read it is told so."""
    if is_refused:
        with pytest.raises(NotAcceptable, match="UTF-8"):
            check_charset(accept_charset)
    else:
        check_charset(accept_charset)
