"""What a version is found by survives the journal, or is refused."""

from typing import get_args

import pytest

from fhir_kb.errors import StoreError
from fhir_kb.store.index import IndexRows, ReferenceEntry, TokenEntry
from fhir_kb.store.interface import Field, Kind, Link
from fhir_kb.store.journal.rows import (
    LETTERS,
    packed_records,
    packed_rows,
    record_name,
    unpacked_link,
    values_of,
)


def test_every_kind_of_value_is_kept() -> None:
    """A kind that is added later must not be lost at the next start."""
    assert set(LETTERS) == set(get_args(Kind)) - {"composite"}
    assert len(set(LETTERS.values())) == len(LETTERS)


def test_values_stand_under_the_name_of_their_field() -> None:
    part = IndexRows(tokens={"value": [TokenEntry(None, "III")]})
    rows = IndexRows(
        tokens={"code": [TokenEntry("http://s", "a"), TokenEntry(None, "b\nc")]},
        composites={"code-value": [(part, part)]},
    )
    records = {name: values for name, *values in map(values_of, packed_records(packed_rows(rows)))}
    assert records[record_name(Field("Group", "code", "token"))] == ["a\x1fhttp://s", "b\nc\x1f"]
    assert records[record_name(Field("Group", "code", "system"))] == ["http://s"]
    assert records[record_name(Field("Group", "code-value", "token", 1))] == ["III\x1f"]
    assert records["p"] == ["code", "code-value"]
    assert records["*code-value"] == []


@pytest.mark.parametrize(
    "reference", [("Group", "a", None), (None, None, "http://x|1"), ("Group", None, None)]
)
def test_references_can_be_followed_after_a_start(
    reference: tuple[str | None, str | None, str | None],
) -> None:
    rows = IndexRows(references={"subject": [ReferenceEntry(*reference)]})
    records = {name: values for name, *values in map(values_of, packed_records(packed_rows(rows)))}
    assert [unpacked_link(text) for text in records["l"]] == [Link("subject", *reference)]


@pytest.mark.parametrize("separator", ["\x1d", "\x1e"])
def test_text_that_would_part_the_records_is_refused(separator: str) -> None:
    """The reader of JSON takes no control characters: this is the second door."""
    rows = IndexRows(strings={"name": [f"a{separator}b"]})
    with pytest.raises(StoreError, match="control characters"):
        packed_rows(rows)
    with pytest.raises(StoreError, match="control characters"):
        packed_rows(IndexRows(composites={"pair": [(rows, rows)]}))
