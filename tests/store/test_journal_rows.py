"""Index rows survive the journal: what is written is what is read."""

from dataclasses import fields
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fhir_kb.errors import StoreError
from fhir_kb.store.index import (
    DateEntry,
    IdentifierTypeEntry,
    IndexRows,
    QuantityEntry,
    ReferenceEntry,
    TokenEntry,
)
from fhir_kb.store.journal_rows import packed_rows, unpacked_rows

TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=5)
OPTIONAL = st.one_of(st.none(), TEXT)
NUMBER = st.decimals(allow_nan=False)
CODE = st.sampled_from(("code", "_lastUpdated", "_tag"))

ENTRIES = {
    "tokens": st.builds(TokenEntry, OPTIONAL, TEXT),
    "identifier_types": st.builds(IdentifierTypeEntry, OPTIONAL, TEXT, TEXT),
    "texts": TEXT,
    "strings": st.one_of(TEXT, st.just("two\nlines\tand a tab")),
    "uris": TEXT,
    "words": TEXT,
    "references": st.builds(ReferenceEntry, OPTIONAL, OPTIONAL, OPTIONAL),
    "dates": st.builds(DateEntry, st.integers(-(2**63), 0), st.integers(0, 2**63 - 1)),
    "quantities": st.builds(QuantityEntry, NUMBER, NUMBER, OPTIONAL, OPTIONAL, OPTIONAL),
}
FLAT = {
    name: st.dictionaries(CODE, st.lists(entry, min_size=1, max_size=3), max_size=2)
    for name, entry in ENTRIES.items()
}
PARTS = st.builds(IndexRows, **FLAT)
OCCURRENCES = st.lists(st.tuples(PARTS, PARTS), min_size=1, max_size=2)
ROWS = st.builds(IndexRows, **FLAT, composites=st.dictionaries(CODE, OCCURRENCES, max_size=1))


@given(rows=ROWS)
@settings(max_examples=40, deadline=None)
def test_index_rows_are_read_as_they_were_written(rows: IndexRows) -> None:
    assert unpacked_rows(packed_rows(rows)) == rows


def test_every_table_of_the_rows_is_kept() -> None:
    """A kind of entry that is added later must not be lost at the next start."""
    assert {field.name for field in fields(IndexRows)} == {*ENTRIES, "composites"}


@pytest.mark.parametrize("separator", ["\x1e", "\x1f"])
def test_text_that_would_part_the_rows_is_refused(separator: str) -> None:
    with pytest.raises(StoreError, match="control characters"):
        packed_rows(IndexRows(strings={"name": [f"a{separator}b"]}))


@pytest.mark.parametrize("separator", ["\x1a", "\x1b", "\x1c", "\x1d", "\x1e", "\x1f"])
def test_text_that_would_part_a_composite_is_refused(separator: str) -> None:
    part = IndexRows(tokens={"code": [TokenEntry(None, f"a{separator}b")]})
    with pytest.raises(StoreError, match="control characters"):
        packed_rows(IndexRows(composites={"pair": [(part, part)]}))


def test_numbers_keep_their_digits() -> None:
    rows = IndexRows(quantities={"dose": [QuantityEntry(Decimal("1.00"), Decimal("Infinity"))]})
    assert str(unpacked_rows(packed_rows(rows)).quantities["dose"][0].low) == "1.00"
