"""Code systems and value sets as values."""

import pytest

from fhir_kb.definitions.codes import (
    CodeSystemCodes,
    ValueSetCodes,
    decode_code_system,
    decode_value_set,
    encode_code_system,
    encode_value_set,
)

COLORS = CodeSystemCodes(
    url="http://example.org/colors",
    displays={"red": "Red", "crimson": "Crimson", "Blue": None},
    parents={"crimson": ("red",)},
    case_sensitive=False,
    complete=True,
)


def test_a_code_system_survives_its_row() -> None:
    assert decode_code_system(COLORS.url, encode_code_system(COLORS)) == COLORS


def test_a_value_set_survives_its_row() -> None:
    value_set = ValueSetCodes(
        url="http://example.org/warm",
        codings=frozenset({("http://example.org/colors", "red"), ("urn:x", "red")}),
        codes=frozenset({"red"}),
        complete=False,
        open_systems=frozenset({"urn:x"}),
        rule="color",
    )
    assert value_set == decode_value_set(value_set.url, encode_value_set(value_set))


@pytest.mark.parametrize(
    ("code", "spelling"), [("red", "red"), ("RED", "red"), ("blue", "Blue"), ("green", None)]
)
def test_spelling_where_case_does_not_matter(code: str, spelling: str | None) -> None:
    assert spelling == COLORS.spelling(code)


def test_spelling_where_case_matters() -> None:
    strict = CodeSystemCodes("urn:x", {"red": None}, {}, case_sensitive=True, complete=True)
    assert (strict.spelling("red"), strict.spelling("RED")) == ("red", None)
