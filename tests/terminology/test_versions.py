"""Of several versions of one url the one that is asked for is meant."""

from typing import Any

import pytest

from fhir_kb.definitions import load
from fhir_kb.errors import UnknownCode
from fhir_kb.formats import Json
from fhir_kb.terminology import Terminology, expand, translate, validate_code

SYSTEM = "https://example.org/stages"
SET = "https://example.org/set"
MAP = "https://example.org/map"


def system(version: str, **names: str) -> Json:
    concepts = [{"code": code, "display": name} for code, name in names.items()]
    return {
        "resourceType": "CodeSystem",
        "url": SYSTEM,
        "version": version,
        "content": "complete",
        "concept": concepts,
    }


OLD = system("1", a="Early", b="Middle")
NEW = system("2", b="Halfway", c="Late")


def value_set(*includes: Json, **more: Any) -> Json:
    rows = [{"system": SYSTEM, **include} for include in includes]
    return {"resourceType": "ValueSet", "url": SET, "compose": {"include": rows, **more}}


def concept_map(version: str, target: str) -> Json:
    element = {"code": "b", "target": [{"code": target, "equivalence": "equivalent"}]}
    group = {"source": SYSTEM, "target": "https://example.org/other", "element": [element]}
    return {"resourceType": "ConceptMap", "url": MAP, "version": version, "group": [group]}


def held(*resources: Json) -> Terminology:
    return Terminology(load("R5"), [OLD, NEW, *resources])


EXPANSIONS: list[tuple[Json, list[tuple[str, str | None, str | None]]]] = [
    ({}, [("b", "Halfway", None), ("c", "Late", None)]),
    ({"version": "1"}, [("a", "Early", "1"), ("b", "Middle", "1")]),
    ({"version": "2"}, [("b", "Halfway", "2"), ("c", "Late", "2")]),
    ({"version": "*"}, [("a", "Early", "1"), ("b", "Middle", "1"), ("c", "Late", "2")]),
    ({"version": "1", "concept": [{"code": "b"}]}, [("b", "Middle", "1")]),
    (
        {"version": "*", "concept": [{"code": "a"}, {"code": "c"}]},
        [("a", "Early", None), ("c", "Late", None)],
    ),
    (
        {"version": "1", "filter": [{"property": "code", "op": "regex", "value": "[bc]"}]},
        [("b", "Middle", "1")],
    ),
]


@pytest.mark.parametrize(("include", "expected"), EXPANSIONS, ids=lambda each: str(each)[:50])
def test_codes_are_those_of_the_version_included(
    include: Json, expected: list[tuple[str, str | None, str | None]]
) -> None:
    """Descendants and displays change between versions."""
    found = expand(held(value_set(include)), SET).contains
    assert [(each.code, each.display, each.version) for each in found] == expected


def test_exclusions_are_of_a_version_too() -> None:
    old, new = {"system": SYSTEM, "version": "1"}, {"system": SYSTEM, "version": "2"}
    found = expand(held(value_set(old, exclude=[new])), SET)
    assert [(each.code, each.version) for each in found.contains] == [("a", "1")]


def test_an_expansion_brings_its_versions_along() -> None:
    contains = [{"system": SYSTEM, "version": "1", "code": "b"}, {"system": SYSTEM, "code": "c"}]
    given = {"resourceType": "ValueSet", "url": SET, "expansion": {"contains": contains}}
    found = expand(held(given), SET).contains
    assert [(each.code, each.display, each.version) for each in found] == [
        ("b", "Middle", "1"),
        ("c", "Late", None),
    ]


VERDICTS: list[tuple[Json, str, str | None, str, str | None]] = [
    ({"version": "1"}, "a", None, "valid", "1"),
    ({"version": "1"}, "a", "1", "valid", "1"),
    ({"version": "1"}, "a", "2", "invalid", "2"),
    ({"version": "1"}, "c", None, "invalid", None),
    ({"version": "*"}, "c", "2", "valid", "2"),
    ({}, "a", None, "invalid", None),
    ({}, "b", "2", "valid", "2"),
    ({}, "a", "1", "unknown", "1"),
    ({"version": "3"}, "b", None, "unknown", "3"),
    ({"version": "3", "concept": [{"code": "z"}]}, "z", None, "valid", "3"),
    ({"version": "3", "concept": [{"code": "z"}]}, "b", None, "invalid", None),
]


@pytest.mark.parametrize(("include", "code", "version", "verdict", "of"), VERDICTS)
def test_a_code_is_right_in_its_version(
    include: Json, code: str, version: str | None, verdict: str, of: str | None
) -> None:
    """What another version has says nothing of the one that the value set takes."""
    terminology = held(value_set(include))
    found = validate_code(terminology, code, system=SYSTEM, value_set=SET, version=version)
    assert (found.verdict, found.version) == (verdict, of)


def test_a_system_is_asked_in_a_version() -> None:
    found = [
        validate_code(held(), "b", system=SYSTEM, display="Middle", version=version).verdict
        for version in ("1", "2", None)
    ]
    assert found == ["valid", "invalid", "invalid"]


def test_a_version_that_is_not_held_cannot_be_written_out() -> None:
    """Codes of the version that is held would look like those of the one meant."""
    both = value_set({"version": "3"}, {"version": "1"})
    with pytest.raises(UnknownCode, match="stages in version 3, and that version is not held"):
        expand(held(both), SET)
    assert validate_code(held(both), "a", system=SYSTEM, value_set=SET).result


def test_a_system_of_which_nothing_is_held_is_as_open_as_without_version() -> None:
    """A version of a system that is known by the form of its codes alone asks no more."""
    include = {"system": "http://unitsofmeasure.org", "version": "2.1"}
    terminology = held({**value_set(), "compose": {"include": [include]}})
    found = validate_code(terminology, "mg", system="http://unitsofmeasure.org", value_set=SET)
    assert found.result


@pytest.mark.parametrize(
    ("url", "target"), [(MAP, "new"), (f"{MAP}|1", "old"), (f"{MAP}|2", "new")]
)
def test_a_map_is_asked_in_a_version(url: str, target: str) -> None:
    """Without one the last given is meant, and it alone: the older one said otherwise."""
    terminology = held(concept_map("1", "old"), concept_map("2", "new"))
    matches = translate(terminology, SYSTEM, "b", url=url)
    assert [match.code for match in matches] == [target]
    assert [match.code for match in translate(terminology, SYSTEM, "b")] == ["new"]
    assert terminology.concept_map_versions(MAP) == ("1", "2")


def test_a_version_of_a_map_that_is_not_held_is_refused() -> None:
    with pytest.raises(UnknownCode, match="not held here"):
        translate(held(concept_map("1", "old")), SYSTEM, "b", url=f"{MAP}|2")
