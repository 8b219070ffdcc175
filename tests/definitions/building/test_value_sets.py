"""Expanding value sets without a terminology server."""

import pytest

from fhir_kb.definitions.building.value_sets import Expander
from fhir_kb.definitions.codes import CodeSystemCodes
from fhir_kb.formats import Json

COLORS = "http://example.org/colors"
GROWING = "http://example.org/growing"
UNKNOWN = "http://example.org/unknown"


def system(url: str, complete: bool) -> CodeSystemCodes:
    codes = ("red", "crimson", "scarlet", "blue")
    return CodeSystemCodes(
        url=url,
        displays=dict.fromkeys(codes),
        parents={"crimson": ("red",), "scarlet": ("crimson",)},
        case_sensitive=True,
        complete=complete,
    )


SYSTEMS = {COLORS: system(COLORS, complete=True), GROWING: system(GROWING, complete=False)}


def expander(**composes: Json) -> Expander:
    value_sets = {name: {"url": name, "compose": compose} for name, compose in composes.items()}
    return Expander(value_sets, SYSTEMS)


def filtered(operator: str, value: str) -> Json:
    filter = {"property": "concept", "op": operator, "value": value}
    return {"system": COLORS, "filter": [filter]}


def listed(*codes: str) -> Json:
    return {"system": COLORS, "concept": [{"code": code} for code in codes]}


@pytest.mark.parametrize(
    ("include", "codes"),
    [
        ({"system": COLORS}, {"red", "crimson", "scarlet", "blue"}),
        (listed("blue"), {"blue"}),
        (filtered("is-a", "crimson"), {"crimson", "scarlet"}),
        (filtered("descendent-of", "red"), {"crimson", "scarlet"}),
        (filtered("is-not-a", "red"), {"blue"}),
    ],
)
def test_what_a_complete_system_has_is_listed(include: Json, codes: set[str]) -> None:
    found = expander(tested={"include": [include]}).value_set("tested")
    assert found is not None
    assert found.complete
    assert codes == found.codes


@pytest.mark.parametrize(
    ("include", "codes"),
    [
        ({"system": UNKNOWN}, set()),
        ({"system": GROWING}, {"red", "crimson", "scarlet", "blue"}),
        ({"system": UNKNOWN, "filter": filtered("is-a", "red")["filter"]}, set()),
    ],
)
def test_a_system_that_has_more_codes_leaves_the_value_set_open(
    include: Json, codes: set[str]
) -> None:
    found = expander(tested={"include": [include]}).value_set("tested")
    assert found is not None
    assert not found.complete
    assert ({include["system"]}, codes) == (found.open_systems, found.codes)


def test_a_filter_that_cannot_be_computed_leaves_the_value_set_open() -> None:
    found = expander(tested={"include": [filtered("regex", "r.*")]}).value_set("tested")
    assert found is not None
    assert {COLORS} == found.open_systems


def test_concepts_that_are_listed_need_no_system() -> None:
    include = {"system": UNKNOWN, "concept": [{"code": "x"}]}
    found = expander(tested={"include": [include]}).value_set("tested")
    assert found is not None
    assert found.complete
    assert (UNKNOWN, "x") in found


def test_includes_are_united_and_excludes_taken_away() -> None:
    compose = {"include": [listed("red"), listed("blue", "crimson")], "exclude": [listed("red")]}
    found = expander(tested=compose).value_set("tested")
    assert found is not None
    assert {"blue", "crimson"} == found.codes


def test_value_sets_in_one_include_are_intersected() -> None:
    found = expander(
        warm={"include": [listed("red", "crimson")]},
        dark={"include": [listed("crimson", "blue")]},
        tested={"include": [{"valueSet": ["warm|1.0", "dark"]}]},
    ).value_set("tested")
    assert found is not None
    assert {"crimson"} == found.codes


def test_a_value_set_beside_a_system_is_intersected_with_it() -> None:
    found = expander(
        warm={"include": [listed("red", "no-longer-defined")]},
        tested={"include": [{"system": COLORS, "valueSet": ["warm"]}]},
    ).value_set("tested")
    assert found is not None
    assert {"red"} == found.codes


def test_an_unknown_value_set_beside_a_system_selects_from_that_system() -> None:
    """Nothing outside the system can be meant, so all of it is the most there can be."""
    nowhere = "http://example.org/nowhere"
    expanded = expander(
        listed={"include": [{"system": COLORS, "valueSet": [nowhere]}]},
        open={"include": [{"system": UNKNOWN, "valueSet": [nowhere]}]},
    )
    listed, open = expanded.value_set("listed"), expanded.value_set("open")
    assert listed is not None
    assert open is not None
    assert listed.codes == {"red", "crimson", "scarlet", "blue"}
    assert (open.codes, open.open_systems) == (set(), {UNKNOWN})


def test_an_intersection_with_an_open_part_keeps_what_may_be_in_it() -> None:
    found = expander(
        open={"include": [{"system": UNKNOWN}]},
        mixed={"include": [{"system": UNKNOWN, "concept": [{"code": "x"}]}, listed("red")]},
        tested={"include": [{"valueSet": ["open", "mixed"]}]},
    ).value_set("tested")
    assert found is not None
    assert ({(UNKNOWN, "x")}, True) == (found.codings, found.complete)


@pytest.mark.parametrize(
    "compose",
    [
        {"include": [{"valueSet": ["http://example.org/nowhere"]}]},
        {"include": [listed("red"), {"valueSet": ["http://example.org/nowhere"]}]},
        {"include": [listed("red")], "exclude": [{"system": UNKNOWN}]},
        {"include": [{"valueSet": ["tested"]}]},
    ],
)
def test_what_cannot_be_told_is_left_out(compose: Json) -> None:
    """An unknown part, an open exclusion and a circle."""
    assert expander(tested=compose).value_set("tested") is None


def test_a_rule_is_named_when_one_open_system_has_one() -> None:
    mime = {"system": "urn:ietf:bcp:13"}
    language = {"system": "urn:ietf:bcp:47"}
    expanded = expander(one={"include": [mime]}, two={"include": [mime, language]})
    one, two = expanded.value_set("one"), expanded.value_set("two")
    assert one is not None
    assert two is not None
    assert (one.rule, two.rule) == ("mime-type", None)
