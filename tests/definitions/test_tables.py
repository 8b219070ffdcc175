"""The files the definitions are kept in."""

import gzip

import pytest

from fhir_kb.definitions.releases import RELEASES
from fhir_kb.definitions.tables import DATA, FORMAT, Table, file_name, read_table, table_bytes

CONTENTS = (
    "types",
    "search-parameters",
    "value-sets",
    "code-systems",
    "extensions",
    "profiles",
    "snapshots",
)


def table(rows: dict[str, object]) -> Table:
    return Table(gzip.decompress(table_bytes("4.0.1", rows, {"of": "all"})))


def test_rows_are_found_by_key_in_their_order() -> None:
    found = table({"b": [1, "é\n"], "a": {"x": None}})
    assert list(found) == ["b", "a"]
    assert (found["b"], found["a"]) == ([1, "é\n"], {"x": None})
    assert (found.release, found.index) == ("4.0.1", {"of": "all"})


def test_a_row_is_not_read_before_it_is_asked_for() -> None:
    """A broken row does no harm to the others: nothing else is parsed."""
    text = gzip.decompress(table_bytes("4.0.1", {"good": 1, "bad": 2}, {}))
    found = Table(text[:-1] + b"}")
    assert found["good"] == 1
    with pytest.raises(ValueError, match="Expecting value"):
        found["bad"]


def test_the_same_rows_give_the_same_bytes_at_any_time() -> None:
    """Otherwise every rebuild would look like a change; gzip writes the time unless told not to."""
    rows = {"a": [1, 2], "b": "text"}
    packed = table_bytes("4.0.1", rows, {})
    assert packed == table_bytes("4.0.1", dict(rows), {})
    assert packed[4:8] == bytes(4)


def test_a_table_in_another_format_is_refused() -> None:
    text = gzip.decompress(table_bytes("4.0.1", {}, {}))
    other = text.replace(b'"format":%d' % FORMAT, b'"format":%d' % (FORMAT + 1))
    with pytest.raises(ValueError, match="run python -m fhir_kb.definitions.build"):
        Table(other)


@pytest.mark.parametrize("content", CONTENTS)
@pytest.mark.parametrize("name", list(RELEASES))
def test_every_table_is_there_in_the_format_that_the_code_reads(name: str, content: str) -> None:
    """Reading a table of another format is refused, so reading is the test."""
    found = read_table(name, content)
    assert RELEASES[name].number == found.release
    assert len(found) > 0


def test_there_are_no_other_files() -> None:
    expected = {file_name(name, content) for name in RELEASES for content in CONTENTS}
    assert expected | {"terminology-code-systems.jsonl.gz"} == {
        path.name for path in DATA.iterdir()
    }


def test_the_tables_stay_small() -> None:
    """They are in the wheel: 3 MB is the limit."""
    assert sum(path.stat().st_size for path in DATA.iterdir()) < 3_000_000
