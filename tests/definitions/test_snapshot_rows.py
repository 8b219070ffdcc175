"""Rows of snapshots hold what is new in an element, and give the whole of it back."""

from fhir_kb.definitions.snapshot_rows import decode_element, encode_snapshots
from fhir_kb.formats import Json

ELE_1 = {"key": "ele-1", "human": "Has content"}


def element(path: str, origin: str | None = None, **more: object) -> Json:
    base = {"path": origin or path, "min": 0, "max": "1"}
    return {"id": path, "path": path, "min": 0, "max": "1", "base": base, **more}


BASE = element("Element.id", short="An id", constraint=[ELE_1], comment="Optional")
INHERITED = element("Period.id", "Element.id", short="Its id", constraint=[ELE_1])
OWN = element("Period.end", short="The end", constraint=[ELE_1])
SNAPSHOTS = {"Element": [BASE], "Period": [INHERITED, OWN]}


def test_what_is_inherited_is_not_written_twice() -> None:
    rows, constraints = encode_snapshots(SNAPSHOTS)
    inherited, own = rows["Period"]
    expected = {"path": "Period.id", "from": "Element.id", "short": "Its id", "lacks": ["comment"]}
    assert inherited == expected
    assert own == {
        "path": "Period.end",
        "min": 0,
        "max": "1",
        "short": "The end",
        "constraint": [0],
    }
    assert constraints == [ELE_1]


def test_rows_give_back_what_was_written() -> None:
    """Also what is said of no element it inherits from, and what it does not inherit."""
    rows, constraints = encode_snapshots(SNAPSHOTS)
    found = {
        type: [
            decode_element(row, {"Element.id": BASE}.__getitem__, constraints) for row in of_type
        ]
        for type, of_type in rows.items()
    }
    assert found == SNAPSHOTS
