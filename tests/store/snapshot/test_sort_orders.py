"""Orders are kept both ways and agree with sorting."""

from collections.abc import Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fhir_kb.store import Entry, IndexRows, Snapshot
from fhir_kb.store.index import QuantityEntry, TokenEntry

MakeEntry = Callable[..., Entry]
MakeSnapshot = Callable[..., Snapshot]


@given(resources=st.lists(st.lists(st.integers(0, 4), max_size=3), max_size=9))
@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_orders_go_by_the_smallest_value_or_by_the_largest(
    resources: list[list[int]], make_entry: MakeEntry, make_snapshot: MakeSnapshot
) -> None:
    """Codes and numbers take different ways to the same order; ties are newest first."""
    snapshot = make_snapshot(
        make_entry(
            f"{number}",
            IndexRows(
                tokens={"code": [TokenEntry("http://s", str(value)) for value in values]},
                quantities={"dose": [QuantityEntry(value, value) for value in values]},
            ),
        )
        for number, values in enumerate(resources)
    )
    valued = {f"{number}": values for number, values in enumerate(resources) if values}
    # Of one instant, the first by id is the newest.
    smallest = sorted(valued, key=lambda key: (min(valued[key]), key))
    largest = sorted(valued, key=lambda key: (-max(valued[key]), key))
    for parameter in ("code", "dose"):
        for descending, expected in ((False, smallest), (True, largest)):
            order = snapshot.sort_order("Group", parameter, descending=descending)
            rows = order.ordered if order else []
            assert expected == [resource.id for resource in snapshot.resources(rows)]
            assert sorted(map(order.rank, rows)) == list(map(order.rank, rows)) if order else True


def test_equal_values_share_a_rank(make_entry: MakeEntry, make_snapshot: MakeSnapshot) -> None:
    """The next key of a sort decides between them."""
    entries = [
        make_entry(id, IndexRows(strings={"name": [name]}))
        for id, name in (("a", "Éva"), ("b", "eva"), ("c", "Zoe"))
    ]
    order = make_snapshot(entries).sort_order("Group", "name", descending=True)
    assert order is not None
    assert [order.rank(row) for row in order.ordered] == [0, 1, 1]


def test_every_resource_can_be_sorted_by_id(
    make_entry: MakeEntry, make_snapshot: MakeSnapshot
) -> None:
    snapshot = make_snapshot([make_entry("b"), make_entry("c"), make_entry("a")])
    order = snapshot.sort_order("Group", "_id", descending=True)
    assert order is not None
    assert [resource.id for resource in snapshot.resources(order.ordered)] == ["c", "b", "a"]
