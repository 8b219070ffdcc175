"""Columns answer as a scan of all intervals would."""

from collections.abc import Callable
from math import inf

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fhir_kb.store import Entry, Field, IndexRows, Snapshot
from fhir_kb.store.index import DateEntry, QuantityEntry

MakeEntry = Callable[..., Entry]
MakeSnapshot = Callable[..., Snapshot]

ENDS = st.integers(-6, 6)
INTERVALS = st.tuples(ENDS, ENDS).map(sorted)
POINTS = ENDS.map(lambda end: [end, end])
RESOURCES = st.one_of(
    st.lists(st.lists(INTERVALS, max_size=3), max_size=8),
    st.lists(st.lists(INTERVALS, max_size=1), max_size=8),
    st.lists(st.lists(POINTS, max_size=3), max_size=8),
    st.lists(st.lists(POINTS, max_size=1), max_size=8),
)
BOUNDS = st.one_of(ENDS, st.just(inf), st.just(-inf))

SCANS: dict[str, Callable[[float, float, float, float], bool]] = {
    "within": lambda low, high, first, last: first <= low and high <= last,
    "touching": lambda low, high, first, last: low <= last and high >= first,
    "starting": lambda low, high, first, last: first <= low <= last,
    "ending": lambda low, high, first, last: first <= high <= last,
}


@pytest.mark.parametrize("chunk", [1, 2, 4096])
@given(resources=RESOURCES, first=BOUNDS, last=BOUNDS)
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_every_question_is_answered_as_by_a_scan(
    chunk: int,
    resources: list[list[list[int]]],
    first: float,
    last: float,
    make_entry: MakeEntry,
    make_snapshot: MakeSnapshot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With several intervals in a resource, both ends must come from the same one."""
    monkeypatch.setattr("fhir_kb.store.snapshot.interval_writer.CHUNK", chunk)
    snapshot = make_snapshot(
        make_entry(f"{number}", IndexRows(dates={"date": [DateEntry(*one) for one in intervals]}))
        for number, intervals in enumerate(resources)
    )
    held = snapshot.intervals(Field("Group", "date", "date")).get("")
    for question, meets in SCANS.items():
        expected = {
            f"{number}"
            for number, intervals in enumerate(resources)
            if any(meets(*interval, first, last) for interval in intervals) and first <= last
        }
        rows = getattr(held, question)(first, last) if held else ()
        assert expected == {resource.id for resource in snapshot.resources(rows)}, question


def test_quantities_are_kept_apart_by_unit(
    make_entry: MakeEntry, make_snapshot: MakeSnapshot
) -> None:
    quantities = [
        QuantityEntry(5, 5, "http://unitsofmeasure.org", "mg", "mg"),
        QuantityEntry(5, inf, None, None, "tablets"),
    ]
    snapshot = make_snapshot([make_entry("a", IndexRows(quantities={"dose": quantities}))])
    assert {"http://unitsofmeasure.org\x1fmg\x1fmg", "\x1f\x1ftablets"} == set(
        snapshot.intervals(Field("Group", "dose", "quantity"))
    )
