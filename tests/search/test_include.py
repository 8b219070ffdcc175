"""Resources come along with the matches, each once."""

from typing import Any

import pytest

from fhir_kb.errors import InvalidParameter, UnsupportedModifier
from fhir_kb.search import Limits, includes, revincludes


def included(world: Any, type: str, *pairs: tuple[str, str], **options: Any) -> list[str]:
    return [resource.id for resource in world.search(type, *pairs, **options).included]


@pytest.mark.parametrize(
    ("type", "pairs", "expected"),
    [
        ("AdverseEvent", [("_include", "AdverseEvent:subject")], {"treated"}),
        ("AdverseEvent", [("_include", "AdverseEvent:subject:Group")], {"treated"}),
        ("AdverseEvent", [("_include", "AdverseEvent:subject:Patient")], set()),
        ("AdverseEvent", [("_include", "AdverseEvent:*")], {"treated"}),
        ("AdverseEvent", [("_include", "*")], {"treated"}),
        ("AdverseEvent", [("_include", "Group:managing-entity")], set()),
        (
            "AdverseEvent",
            [("_include", "AdverseEvent:subject"), ("_include", "Group:managing-entity")],
            {"treated"},
        ),
        (
            "AdverseEvent",
            [("_include", "AdverseEvent:subject"), ("_include:iterate", "Group:managing-entity")],
            {"treated", "clinic"},
        ),
        ("Group", [("_revinclude", "AdverseEvent:subject")], {"dvt"}),
        ("Group", [("_revinclude", "AdverseEvent:*")], {"dvt"}),
        ("Organization", [("_id", "clinic"), ("_revinclude", "*")], {"treated", "ward"}),
        (
            "Organization",
            [("_id", "clinic"), ("_revinclude:iterate", "*")],
            {"treated", "ward", "room", "control", "dvt", "chosen"},
        ),
        ("Group", [("_id", "control"), ("_revinclude", "AdverseEvent:subject")], set()),
        (
            "Organization",
            [
                ("_id", "clinic"),
                ("_revinclude", "Group:managing-entity"),
                ("_revinclude:iterate", "AdverseEvent:subject"),
            ],
            {"treated", "dvt"},
        ),
    ],
)
def test_an_include_brings(
    type: str, pairs: list[tuple[str, str]], expected: set[str], world: Any
) -> None:
    brought = included(world, type, *pairs)
    assert set(brought) == expected
    assert len(brought) == len(expected)


def test_a_match_is_not_included_too(make_world: Any, version: str) -> None:
    """A resource that is a match and referred to stands in the bundle once."""
    world = make_world(
        version,
        [
            {
                "resourceType": "Group",
                "id": id,
                "type": "person",
                "member": [{"entity": {"reference": f"Group/{other}"}}],
            }
            for id, other in (("a", "b"), ("b", "a"))
        ],
    )
    assert included(world, "Group", ("_include:iterate", "Group:member")) == []
    assert included(world, "Group", ("_id", "a"), ("_include:iterate", "Group:member")) == ["b"]


def test_a_canonical_is_followed_to_the_resource_with_that_url(
    make_world: Any, version: str
) -> None:
    rems = {
        "resourceType": "PlanDefinition",
        "id": "rems",
        "url": "http://example.org/PlanDefinition/rems",
    }
    general = {
        "resourceType": "PlanDefinition",
        "id": "general",
        "library": ["http://example.org/PlanDefinition/rems|1"],
    }
    world = make_world(version, [rems, general])
    pairs = (("_id", "general"), ("_include", "PlanDefinition:depends-on"))
    assert included(world, "PlanDefinition", *pairs) == ["rems"]


def test_includes_are_bounded_and_the_cut_is_said(world: Any) -> None:
    """A small query must not fetch the whole store."""
    result = world.search(
        "Group", ("_revinclude", "AdverseEvent:subject"), limits=Limits(include_max=0)
    )
    assert not result.included
    assert [warning.parameter for warning in result.warnings] == ["_include"]


@pytest.mark.parametrize(
    ("name", "value", "hint"),
    [
        ("_include", "AdverseEvent", "write Type:reference"),
        ("_include", "Nothing:subject", "write Type:reference"),
        ("_include", "AdverseEvent:category", "no reference parameter 'category'"),
        ("_include", "AdverseEvent:subject:Group:x", "write Type:reference"),
        ("_revinclude", "**", "write Type:reference"),
    ],
)
def test_an_include_of_another_form_is_refused(
    name: str, value: str, hint: str, world: Any
) -> None:
    with pytest.raises(InvalidParameter, match=hint):
        world.search("AdverseEvent", (name, value))


def test_only_iteration_modifies_an_include(world: Any) -> None:
    with pytest.raises(UnsupportedModifier, match="does not take the modifier"):
        world.search("AdverseEvent", ("_include:exact", "AdverseEvent:subject"))


def test_what_can_be_included_is_told(world: Any) -> None:
    """A CapabilityStatement lists it."""
    assert "AdverseEvent:subject" in includes(world.table, "AdverseEvent")
    assert "AdverseEvent:subject" in revincludes(world.table, "Group")
    assert "AdverseEvent:subject" not in revincludes(world.table, "Organization")
