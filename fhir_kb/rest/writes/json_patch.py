"""JSON Patch on values as ``fhir_kb.formats`` reads them: decimals keep their digits.

https://www.rfc-editor.org/rfc/rfc6902, https://www.rfc-editor.org/rfc/rfc6901
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fhir_kb.errors import MalformedContent, TooLarge, UnappliedPatch

OPERATIONS_MAX = 1000
VALUES_MAX = 1_000_000
"""Most values that one patch may copy and compare: copies of copies would fill the memory."""

_INDEX = re.compile(r"0|[1-9][0-9]{0,9}", re.ASCII)
_ESCAPE = re.compile(r"~(.?)", re.DOTALL)

Pointer = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation; ``source`` is the pointer ``from``."""

    name: str
    path: Pointer
    source: Pointer = ()
    value: Any = None


def read_operations(patch: Any) -> list[Operation]:
    """Return the operations of a patch document; refuse (MalformedContent) what is none."""
    if not isinstance(patch, list):
        raise MalformedContent("A JSON Patch is an array of operations")
    if len(patch) > OPERATIONS_MAX:
        raise TooLarge(f"The patch has {len(patch)} operations; at most {OPERATIONS_MAX} are taken")
    return [_operation(number, row) for number, row in enumerate(patch)]


def apply_json_patch(value: Any, operations: list[Operation]) -> Any:
    """Return ``value`` as the operations leave it; ``value`` itself is used up.

    Refuses (UnappliedPatch) an operation that does not fit, naming it, and (TooLarge) copies
    without measure.
    """
    target = _Target(value)
    for number, operation in enumerate(operations):
        try:
            _APPLY[operation.name](target, operation)
        except _Misfit as misfit:
            where = "/" + "/".join(operation.path) if operation.path else "the whole"
            raise UnappliedPatch(
                f"Operation {number} ({operation.name} {where}) does not fit: {misfit}; "
                "nothing was changed"
            ) from None
        except RecursionError:
            raise TooLarge(f"Operation {number} nests values too deeply") from None
    return target.value


class _Misfit(Exception):  # noqa: N818  it never leaves this module
    """Why an operation does not fit."""


def _operation(number: int, row: Any) -> Operation:
    if not isinstance(row, dict):
        raise MalformedContent(f"Operation {number} of the patch is not an object")
    name = str(row.get("op"))
    if name not in _APPLY:
        raise MalformedContent(
            f"Operation {number} has the op {name[:40]!r}; there are {', '.join(_APPLY)}"
        )
    for member in _MEMBERS.get(name, ("path", "value")):
        if member not in row:
            raise MalformedContent(f"Operation {number} ({name}) has no {member!r}")
    source = _pointer(number, row["from"]) if "from" in _MEMBERS.get(name, ()) else ()
    return Operation(name, _pointer(number, row["path"]), source, row.get("value"))


_MEMBERS: Mapping[str, tuple[str, ...]] = {
    "remove": ("path",),
    "move": ("path", "from"),
    "copy": ("path", "from"),
}
"""The members that an operation must have, where they are not path and value."""


def _pointer(number: int, text: Any) -> Pointer:
    if not isinstance(text, str) or (text and not text.startswith("/")):
        raise MalformedContent(
            f"Operation {number} has the pointer {str(text)[:60]!r}; it is empty or begins with /"
        )
    return tuple(_unescaped(number, step) for step in text.split("/")[1:])


def _unescaped(number: int, step: str) -> str:
    def character(escape: re.Match[str]) -> str:
        if escape[1] not in ("0", "1"):
            raise MalformedContent(f"Operation {number}: a pointer writes ~ as ~0 and / as ~1")
        return "~" if escape[1] == "0" else "/"

    return _ESCAPE.sub(character, step)


class _Target:
    """The value that is being patched."""

    def __init__(self, value: Any) -> None:
        self.value = value
        self._handled = 0

    def get(self, pointer: Pointer) -> Any:
        value = self.value
        for step in pointer:
            if isinstance(value, list):
                value = value[_index(step, len(value) - 1)]
            elif isinstance(value, dict) and step in value:
                value = value[step]
            else:
                raise _Misfit(f"there is no {step[:60]!r}")
        return value

    def add(self, pointer: Pointer, value: Any) -> None:
        if not pointer:
            self.value = value
            return
        parent, step = self.get(pointer[:-1]), pointer[-1]
        if isinstance(parent, list):
            parent.insert(len(parent) if step == "-" else _index(step, len(parent)), value)
        elif isinstance(parent, dict):
            parent[step] = value
        else:
            raise _Misfit(f"what would hold {step[:60]!r} is neither an object nor an array")

    def remove(self, pointer: Pointer) -> Any:
        value = self.get(pointer)
        if not pointer:
            raise _Misfit("the whole resource cannot be removed; DELETE does that")
        parent, step = self.get(pointer[:-1]), pointer[-1]
        if isinstance(parent, list):
            del parent[int(step)]
        else:
            del parent[step]
        return value

    def replace(self, pointer: Pointer, value: Any) -> None:
        self.get(pointer)
        if not pointer:
            self.value = value
            return
        parent, step = self.get(pointer[:-1]), pointer[-1]
        parent[int(step) if isinstance(parent, list) else step] = value

    def count(self) -> None:
        """Count one value that is copied or compared; refuse (TooLarge) too many."""
        self._handled += 1
        if self._handled > VALUES_MAX:
            raise TooLarge(f"The patch copies and compares more than {VALUES_MAX} values")

    def copy_of(self, value: Any) -> Any:
        self.count()
        if isinstance(value, dict):
            return {key: self.copy_of(item) for key, item in value.items()}
        return [self.copy_of(item) for item in value] if isinstance(value, list) else value


def _index(step: str, last: int) -> int:
    if not _INDEX.fullmatch(step):
        raise _Misfit(f"{step[:60]!r} is no index of an array")
    if int(step) > last:
        raise _Misfit(f"the array ends before index {step}")
    return int(step)


def _move(target: _Target, operation: Operation) -> None:
    inside = operation.path[: len(operation.source)] == operation.source
    if inside and len(operation.path) > len(operation.source):
        raise _Misfit("a value cannot be moved into itself")
    if operation.path == operation.source:
        target.get(operation.path)
    else:
        target.add(operation.path, target.remove(operation.source))


def _test(target: _Target, operation: Operation) -> None:
    for one, other in _pairs(target.get(operation.path), operation.value):
        target.count()
        if not _alike(one, other):
            raise _Misfit("the value there is another one")


def _alike(one: Any, other: Any) -> bool:
    """Return whether two values are equal but for what they hold; true is not 1."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys()
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other)
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def _pairs(one: Any, other: Any) -> Iterator[tuple[Any, Any]]:
    """Yield two values, and then what stands at the same place in each."""
    yield one, other
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        for key, item in one.items():
            yield from _pairs(item, other[key])
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for left, right in zip(one, other, strict=True):
            yield from _pairs(left, right)


_APPLY: Mapping[str, Callable[[_Target, Operation], object]] = {
    "add": lambda target, operation: target.add(operation.path, operation.value),
    "remove": lambda target, operation: target.remove(operation.path),
    "replace": lambda target, operation: target.replace(operation.path, operation.value),
    "move": _move,
    "copy": lambda target, operation: target.add(
        operation.path, target.copy_of(target.get(operation.source))
    ),
    "test": _test,
}
