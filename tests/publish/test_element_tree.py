"""A snapshot's elements become a tree and a list again; a tree gives its branches their names."""

from typing import Any

from fhir_kb.formats import Json
from fhir_kb.publish.element_tree import elements_of, steps_of, tree_of


def element(id: str, **more: Any) -> Json:
    path = ".".join(step.partition(":")[0] for step in id.split("."))
    return {"id": id, "path": path, **more}


SLICED = [
    element(id)
    for id in (
        "Group",
        "Group.code",
        "Group.code.coding",
        "Group.code.coding:own",
        "Group.code.coding:own.system",
        "Group.code.coding:public",
        "Group.code.text",
        "Group.name",
    )
]


def test_a_list_becomes_a_tree_and_the_same_list_again() -> None:
    assert elements_of(tree_of(SLICED)) == SLICED


def test_slices_stand_after_all_that_is_in_what_they_are_slices_of() -> None:
    """Who reads on until the next slice would take what is in the element for the slice's."""
    root = tree_of([element("A"), element("A.b"), element("A.b:one"), element("A.b.c")])
    ids = [each["id"] for each in elements_of(root)]
    assert ids == ["A", "A.b", "A.b.c", "A.b:one"]


def test_what_is_put_under_an_element_is_named_by_its_new_place() -> None:
    """The elements of a data type come with the names they have in the type."""
    root = tree_of(SLICED)
    period = tree_of([element("Period"), element("Period.start", base={"path": "Period.start"})])
    root.children["code"].children["coding"].slices["public"].children = period.children
    found = next(each for each in elements_of(root) if each["path"].endswith("start"))
    assert found == {
        "id": "Group.code.coding:public.start",
        "path": "Group.code.coding.start",
        "base": {"path": "Period.start"},
    }


def test_a_copied_tree_can_be_changed_alone() -> None:
    root = tree_of(SLICED)
    twin = root.copied()
    twin.children["code"].children["coding"].slices.clear()
    twin.children["name"].element = element("Group.name", min=1)
    assert elements_of(root) == SLICED
    assert elements_of(twin) != SLICED


def test_an_id_tells_names_and_slices() -> None:
    assert list(steps_of("A.b:one.value[x]")) == [("b", "one"), ("value[x]", "")]
