"""One bad line among a million must cost that line only, and be found again by its number."""

from io import BytesIO

import pytest

from fhir_kb.errors import MalformedContent, TooLarge
from fhir_kb.formats.ndjson import read_ndjson


def outcomes(data, **limits):
    """Return (line, object) or (line, class of error, column) of each line."""
    return [
        (number, type(line), line.column) if isinstance(line, MalformedContent) else (number, line)
        for number, line in read_ndjson(BytesIO(data), **limits)
    ]


CASES = {
    "no line": (b"", []),
    "the last line without an end": (b'{"a":1}\n{"b":2}', [(1, {"a": 1}), (2, {"b": 2})]),
    "ends as Windows writes them": (b'{"a":1}\r\n{"b":2}\r\n', [(1, {"a": 1}), (2, {"b": 2})]),
    "empty lines are counted": (b'\n{"a":1}\n  \n{"b":2}\n\n', [(2, {"a": 1}), (4, {"b": 2})]),
    "a bad line": (
        b'{"a":1}\n{"b":}\n{"c":3}\n',
        [(1, {"a": 1}), (2, MalformedContent, 6), (3, {"c": 3})],
    ),
    "a line that is no object": (b"[1]\n{}", [(1, MalformedContent, 1), (2, {})]),
    "a line that is not UTF-8": (b'"\xff"\n{}', [(1, MalformedContent, 2), (2, {})]),
}


@pytest.mark.parametrize(("data", "expected"), CASES.values(), ids=CASES.keys())
def test_each_line_is_an_object_or_an_error_with_its_number(data, expected):
    assert expected == outcomes(data)


@pytest.mark.parametrize("length", [11, 12, 19, 20, 21, 1000])
def test_a_line_that_is_too_long_is_passed_over(length):
    long = b"9" * length
    assert [(1, {}), (2, TooLarge, 1), (3, {"a": 1})] == outcomes(
        b"{}\n" + long + b'\n{"a":1}\n', max_bytes=10
    )
    assert [(1, TooLarge, 1)] == outcomes(long, max_bytes=10)


def test_a_line_as_long_as_the_limit_is_read():
    assert outcomes(b'{"a":1}\n{"b":2}', max_bytes=7) == [(1, {"a": 1}), (2, {"b": 2})]


def test_the_error_names_the_line_of_the_file():
    ((_, _), (_, error)) = read_ndjson(BytesIO(b'{"a":1}\n{"b":1,"b":2}\n'))
    assert "stands twice" in error.message
    assert error.message.endswith("(line 2, column 8)")
