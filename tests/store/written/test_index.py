"""What is kept in memory of written versions finds what a plain look through all would find."""

from collections.abc import Callable
from math import inf
from random import Random

import pytest

from fhir_kb.store.keys import SEPARATOR
from fhir_kb.store.written.intervals import TAIL as INTERVALS_TAIL
from fhir_kb.store.written.intervals import WrittenIntervals
from fhir_kb.store.written.terms import TAIL as TERMS_TAIL
from fhir_kb.store.written.terms import WrittenTerms

SIZE = 3 * INTERVALS_TAIL
"""Enough that some values are in sorted columns and some still in the tail."""

CONDITIONS: dict[str, Callable[[float, float, float, float], bool]] = {
    "within": lambda low, high, first, last: first <= low and high <= last,
    "touching": lambda low, high, first, last: low <= last and first <= high,
    "starting": lambda low, high, first, last: first <= low <= last,
    "ending": lambda low, high, first, last: first <= high <= last,
}


@pytest.mark.parametrize("owners", [1, 2], ids=["one each", "two each"])
@pytest.mark.parametrize("name", CONDITIONS)
@pytest.mark.parametrize("is_point", [True, False])
def test_intervals_are_found_whether_sorted_or_new(name: str, owners: int, is_point: bool) -> None:
    random = Random(f"{name}{owners}{is_point}")  # noqa: S311
    held = WrittenIntervals("q")
    intervals = []
    for place in range(SIZE):
        low = random.randint(-100, 100)
        high = low if is_point else low + random.randint(0, 20)
        intervals.append((low, high))
        held.add(place // owners, low, high)
        if place == SIZE // 2:
            held.within(0, 0)
    for first, last in [(-10, 10), (10, -10), (-inf, 5), (3, inf), (-inf, inf), (7, 7)]:
        expected = {
            place // owners
            for place, (low, high) in enumerate(intervals)
            if CONDITIONS[name](low, high, first, last)
        }
        assert set(getattr(held, name)(first, last)) == expected


def test_terms_come_in_order_with_all_their_owners() -> None:
    random = Random(1)  # noqa: S311
    keys = ["".join(random.choices("abc", k=random.randint(1, 5))) for _ in range(5 * TERMS_TAIL)]
    held = WrittenTerms()
    expected: dict[str, set[int]] = {}
    for owner, key in enumerate(keys):
        full = key + SEPARATOR + random.choice("xy")
        held.add(full, [owner])
        expected.setdefault(full, set()).add(owner)
        if owner == 2 * TERMS_TAIL:
            held.keys()
    assert held.keys() == sorted(expected)
    assert held.keys("a", "b") == [key for key in sorted(expected) if "a" <= key < "b"]
    assert {key: set(held.owners(key)) for key in expected} == expected
    for part in ("a", "ab", "cab", "none"):
        owners = {owner for owner, key in enumerate(keys) if key == part}
        assert set(held.beginning(part)) == owners


def test_an_owner_may_come_twice() -> None:
    held = WrittenTerms()
    for owners in ([1], [1, 1], [2], [2, 1]):
        held.add("key", owners)
    assert list(held.owners("key")) == [1, 2]
