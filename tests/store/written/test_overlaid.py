"""Search over knowledge with writes above it answers as over the same state built in one go."""

import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from written_world import EXTENSION, TYPES, ask, entry, rebuilt, world

from fhir_kb.formats import Json
from fhir_kb.store.journal.sqlite import SqliteJournal

EXAMPLES = int(os.environ.get("FHIR_KB_TEST_EXAMPLES", "12"))
IDS = ("a", "b", "c", "d")
CODES = ("dvt", "pe", "rash")


def _concept(code: str) -> Json:
    return {"coding": [{"system": "http://s", "code": code, "display": f"{code} text"}]}


def _quantity(value: int, unit: str) -> Json:
    return {
        "value": Decimal(value),
        "unit": unit,
        "system": "http://unitsofmeasure.org",
        "code": unit,
    }


def _reference(type: str, id: str) -> Json:
    return {"reference": f"{type}/{id}"}


_PERIODS = st.one_of(
    st.fixed_dictionaries({"start": st.sampled_from(("2019", "2020-03", "2021-05-06"))}),
    st.fixed_dictionaries({"end": st.sampled_from(("2019", "2020-03", "2021-05-06"))}),
    st.just({"start": "2020-01-01", "end": "2020-12-31"}),
)


_SUBJECTS = st.one_of(
    st.sampled_from(IDS).map(lambda named: _reference("Group", named)),
    st.sampled_from(IDS).map(lambda named: {"reference": f"https://elsewhere.org/{named}"}),
    st.sampled_from(IDS).map(lambda value: {"identifier": {"system": "http://i", "value": value}}),
)


@st.composite
def _events(draw: st.DrawFn) -> Json:
    values: list[tuple[str, st.SearchStrategy[Any]]] = [
        ("dose", st.builds(_quantity, st.integers(1, 4), st.sampled_from(("mg", "g")))),
        ("onset", _PERIODS),
        ("comment", st.sampled_from(("Éarly", "early at night", "late"))),
        ("page", st.sampled_from(("http://x/a", "http://x/a/1", "urn:oid:1.2"))),
        ("frequency", st.integers(1, 3)),
    ]
    kinds = {"dose": "Quantity", "onset": "Period", "comment": "String", "page": "Uri"}
    extensions = [
        {"url": EXTENSION + code, f"value{kinds.get(code, 'Decimal')}": value}
        for code, strategy in values
        for value in draw(st.lists(strategy, max_size=2))
    ]
    resource: Json = {"resourceType": "AdverseEvent", "status": "completed"}
    if codes := draw(st.lists(st.sampled_from(CODES), max_size=2)):
        resource["category"] = [_concept(code) for code in codes]
    if draw(st.booleans()):
        resource["subject"] = draw(_SUBJECTS)
    return {**resource, "extension": extensions} if extensions else resource


@st.composite
def _groups(draw: st.DrawFn) -> Json:
    resource: Json = {"resourceType": "Group", "type": draw(st.sampled_from(("person", "animal")))}
    pairs = st.tuples(st.sampled_from(CODES), st.sampled_from(("I", "II")))
    if features := draw(st.lists(pairs, max_size=2)):
        resource["characteristic"] = [
            {"code": _concept(code), "valueCodeableConcept": _concept(stage), "exclude": False}
            for code, stage in features
        ]
    if draw(st.booleans()):
        resource["managingEntity"] = _reference("Organization", draw(st.sampled_from(IDS)))
    if draw(st.booleans()):
        value = draw(st.sampled_from(("1", "2")))
        resource["identifier"] = [{"system": "http://ids", "value": value}]
    if codes := draw(st.lists(st.sampled_from(CODES), max_size=1)):
        resource |= {"code": _concept(codes[0]), "name": f"Clinic {codes[0]}"}
    return resource


_ORGANIZATIONS = st.builds(
    lambda name: {"resourceType": "Organization", "name": name},
    st.sampled_from(("Clinic", "University Clinic", "Ward 2")),
)
_RESOURCES = st.builds(
    lambda named, resource: {**resource, "id": named},
    st.sampled_from(IDS),
    st.one_of(_events(), _groups(), _ORGANIZATIONS),
)
_DELETIONS = st.tuples(st.sampled_from(TYPES), st.sampled_from(IDS))
_COMMITS = st.lists(st.lists(st.one_of(_RESOURCES, _DELETIONS), min_size=1, max_size=3), max_size=6)

QUESTIONS: tuple[tuple[str, list[tuple[str, str]]], ...] = (
    *((type, []) for type in TYPES),
    ("Group", [("type", "person")]),
    ("Group", [("type:not", "person")]),
    ("Group", [("_id", "a,c")]),
    ("Group", [("managing-entity:missing", "true")]),
    ("Group", [("characteristic:missing", "false")]),
    ("Group", [("characteristic-value", "dvt$II")]),
    ("Group", [("identifier", "http://ids|1")]),
    ("Group", [("identifier", "1,2"), ("type", "animal")]),
    ("Group", [("managing-entity", "Organization/a")]),
    ("Group", [("managing-entity.name", "clin")]),
    ("Group", [("_has:AdverseEvent:subject:category", "pe")]),
    ("Organization", [("name", "clin")]),
    ("Organization", [("name:contains", "clin")]),
    ("Organization", [("name:exact", "Clinic")]),
    ("Organization", [("_has:Group:managing-entity:_has:AdverseEvent:subject:category", "dvt")]),
    ("AdverseEvent", [("category", "dvt")]),
    ("AdverseEvent", [("category", "http://s|pe,rash")]),
    ("AdverseEvent", [("category:text", "rash")]),
    ("AdverseEvent", [("category", "dvt"), ("category", "pe")]),
    ("AdverseEvent", [("subject", "Group/a")]),
    ("AdverseEvent", [("subject", "b")]),
    ("AdverseEvent", [("subject", "https://elsewhere.org/b")]),
    ("AdverseEvent", [("subject:identifier", "http://i|b")]),
    ("AdverseEvent", [("subject.type", "person")]),
    ("AdverseEvent", [("subject:Group.managing-entity.name:exact", "Clinic")]),
    ("AdverseEvent", [("comment", "early")]),
    ("AdverseEvent", [("_content", "earl* NOT night")]),
    ("AdverseEvent", [("_content", '"at night" OR late')]),
    ("AdverseEvent", [("page:below", "http://x/a")]),
    ("AdverseEvent", [("page", "http://x/a")]),
    *(
        ("AdverseEvent", [("onset", prefix + "2020-03")])
        for prefix in "eq ne gt lt ge le sa eb".split()
    ),
    *(
        ("AdverseEvent", [("dose", f"{p}2000|http://unitsofmeasure.org|mg")])
        for p in ("", "gt", "le", "ne")
    ),
    ("AdverseEvent", [("frequency", "ge2")]),
    ("AdverseEvent", [("dose:missing", "true"), ("onset", "lt2021")]),
)

SORTED: tuple[tuple[str, list[tuple[str, str]]], ...] = (
    *(
        ("AdverseEvent", [("_sort", sort)])
        for code in (
            "onset",
            "dose",
            "comment",
            "page",
            "category",
            "subject",
            "_id",
            "_lastUpdated",
        )
        for sort in (code, f"-{code}")
    ),
    ("AdverseEvent", [("_sort", "category,-onset")]),
    ("AdverseEvent", [("_sort", "-comment,dose,_id"), ("frequency", "1")]),
    ("Group", [("_sort", "identifier,-_id")]),
    ("Group", [("_sort", "type,identifier"), ("_include", "Group:managing-entity")]),
    ("Group", [("_revinclude", "AdverseEvent:subject"), ("_sort", "_id")]),
    ("AdverseEvent", [("_include", "*"), ("_sort", "_id")]),
    *(
        ("", [("_type", "Group,Organization"), ("_sort", sort)])
        for code in ("name", "identifier", "_id", "_lastUpdated")
        for sort in (code, f"-{code}")
    ),
    ("", [("_sort", "identifier,-_lastUpdated,_id"), ("_include", "AdverseEvent:subject")]),
    ("", [("_type", "AdverseEvent,Group"), ("_sort", "-code,_id"), ("_id", "a,b,e")]),
    ("", [("_type", "Group,Organization"), ("_revinclude", "*"), ("_sort", "_id")]),
)


@given(knowledge=st.lists(_RESOURCES, max_size=6), commits=_COMMITS)
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_every_search_answers_as_if_all_had_been_built_at_once(
    knowledge: list[Json], commits: list[Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The one promise of the overlay; whatever it keeps in memory, this is what it must equal."""
    folder: Path = tmp_path_factory.mktemp("world")
    distinct = {(resource["resourceType"], resource["id"]): resource for resource in knowledge}
    journal = SqliteJournal(folder / "written.sqlite")
    written = world(folder, journal, map(entry, distinct.values())).written
    for commit in commits:
        with written.transaction() as transaction:
            for change in commit:
                if isinstance(change, tuple):
                    transaction.delete(*change)
                else:
                    transaction.write("PUT", change["resourceType"], change["id"], change)
    with written.transaction() as transaction:
        transaction.write("POST", "Group", "e", {"resourceType": "Group", "type": "person"})
        transaction.delete("AdverseEvent", "a")
        uncommitted = transaction.store
        expected = rebuilt(folder / "expected.sqlite", uncommitted)
        for type, pairs in (*QUESTIONS, *SORTED):
            assert shown(uncommitted, type, pairs) == shown(expected, type, pairs), (type, pairs)
    for type, pairs in (*QUESTIONS, *SORTED):
        assert shown(written.current(), type, pairs) == shown(expected, type, pairs), (type, pairs)
    written.close()


def shown(store: Any, type: str, pairs: list[tuple[str, str]]) -> Any:
    result = ask(store, type, *pairs)
    assert not result.warnings
    return (
        result.total,
        [(match.type, match.id) for match in result.matches],
        [(resource.type, resource.id) for resource in result.included],
    )
