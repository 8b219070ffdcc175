"""What each version lets a modifier ask; hierarchies of codes, of resources and of URLs."""

from typing import Any

import pytest

from fhir_kb.errors import InvalidParameter, UnsupportedModifier, UnsupportedParameter
from fhir_kb.search import control_parameters, modifiers


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("category:below", "http://s|clot", {"dvt", "pe"}),
        ("category:below", "http://s|event", {"dvt", "pe"}),
        ("category:below", "http://s|dvt", {"dvt"}),
        ("category:below", "clot", {"dvt", "pe"}),
        ("category:below", "http://s|unknown", set()),
        ("category:above", "http://s|dvt", {"dvt"}),
        ("category:above", "http://s|rash", set()),
    ],
)
def test_codes_are_found_by_hierarchy(
    name: str, value: str, expected: set[str], world: Any
) -> None:
    assert world.found("AdverseEvent", (name, value)) == expected


def test_a_hierarchy_that_is_not_held_is_said(world: Any) -> None:
    """No match would read as: there is none."""
    with pytest.raises(UnsupportedModifier, match="snomed.info/sct is not held here"):
        world.search("AdverseEvent", ("category:below", "http://snomed.info/sct|1"))


def test_a_hierarchy_of_which_a_part_is_held_is_warned_of(world: Any) -> None:
    result = world.search("AdverseEvent", ("category:below", "http://part|x"))
    (warning,) = result.warnings
    assert (warning.code, warning.parameter) == ("incomplete", "category:below")


@pytest.mark.parametrize("value", ["|dvt", "http://s|", "a|b|c"])
def test_a_hierarchy_needs_a_code(value: str, world: Any) -> None:
    with pytest.raises(InvalidParameter, match="code or system"):
        world.search("AdverseEvent", ("category:below", value))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("managing-entity:below=Organization/clinic", {"treated", "control"}),
        ("managing-entity:below=Organization/ward", {"control"}),
        ("managing-entity:below=Organization/room", set()),
        ("managing-entity:above=Organization/room", {"treated", "control"}),
        ("managing-entity:above=Organization/clinic", {"treated"}),
        ("managing-entity:below=Organization/none", set()),
    ],
)
def test_references_are_found_by_hierarchy(value: str, expected: set[str], world: Any) -> None:
    name, _, asked = value.partition("=")
    assert world.found("Group", (name, asked)) == expected


def test_a_type_without_parts_has_no_hierarchy(world: Any) -> None:
    with pytest.raises(UnsupportedModifier, match="it takes :missing, :identifier, "):
        world.search("AdverseEvent", ("subject:below", "Group/treated"))


@pytest.mark.parametrize(
    ("value", "expected"),
    [("chosen", {"dvt"}), ("List/chosen", {"dvt"}), ("none", set())],
)
def test_members_of_a_list(value: str, expected: set[str], world: Any) -> None:
    assert world.found("AdverseEvent", ("_list", value)) == expected


def test_a_functional_list_is_refused(world: Any) -> None:
    with pytest.raises(InvalidParameter, match="functional lists"):
        world.search("AdverseEvent", ("_list", "$current-allergies"))


ONLY_R5 = [
    ("category:code-text", "DV", {"dvt", "pe"}),
    ("category:text-advanced", "thrombosis AND deep", {"dvt"}),
    ("category:text-advanced", '"deep thrombosis"', set()),
    ("category:text-advanced", "rash OR vein", {"dvt", "plain"}),
    ("subject:code-text", "TREA", {"dvt"}),
    ("comment:text", "night NOT early", {"pe"}),
    ("page:contains", "PAGES", {"dvt", "pe"}),
]


@pytest.mark.parametrize(("name", "value", "expected"), ONLY_R5)
def test_modifiers_that_only_r5_has(
    name: str, value: str, expected: set[str], world: Any, version: str
) -> None:
    if version == "R5":
        assert world.found("AdverseEvent", (name, value)) == expected
        return
    with pytest.raises(UnsupportedModifier, match=f"in {version}; it takes :missing"):
        world.search("AdverseEvent", (name, value))


def test_the_number_of_results_is_bounded_where_r5_says_so(world: Any, version: str) -> None:
    asked = (("_maxresults", "3"), ("_count", "2"))
    assert ("_maxresults" in control_parameters(world.table)) == (version == "R5")
    if version != "R5":
        with pytest.raises(UnsupportedParameter, match="_maxresults"):
            world.search("AdverseEvent", *asked, strict=True)
        return
    first = world.search("AdverseEvent", *asked)
    second = world.search("AdverseEvent", *first.next_pairs)
    assert (len(first.matches), len(second.matches)) == (2, 1)
    assert (first.total, second.next_pairs) == (4, None)


def test_a_query_by_name_is_never_left_out(world: Any) -> None:
    """Left out, it would bring more than was asked for, and maybe to someone who acts on it."""
    with pytest.raises(InvalidParameter, match="not offered here"):
        world.search("AdverseEvent", ("_query", "mine"), strict=False)


def test_every_modifier_is_listed_in_the_refusal(world: Any) -> None:
    parameter = world.table.parameter("AdverseEvent", "category")
    with pytest.raises(UnsupportedModifier) as refusal:
        world.search("AdverseEvent", ("category:exact", "x"))
    for modifier in modifiers(world.table, parameter):
        assert f":{modifier}" in refusal.value.message


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("depends-on:below", "http://example.org/Library", {"rems"}),
        ("depends-on:below", "http://example.org/Lib", set()),
        ("depends-on:above", "http://example.org/Library/rules/old", {"rems"}),
    ],
)
def test_canonical_references_are_found_by_the_steps_of_their_urls(
    name: str, value: str, expected: set[str], world: Any
) -> None:
    assert world.found("PlanDefinition", (name, value)) == expected


def test_only_identifiers_have_a_type_to_ask_for(world: Any) -> None:
    """Offered where there are no identifiers, the modifier could never find anything."""
    offered = {
        (type, code)
        for type, parameters in world.table.parameters.items()
        for code, parameter in parameters.items()
        if "of-type" in modifiers(world.table, parameter)
    }
    of_identifiers = {
        (type, "identifier")
        for type, parameters in world.table.parameters.items()
        if "identifier" in parameters
    }
    assert of_identifiers
    assert offered >= of_identifiers
    assert not {code for _, code in offered} & {"code", "category", "actuality", "status"}
