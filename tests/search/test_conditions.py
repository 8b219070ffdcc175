"""Conditions behind references, forwards and backwards."""

from typing import Any

import pytest

from fhir_kb.errors import InvalidParameter, UnsupportedModifier, UnsupportedParameter


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("subject:Group.identifier", "http://ids|G-1", {"dvt"}),
        ("subject.identifier", "G-1", {"dvt"}),
        ("subject.identifier", "G-2", set()),
        ("subject:Group.characteristic-value", "stage$III", {"dvt"}),
        ("subject:Group.managing-entity.name", "university", {"dvt"}),
        ("subject:Group.managing-entity:Organization.name:exact", "university", set()),
        ("subject:Group._id", "treated,control", {"dvt"}),
        ("subject:Group._has:AdverseEvent:subject:actuality", "actual", {"dvt"}),
    ],
)
def test_a_chain_finds(name: str, value: str, expected: set[str], world: Any) -> None:
    assert world.found("AdverseEvent", (name, value)) == expected


@pytest.mark.parametrize(
    ("type", "name", "value", "expected"),
    [
        ("Group", "_has:AdverseEvent:subject:category", "dvt", {"treated"}),
        ("Group", "_has:AdverseEvent:subject:category", "pe", set()),
        ("Group", "_has:AdverseEvent:subject:_id", "dvt,plain", {"treated"}),
        (
            "Organization",
            "_has:Group:managing-entity:_has:AdverseEvent:subject:actuality",
            "actual",
            {"clinic"},
        ),
    ],
)
def test_a_chain_back_finds(
    type: str, name: str, value: str, expected: set[str], world: Any
) -> None:
    assert world.found(type, (name, value)) == expected


@pytest.mark.parametrize("name", ["subject:Group.identifier", "_has"])
def test_many_resources_are_followed_through_the_index(
    name: str, world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Above a number of resources the way round changes; the answer must not."""
    monkeypatch.setattr("fhir_kb.search.evaluate._FEW", 0)
    if name == "_has":
        pair = ("_has:AdverseEvent:subject:actuality", "actual")
        assert world.found("Group", pair) == {"treated"}
    else:
        assert world.found("AdverseEvent", (name, "G-1")) == {"dvt"}


@pytest.mark.parametrize(
    ("type", "name", "error", "hint"),
    [
        ("AdverseEvent", "subject:Organization.name", UnsupportedModifier, "refers to Group"),
        ("AdverseEvent", "subject:Group.nam", UnsupportedParameter, "Group has no search"),
        ("AdverseEvent", "category.text", UnsupportedParameter, "only such a reference"),
        ("AdverseEvent", "subject.", UnsupportedParameter, "Group has no search"),
        ("Group", "_has:AdverseEvent:subject", InvalidParameter, "_has:Type:reference:parameter"),
        ("Group", "_has:Nothing:subject:_id", UnsupportedParameter, "not served"),
        ("Group", "_has:AdverseEvent:category:_id", InvalidParameter, "does not refer to Group"),
        ("Group", "_has:AdverseEvent:none:_id", UnsupportedParameter, "no search parameter"),
    ],
)
def test_a_chain_that_leads_nowhere_is_refused(
    type: str, name: str, error: type[Exception], hint: str, world: Any
) -> None:
    with pytest.raises(error, match=hint):
        world.search(type, (name, "x"), strict=True)


def test_a_chain_has_an_end(world: Any) -> None:
    """A hostile query must not make the server follow references for ever."""
    name = "_has:Group:member:" * 50 + "_id"
    with pytest.raises(InvalidParameter, match="follows more than"):
        world.search("Group", (name, "x"))
