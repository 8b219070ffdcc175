"""Cutting a text into tokens: literals must not swallow the dot of a call."""

import pytest

from fhir_kb.errors import FHIRPathError
from fhir_kb.fhirpath.tokens import MAX_LENGTH, tokens_of, unquoted


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.convertsToInteger()", ["1", ".", "convertsToInteger", "(", ")"]),
        ("1.5.round()", ["1.5", ".", "round", "(", ")"]),
        ("5L", ["5L"]),
        ("@2015-02", ["@2015-02"]),
        ("@2015T.x", ["@2015T", ".", "x"]),
        ("@2015-02-04T14:34:28.123+10:00", ["@2015-02-04T14:34:28.123+10:00"]),
        ("@T14:34.x", ["@T14:34", ".", "x"]),
        ("a<=b!~c", ["a", "<=", "b", "!~", "c"]),
        ("$this.`div`", ["$this", ".", "`div`"]),
        ("%`vs-x`", ["%", "`vs-x`"]),
        ("a // b\n c /* d\n */ e", ["a", "c", "e"]),
        (r"'it\'s'", [r"'it\'s'"]),
    ],
)
def test_tokens(text: str, expected: list[str]) -> None:
    assert expected == [token.text for token in tokens_of(text)][:-1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"'it\'s'", "it's"),
        (r"'a\nb\tc\\d\/e'", "a\nb\tc\\d/e"),
        (r"'P\u0065ter'", "Peter"),
        (r"'\uD83D\uDD25'", "🔥"),
        (r"'\p'", "p"),
        (r"'\u005'", "u005"),
        (r"`a\`b`", "a`b"),
    ],
)
def test_escapes(text: str, expected: str) -> None:
    """A backslash before nothing in particular is dropped, as the specification has it."""
    assert expected == unquoted(tokens_of(text)[0])


def test_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(FHIRPathError, match="half of a surrogate pair"):
        unquoted(tokens_of(r"'\uD83D'")[0])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("'open", "closing '"),
        ("`open", "closing `"),
        ("1 /* open", r"closing \*/"),
        ("@20", "a date, a dateTime or a time"),
        ("$that", r"\$this, \$index or \$total"),
        ('"double"', "single quotes"),
        ("a ? b", "Unexpected '\\?' at character 3"),
    ],
)
def test_what_is_no_token_is_named(text: str, message: str) -> None:
    with pytest.raises(FHIRPathError, match=message):
        tokens_of(text)


def test_a_text_of_any_length_is_not_read() -> None:
    with pytest.raises(FHIRPathError, match="at most"):
        tokens_of("a" * (MAX_LENGTH + 1))
