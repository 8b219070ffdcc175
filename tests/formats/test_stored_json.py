"""Stored texts are read as they were accepted, and taken apart without a loss."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_kb.errors import MalformedContent
from fhir_kb.formats.json import read_json, write_json
from fhir_kb.formats.stored_json import (
    read_stored_json,
    stored_items,
    stored_members,
    stored_objects,
)

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"))
VALUES = st.recursive(
    TEXTS
    | st.booleans()
    | st.none()
    | st.integers(-(10**30), 10**30)
    | st.decimals(-(10**9), 10**9, places=20),
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
)


@given(st.dictionaries(TEXTS, VALUES))
def test_reads_what_the_strict_reader_reads(value: dict[str, Any]) -> None:
    body = write_json(value)
    again = read_json(body)
    assert repr(read_stored_json(body)) == repr(again)
    members = {key: read_stored_json(bytes(text)) for key, text in stored_members(body).items()}
    assert repr(members) == repr(again)


@given(st.lists(VALUES))
def test_a_list_is_taken_apart(values: list[Any]) -> None:
    body = write_json({"key": values})
    text = bytes(stored_members(body)["key"])
    assert b"".join((b"[", b",".join(map(bytes, stored_items(text))), b"]")) == text
    objects = stored_objects(text)
    assert (objects is not None) == all(isinstance(value, dict) for value in values)
    assert objects is None or [list(each) for each in objects] == [list(each) for each in values]


@pytest.mark.parametrize(
    "digits", ["1.50", "0.0", "-0.0", "1E+2", "12345678901234567890.123456789"]
)
def test_decimals_keep_their_digits(digits: str) -> None:
    found = read_stored_json(f'{{"value": {digits}}}'.encode())["value"]
    assert isinstance(found, Decimal)
    assert str(found) == str(Decimal(digits))


def test_spaces_are_between_the_texts() -> None:
    body = json.dumps({"a": [1, {"b": 2}], "c": "d"}, indent=3).encode()
    assert bytes(stored_members(body)["c"]) == b'"d"'
    assert [
        read_stored_json(bytes(each)) for each in stored_items(bytes(stored_members(body)["a"]))
    ] == [
        1,
        {"b": 2},
    ]


@pytest.mark.parametrize("text", [b'{"a": ', b"[1, 2", b""])
def test_a_text_that_changed_is_refused(text: bytes) -> None:
    for read in (read_stored_json, stored_members, stored_items):
        with pytest.raises(MalformedContent):
            read(text)
