"""Matches stand in the order asked for, and in a fixed order without one."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fhir_kb.errors import InvalidParameter


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("frequency", ["plain", "dvt", "pe", "empty"]),
        ("-frequency", ["pe", "dvt", "plain", "empty"]),
        ("_id", ["dvt", "empty", "pe", "plain"]),
        ("-_id", ["plain", "pe", "empty", "dvt"]),
        ("comment", ["pe", "plain", "dvt", "empty"]),
        ("onset", ["plain", "dvt", "pe", "empty"]),
        ("-onset", ["pe", "dvt", "plain", "empty"]),
        ("actuality,-_id", ["plain", "empty", "dvt", "pe"]),
        ("-actuality,frequency", ["pe", "plain", "dvt", "empty"]),
        ("category,_id", ["dvt", "pe", "plain", "empty"]),
        ("-category,-_id", ["plain", "pe", "dvt", "empty"]),
        ("_lastUpdated", ["dvt", "empty", "pe", "plain"]),
        ("-_lastUpdated", ["dvt", "empty", "pe", "plain"]),
        ("-_lastUpdated,-_id", ["plain", "pe", "empty", "dvt"]),
    ],
)
def test_a_sort_gives(sort: str, expected: list[str], world: Any) -> None:
    """A resource without a value comes last, whichever way the order goes."""
    assert world.ids("AdverseEvent", ("_sort", sort)) == expected


def test_the_newest_come_first_and_of_one_instant_by_id(make_world: Any, version: str) -> None:
    world = make_world(
        version,
        [
            {"resourceType": "Group", "id": id, "meta": {"lastUpdated": f"{year}-01-01T00:00:00Z"}}
            for id, year in (("b", 2020), ("c", 2021), ("a", 2020))
        ],
    )
    assert world.ids("Group") == ["c", "a", "b"]
    assert world.ids("Group", ("_sort", "_lastUpdated")) == ["a", "b", "c"]


@pytest.mark.parametrize("sort", ["nothing", "_id,", "", "--_id", "characteristic-value", "_text"])
def test_what_gives_no_order_is_refused(sort: str, world: Any) -> None:
    with pytest.raises(InvalidParameter, match="cannot be sorted by") as refusal:
        world.search("Group", ("_sort", sort or ","))
    assert "_lastUpdated" in refusal.value.message


@pytest.fixture(scope="module")
def many(make_world: Any) -> Any:
    """Return groups of which every few share a code, and some have none."""
    groups = [
        {
            "resourceType": "Group",
            "id": f"{number:03}",
            "type": "person",
            "code": {"coding": [{"code": str(number % 4)}]} if number % 5 else {},
            "identifier": [{"value": f"{number % 3}"}, {"value": f"{number % 7}"}],
        }
        for number in range(60)
    ]
    return make_world("R4", groups)


def value_of(code: str, id: str) -> str | None:
    """Return what a group made above is sorted by."""
    number = int(id)
    if code == "code":
        return str(number % 4) if number % 5 else None
    return id


@given(
    wanted=st.sets(st.integers(0, 59), min_size=1),
    code=st.sampled_from(["code", "_id"]),
    descending=st.booleans(),
)
@settings(max_examples=25, deadline=None)
def test_any_matches_are_sorted_alike(
    wanted: set[int], code: str, descending: bool, many: Any
) -> None:
    """Few matches are sorted, many are read off the kept order: nobody must see which."""
    ids = sorted(f"{number:03}" for number in wanted)
    with_value = [id for id in ids if value_of(code, id) is not None]
    with_value.sort(key=lambda one: value_of(code, one) or "", reverse=descending)
    without = [id for id in ids if value_of(code, id) is None]
    sort = f"-{code}" if descending else code
    pairs = (("_id", ",".join(ids)), ("_sort", sort), ("_count", "100"))
    assert many.ids("Group", *pairs) == with_value + without
