"""A sequence of pages shows every match once."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fhir_kb.errors import ExpiredPage, InvalidParameter
from fhir_kb.search import Limits, SearchResult
from fhir_kb.search.cursor import Place, write_cursor

NUMBER = 23


@pytest.fixture(scope="module")
def world(make_world: Any) -> Any:
    groups = [
        {
            "resourceType": "Group",
            "id": f"{number:02}",
            "type": "person" if number % 3 else "animal",
            "code": {"coding": [{"code": f"{number % 4}"}]},
        }
        for number in range(NUMBER)
    ]
    return make_world("R5", groups)


def pages(world: Any, *pairs: tuple[str, str], direction: str = "next_pairs") -> list[SearchResult]:
    results = [world.search("Group", *pairs)]
    while (following := getattr(results[-1], direction)) is not None:
        results.append(world.search("Group", *following))
        assert len(results) <= NUMBER
    return results


@given(
    size=st.integers(1, NUMBER + 2),
    sort=st.sampled_from([(), (("_sort", "code"),), (("_sort", "-code,_id"),)]),
    filter=st.sampled_from([(), (("type", "person"),), (("type", "none"),)]),
)
@settings(max_examples=30, deadline=None)
def test_the_pages_together_are_all_matches_without_repeats(
    size: int, sort: tuple[Any, ...], filter: tuple[Any, ...], world: Any
) -> None:
    """The promise of paging, for every size, order and filter."""
    pairs = (*filter, *sort, ("_count", str(size)))
    shown = pages(world, *pairs)
    ids = [match.id for page in shown for match in page.matches]
    assert ids == world.ids("Group", *filter, *sort, ("_count", "500"))
    assert len(set(ids)) == len(ids) == shown[0].total
    assert all(len(page.matches) == size for page in shown[:-1])
    back = pages(world, *(shown[-1].self_pairs), direction="previous_pairs")
    assert [page.matches for page in reversed(back)] == [page.matches for page in shown]


def test_first_and_last_lead_to_the_ends(world: Any) -> None:
    first = world.search("Group", ("_count", "10"))
    assert first.previous_pairs is None
    last = world.search("Group", *first.last_pairs)
    assert (len(last.matches), last.next_pairs) == (3, None)
    assert world.search("Group", *last.first_pairs).matches == first.matches
    assert last.self_pairs == first.last_pairs


@pytest.mark.parametrize(
    ("pairs", "count_only", "total"),
    [
        ([("_count", "0")], True, NUMBER),
        ([("_summary", "count")], True, NUMBER),
        ([("_summary", "count"), ("_count", "5")], True, NUMBER),
        ([("_total", "none")], False, None),
        ([("_total", "estimate")], False, NUMBER),
        ([("_total", "accurate")], False, NUMBER),
    ],
)
def test_a_count_can_be_all_there_is(
    pairs: list[tuple[str, str]], count_only: bool, total: int | None, world: Any
) -> None:
    result = world.search("Group", *pairs)
    assert (result.count_only, result.total) == (count_only, total)
    assert bool(result.matches) == (not count_only)
    assert (result.first_pairs is None) == count_only


@pytest.mark.parametrize(
    ("asked", "applied"), [("7", "7"), ("007", "7"), ("501", "500"), ("9" * 18, "500")]
)
def test_the_self_link_tells_the_size_that_was_applied(
    asked: str, applied: str, world: Any
) -> None:
    assert world.search("Group", ("_count", asked)).self_pairs == (("_count", applied),)


@pytest.mark.parametrize("count", ["-1", "ten", "1.5", "9" * 19, "١", "1e3", "+5"])
def test_a_count_of_another_form_is_refused(count: str, world: Any) -> None:
    """A negative LIMIT would mean all rows, a huge one would overflow."""
    with pytest.raises(InvalidParameter, match="_count"):
        world.search("Group", ("_count", count))


def test_the_page_size_of_the_settings_holds_without_a_count(world: Any) -> None:
    result = world.search("Group", limits=Limits(page_size=4))
    assert len(result.matches) == 4
    assert result.self_pairs == ()


def test_a_cursor_of_replaced_knowledge_is_gone(world: Any, make_world: Any) -> None:
    """To go on in another release would repeat or lose matches without a word."""
    following = world.search("Group", ("_count", "5")).next_pairs
    other = make_world("R5", [{"resourceType": "Group", "id": "a"}])
    with pytest.raises(ExpiredPage, match="search again from the first page"):
        other.search("Group", *following)


@pytest.mark.parametrize(
    "changed",
    [
        [("_count", "6")],
        [("_count", "5"), ("type", "person")],
        [("_count", "5"), ("_sort", "code")],
    ],
)
def test_a_cursor_belongs_to_its_query(changed: list[tuple[str, str]], world: Any) -> None:
    cursor = world.search("Group", ("_count", "5")).next_pairs[-1]
    with pytest.raises(InvalidParameter, match="belongs to another search"):
        world.search("Group", *changed, cursor)


@pytest.mark.parametrize("offset", [NUMBER, NUMBER + 1, 2**63, 2**64 - 1])
def test_a_page_behind_the_last_is_empty(offset: int, world: Any) -> None:
    """Whoever makes up a cursor gets no error of the database."""
    query = [("", "Group"), ("_count", "5")]
    cursor = write_cursor(world.store.origin, query, Place(0, offset))
    result = world.search("Group", ("_count", "5"), ("_cursor", cursor))
    assert (result.matches, result.next_pairs, result.total) == ((), None, NUMBER)
    before = world.search("Group", *result.previous_pairs)
    assert before.matches == world.search("Group").matches[-5:]


SIZES = (10, 300, 20, 5000, 4000, 30, 40, 50, 6000, 60, 70, 2000, 2000, 10, 20)
FEW = 2500


@pytest.fixture(scope="module")
def large(make_world: Any) -> Any:
    """Resources of very different sizes, with studies that all refer to one of them."""
    groups = [
        {"resourceType": "Group", "id": f"{number:02}", "name": "x" * size}
        for number, size in enumerate(SIZES)
    ]
    studies = [
        {
            "resourceType": "ResearchStudy",
            "id": f"{number:02}",
            "description": "y" * 400,
            "recruitment": {"eligibility": {"reference": "Group/00"}},
        }
        for number in range(20)
    ]
    return make_world("R5", [*groups, *studies])


@given(size=st.integers(1, len(SIZES) + 2), sort=st.sampled_from([(), (("_sort", "_id"),)]))
@settings(deadline=None)
def test_no_page_is_too_large(size: int, sort: tuple[Any, ...], large: Any) -> None:
    """A page ends early where it must, and neither way misses or repeats a match."""
    limits = Limits(bytes_max=FEW)
    pairs = (*sort, ("_count", str(size)))

    def walk(start: Any, direction: str) -> list[SearchResult]:
        results = [large.search("Group", *start, limits=limits)]
        while (following := getattr(results[-1], direction)) is not None:
            results.append(large.search("Group", *following, limits=limits))
            assert len(results) <= len(SIZES)
        return results

    everything = large.search("Group", *sort).matches
    forward = walk(pairs, "next_pairs")
    assert tuple(match for page in forward for match in page.matches) == everything
    back = walk(forward[-1].self_pairs, "previous_pairs")
    assert tuple(match for page in reversed(back) for match in page.matches) == everything
    for page in (*forward, *back):
        assert 1 <= len(page.matches) <= size
        assert len(page.matches) == 1 or sum(len(match.body) for match in page.matches) <= FEW
        assert large.search("Group", *page.self_pairs, limits=limits).matches == page.matches
    assert walk(forward[0].last_pairs, "next_pairs")[-1].matches[-1] == everything[-1]


def test_what_is_included_is_not_too_large_either(large: Any) -> None:
    pairs = (("_id", "00"), ("_revinclude", "ResearchStudy:eligibility"))
    assert len(large.search("Group", *pairs).included) == 20
    cut = large.search("Group", *pairs, limits=Limits(bytes_max=FEW))
    assert 1 < len(cut.included) < 20
    assert sum(len(each.body) for each in cut.included) <= FEW
    [warning] = cut.warnings
    assert warning.code == "too-costly"


@pytest.mark.parametrize("cursor", ["x", "A" * 32, "é", "A" * 5000, "____", "="])
def test_a_cursor_that_was_never_written_is_refused(cursor: str, world: Any) -> None:
    with pytest.raises((InvalidParameter, ExpiredPage)):
        world.search("Group", ("_cursor", cursor))
