"""JSON Patch, operation by operation, and against a model of what each must do.

https://www.rfc-editor.org/rfc/rfc6902
"""

from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_kb.errors import MalformedContent, RequestError, TooLarge, UnappliedPatch
from fhir_kb.formats.json import read_json_value, write_json
from fhir_kb.rest.writes.json_patch import apply_json_patch, read_operations


def patched(value: Any, *operations: dict[str, Any]) -> Any:
    return apply_json_patch(deepcopy(value), read_operations(list(operations)))


def step(op: str, path: str, **more: Any) -> dict[str, Any]:
    return {"op": op, "path": path, **more}


APPLIED = [
    ({"a": 1}, step("add", "/b", value=2), {"a": 1, "b": 2}),
    ({"a": 1}, step("add", "/a", value=2), {"a": 2}),
    ({"a": [1, 3]}, step("add", "/a/1", value=2), {"a": [1, 2, 3]}),
    ({"a": [1]}, step("add", "/a/1", value=2), {"a": [1, 2]}),
    ({"a": [1]}, step("add", "/a/-", value=[2]), {"a": [1, [2]]}),
    ({"a": 1}, step("add", "", value={"b": 2}), {"b": 2}),
    ({"a": 1}, step("add", "/b", value=None), {"a": 1, "b": None}),
    ({"a": 1, "b": 2}, step("remove", "/b"), {"a": 1}),
    ({"a": [1, 2, 3]}, step("remove", "/a/1"), {"a": [1, 3]}),
    ({"a": [1, 2]}, step("replace", "/a/1", value=9), {"a": [1, 9]}),
    ({"a": 1}, step("replace", "/a", value=None), {"a": None}),
    ({"a": 1}, step("replace", "", value={"b": 2}), {"b": 2}),
    ({"a": {"b": 1}, "c": {}}, step("move", "/c/d", **{"from": "/a/b"}), {"a": {}, "c": {"d": 1}}),
    ({"a": [1, 2, 3]}, step("move", "/a/0", **{"from": "/a/2"}), {"a": [3, 1, 2]}),
    ({"a": 1}, step("move", "/a", **{"from": "/a"}), {"a": 1}),
    ({"a": {"b": 1}}, step("copy", "/c", **{"from": "/a"}), {"a": {"b": 1}, "c": {"b": 1}}),
    ({"a": 1}, step("test", "/a", value=1), {"a": 1}),
    ({"a": Decimal("27.00")}, step("test", "/a", value=27), {"a": Decimal("27.00")}),
    ({"a": {"b": 1, "c": 2}}, step("test", "/a", value={"c": 2, "b": 1}), {"a": {"b": 1, "c": 2}}),
    ({"a": None}, step("test", "/a", value=None), {"a": None}),
    ({"m~n/o": 1}, step("replace", "/m~0n~1o", value=2), {"m~n/o": 2}),
    ({"~1": 1}, step("test", "/~01", value=1), {"~1": 1}),
    ({"": 1}, step("replace", "/", value=2), {"": 2}),
]


@pytest.mark.parametrize(("before", "operation", "after"), APPLIED)
def test_an_operation_does_what_rfc_6902_says(
    before: Any, operation: dict[str, Any], after: Any
) -> None:
    """One row per rule of the RFC and its appendix."""
    assert patched(before, operation) == after


MISFITS = [
    ({"a": 1}, step("add", "/b/c", value=1), "no 'b'"),
    ({"a": 1}, step("add", "/a/b", value=1), "neither an object nor an array"),
    ({"a": [1]}, step("add", "/a/3", value=1), "ends before"),
    ({"a": [1]}, step("add", "/a/01", value=1), "no index"),
    ({"a": [1]}, step("remove", "/a/1"), "ends before"),
    ({"a": [1]}, step("remove", "/a/-"), "no index"),
    ({"a": 1}, step("remove", ""), "DELETE"),
    ({"a": 1}, step("replace", "/b", value=1), "no 'b'"),
    ({"a": {"b": 1}}, step("move", "/a/b/c", **{"from": "/a"}), "into itself"),
    ({"a": 1}, step("copy", "/b", **{"from": "/c"}), "no 'c'"),
    ({"a": 1}, step("test", "/a", value=2), "another one"),
    ({"a": 1}, step("test", "/a", value=True), "another one"),
    ({"a": 0}, step("test", "/a", value=False), "another one"),
    ({"a": "1"}, step("test", "/a", value=1), "another one"),
    ({"a": [1, 2]}, step("test", "/a", value=[2, 1]), "another one"),
    ({"a": {"b": 1}}, step("test", "/a", value={"b": 1, "c": None}), "another one"),
]


@pytest.mark.parametrize(("before", "operation", "words"), MISFITS)
def test_an_operation_that_does_not_fit_is_named(
    before: Any, operation: dict[str, Any], words: str
) -> None:
    """422: which operation, where, and why."""
    with pytest.raises(UnappliedPatch, match=words) as refusal:
        patched(before, operation)
    assert "Operation 0" in refusal.value.message


NO_PATCHES = [
    ({}, "array"),
    ([1], "not an object"),
    ([{"op": "change", "path": "/a"}], "'change'"),
    ([{"path": "/a"}], "op"),
    ([{"op": "add", "path": "/a"}], "no 'value'"),
    ([{"op": "add", "value": 1}], "no 'path'"),
    ([{"op": "move", "path": "/a"}], "no 'from'"),
    ([{"op": "remove", "path": "a"}], "begins with /"),
    ([{"op": "remove", "path": 7}], "begins with /"),
    ([{"op": "remove", "path": "/a~2"}], "~0"),
]


@pytest.mark.parametrize(("document", "words"), NO_PATCHES)
def test_what_is_no_patch_is_refused(document: Any, words: str) -> None:
    """400: the document itself is wrong, whatever the resource."""
    with pytest.raises(MalformedContent, match=words):
        read_operations(document)


def test_copies_of_copies_are_bounded() -> None:
    """Sixty operations of a few bytes must not fill the memory."""
    bomb = [step("copy", f"/a{number}", **{"from": ""}) for number in range(60)]
    with pytest.raises(TooLarge):
        patched({"a": [1] * 100}, *bomb)


def test_comparisons_without_end_are_bounded() -> None:
    """A thousand tests of one large value must not keep the server busy."""
    value = {"a": list(range(2000))}
    with pytest.raises(TooLarge):
        patched(value, *[step("test", "", value=value)] * 1000)


def test_nesting_without_end_is_refused() -> None:
    """A thousand moves inside each other end in a refusal, not in a fault."""
    deep = [step("copy", "/a" * 60, **{"from": "/a"}) for _ in range(60)]
    value: Any = 1
    for _ in range(70):
        value = {"a": value}
    with pytest.raises(RequestError):
        patched(value, *deep)


def test_digits_stay_as_they_were_written() -> None:
    """A patch of one element writes no other digit anew."""
    value = read_json_value(b'{"a":27.00,"b":[0.10,1E+2],"c":1}')
    operations = read_operations(read_json_value(b'[{"op":"add","path":"/d","value":5.50}]'))
    after = write_json(apply_json_patch(value, operations))
    assert after == b'{"a":27.00,"b":[0.10,1E+2],"c":1,"d":5.50}'


SCALARS = st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["", "x", "a/b", "~"])
KEYS = st.sampled_from(["a", "b", "/", "~", ""])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(KEYS, VALUES, max_size=4)


def pointer(path: list[Any]) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def paths(value: Any) -> list[list[Any]]:
    """Return the path to every value inside."""
    items: Any = value.items() if isinstance(value, dict) else ()
    items = enumerate(value) if isinstance(value, list) else items
    return [[]] + [[key, *rest] for key, inner in items for rest in paths(inner)]


def at(value: Any, path: list[Any]) -> Any:
    for part in path:
        value = value[part]
    return value


@given(OBJECTS, VALUES, st.data())
def test_replace_puts_the_value_there_and_changes_nothing_else(
    before: Any, value: Any, data: st.DataObject
) -> None:
    """After a replacement the value stands there, and replaced back it is as it was."""
    path = data.draw(st.sampled_from(paths(before)))
    after = patched(before, step("replace", pointer(path), value=value))
    assert at(after, path) == value
    old = at(before, path)
    again = patched(after, step("replace", pointer(path), value=old))
    assert write_json(again) == write_json(before)


@given(OBJECTS, st.data())
def test_a_move_is_a_removal_and_an_addition(before: Any, data: st.DataObject) -> None:
    """RFC 6902 defines it so; nothing is lost on the way."""
    source = data.draw(st.sampled_from(paths(before)))
    target = [*data.draw(st.sampled_from(paths(before))), "a"]
    move = step("move", pointer(target), **{"from": pointer(source)})
    parts = [step("remove", pointer(source))]

    def outcome(*operations: dict[str, Any]) -> Any:
        try:
            return patched(before, *operations)
        except UnappliedPatch:
            return None

    if source and target[: len(source)] != source:
        parts.append(step("add", pointer(target), value=at(before, source)))
        assert outcome(move) == outcome(*parts)


@given(OBJECTS, OBJECTS)
def test_a_test_passes_exactly_on_equal_values(one: Any, other: Any) -> None:
    """Equality is that of JSON text once the keys are in order."""
    same = write_json(in_order(one)) == write_json(in_order(other))
    try:
        patched(one, step("test", "", value=other))
        assert same
    except UnappliedPatch:
        assert not same


def in_order(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: in_order(value[key]) for key in sorted(value)}
    return [in_order(item) for item in value] if isinstance(value, list) else value
