"""A separator behind a backslash is part of the value."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_kb.search.escapes import split, unescape


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a,b", ["a", "b"]),
        (r"a\,b", ["a,b"]),
        (r"a\\,b", ["a\\", "b"]),
        (r"a\\\,b", ["a\\,b"]),
        (r"a\$b\|c", ["a$b|c"]),
        (r"a\nb", [r"a\nb"]),
        ("a\\", ["a\\"]),
        ("", [""]),
        (",", ["", ""]),
    ],
)
def test_splitting_minds_escapes(text: str, parts: list[str]) -> None:
    assert [unescape(part) for part in split(text, ",")] == parts


@given(st.lists(st.text("ab,$|\\"), min_size=1))
def test_escaped_values_come_back(values: list[str]) -> None:
    """Whoever escapes by the specification's rule is understood."""
    escaped = [
        "".join(f"\\{character}" if character in "\\,$|" else character for character in value)
        for value in values
    ]
    assert [unescape(part) for part in split(",".join(escaped), ",")] == values
