"""Resources of several types are found, sorted and paged as those of one type are."""

from itertools import count
from pathlib import Path
from typing import Any

import pytest
from written_world import WrittenWorld, entry, snapshot_of, world

from fhir_kb.errors import InvalidParameter
from fhir_kb.formats import Json
from fhir_kb.store.journal.sqlite import SqliteJournal

TYPES = ("_type", "Group,Organization")
YEARS = count(2030)

GROUPS: dict[str, list[str]] = {"a": ["3"], "b": ["1", "9"], "c": [], "e": ["5"]}
ORGANIZATIONS: dict[str, list[str]] = {"a": ["2"], "b": ["4", "0"], "d": ["5"], "f": []}
VALUES = {
    **{f"Group/{id}": values for id, values in GROUPS.items()},
    **{f"Organization/{id}": values for id, values in ORGANIZATIONS.items()},
}
WRITTEN = ("Group/b", "Group/e", "Organization/a")


def resource(name: str) -> Json:
    type, _, id = name.partition("/")
    identifier = [{"system": "http://ids", "value": value} for value in VALUES[name]]
    return {"resourceType": type, "id": id, **({"identifier": identifier} if identifier else {})}


def years() -> int:
    """Return an instant in microseconds, each call a year later."""
    return (next(YEARS) - 1970) * 31_557_600_000_000


@pytest.fixture
def here(tmp_path: Path) -> Any:
    """Return a world of which one part is knowledge, and the other was written."""
    known = [entry(resource(name)) for name in VALUES if name not in WRITTEN]
    here = world(tmp_path, SqliteJournal(tmp_path / "written.sqlite", clock=years), known)
    for name in WRITTEN:
        here.put(resource(name))
    yield here
    here.written.close()


def names(here: WrittenWorld, *pairs: tuple[str, str]) -> list[str]:
    return [f"{match.type}/{match.id}" for match in here.search("", *pairs).matches]


def newest(here: WrittenWorld) -> list[str]:
    return names(here, TYPES)


@pytest.mark.parametrize("descending", [False, True], ids=["up", "down"])
@pytest.mark.parametrize("code", ["_id", "identifier"])
def test_the_order_is_by_value_whatever_the_type(
    code: str, descending: bool, here: WrittenWorld
) -> None:
    """The smallest of several values counts upwards, the largest downwards; none comes last."""
    values = {
        name: (max if descending else min)(VALUES[name], default=None)
        if code == "identifier"
        else name.partition("/")[2]
        for name in newest(here)
    }
    expected = sorted(
        (name for name in values if values[name] is not None),
        key=lambda name: values[name] or "",
        reverse=descending,
    )
    # Python keeps what is equal in its order both ways: the newest first.
    expected += [name for name in values if values[name] is None]
    sort = f"-{code}" if descending else code
    assert names(here, TYPES, ("_sort", sort)) == expected
    assert len(expected) == len(VALUES)


def test_a_second_key_parts_what_the_first_leaves_equal(here: WrittenWorld) -> None:
    found = names(here, TYPES, ("_sort", "_id,-identifier"))
    assert found[:4] == ["Group/a", "Organization/a", "Group/b", "Organization/b"]


def test_few_matches_are_sorted_like_many(here: WrittenWorld) -> None:
    """Few are sorted by rank, many are read off the order."""
    here.put(*(dict(resource("Group/c"), id=f"x{number}") for number in range(60)))
    found = names(here, TYPES, ("_id", "a,b"), ("_sort", "identifier"))
    assert found == ["Organization/b", "Group/b", "Organization/a", "Group/a"]


@pytest.mark.parametrize("sort", ["", "_lastUpdated", "-_lastUpdated", "_id", "-identifier,_id"])
def test_pages_are_those_of_the_state_they_were_begun_in(sort: str, here: WrittenWorld) -> None:
    """Between every two pages something comes, goes and changes."""
    question = (TYPES, *((("_sort", sort),) if sort else ()))
    expected = names(here, *question)
    page = here.search("", *question, ("_count", "3"))
    shown = [f"{match.type}/{match.id}" for match in page.matches]
    while page.next_pairs is not None:
        here.put(dict(resource("Group/a"), id=f"a{len(shown)}"), resource("Organization/f"))
        here.delete("Group", "b")
        page = here.search("", *page.next_pairs)
        assert page.total == len(VALUES)
        shown += [f"{match.type}/{match.id}" for match in page.matches]
    assert shown == expected
    assert names(here, *question) != expected


@pytest.mark.parametrize("direction", ["", "-"], ids=["up", "down"])
def test_the_order_of_update_holds_when_knowledge_is_newer(
    direction: str, here: WrittenWorld
) -> None:
    """Rows are not in the order of update then: a release came after what clients wrote."""
    late = "2999-01-01T00:00:00Z"
    known = [entry(resource(f"Group/{id}"), updated=late, imported=False) for id in ("a", "c")]
    snapshot_of(here.folder / "knowledge.sqlite", known, release="2").close()
    oldest_first = [*WRITTEN, "Group/a", "Group/c"]
    found = names(here, TYPES, ("_sort", f"{direction}_lastUpdated"))
    if direction:
        found.reverse()
        found[-2:] = reversed(found[-2:])
    assert found == oldest_first


def test_what_was_undone_leaves_no_trace_in_the_order(here: WrittenWorld) -> None:
    """An order that was made inside a transaction must not be taken for the next one's."""
    question = (TYPES, ("_sort", "identifier"))

    def uncommitted(value: str) -> list[str]:
        written = dict(resource("Group/a"), identifier=[{"value": value}])
        found: list[str] = []

        class Undone(Exception):
            pass

        with pytest.raises(Undone), here.written.transaction() as transaction:
            transaction.write("PUT", "Group", "a", written)
            matches = here.search("", *question, store=transaction.store).matches
            found = [f"{match.type}/{match.id}" for match in matches]
            raise Undone
        return found

    assert uncommitted("00")[1] == "Group/a"
    assert uncommitted("8")[5] == "Group/a"


@pytest.mark.parametrize(
    ("types", "sort", "said"),
    [
        ("Group,Organization", "type,nothing", "by 'nothing'"),
        ("Group,Organization", "partof", "Group, Organization cannot be sorted together by"),
        ("Group,Organization", "-_text", "sorted by _id,"),
        ("AdverseEvent,Group", "name", "by 'name'"),
    ],
)
def test_an_order_that_types_do_not_share_is_refused(
    types: str, sort: str, said: str, here: WrittenWorld
) -> None:
    with pytest.raises(InvalidParameter) as refusal:
        here.search("", ("_type", types), ("_sort", sort))
    assert said in refusal.value.message
    assert "_lastUpdated" in refusal.value.message
