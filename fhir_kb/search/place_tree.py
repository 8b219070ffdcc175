"""The places of all search parameters of a resource type as one tree of JSON keys.

https://hl7.org/fhir/R4/json.html
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, TypeVar

from fhir_kb.formats import Json
from fhir_kb.search.places import Holds, Place, Step

L = TypeVar("L")


class Branch(NamedTuple):
    """A key, the condition that its value must meet, the marks of that place, and what is below."""

    key: str
    holds: Holds | None
    leaves: tuple[Any, ...]
    below: tuple["Branch", ...]


@dataclass(slots=True)
class _Growing(Generic[L]):
    leaves: list[L] = field(default_factory=list)
    below: "dict[Step, _Growing[L]]" = field(default_factory=dict)


class PlaceTree(Generic[L]):
    """Finds what stands at places; ``L`` is what a place is marked with.

    ``whole`` are the marks of the resource itself, ``branches`` lead to all others.
    """

    def __init__(self, marked: Iterable[tuple[Place, L]]) -> None:
        root: _Growing[L] = _Growing()
        for place, mark in marked:
            current = root
            for step in place.steps:
                current = current.below.setdefault(step, _Growing())
            current.leaves.append(mark)
        self.whole = tuple(root.leaves)
        self.branches = _frozen(root)

    def find(self, resource: Json) -> list[tuple[L, Any]]:
        """Return the marks of all places that hold a value, with each value."""
        found: list[tuple[L, Any]] = [(mark, resource) for mark in self.whole]
        walk(resource, self.branches, resource, found)
        return found


def _frozen(growing: _Growing[L]) -> tuple[Branch, ...]:
    return tuple(
        Branch(step.key, step.holds, tuple(below.leaves), _frozen(below))
        for step, below in growing.below.items()
    )


def walk(
    elements: Json, branches: Sequence[Branch], root: Json, found: list[tuple[Any, Any]]
) -> None:
    """Add to ``found`` each mark with a value in ``elements``, an object inside ``root``."""
    for key, holds, leaves, below in branches:
        value = elements.get(key)
        if value is None:
            continue
        for item in value if value.__class__ is list else (value,):
            if item is None or (holds is not None and not holds(item, root)):
                continue
            for leaf in leaves:
                found.append((leaf, item))  # noqa: PERF401  # a call for each would cost more
            if below and item.__class__ is dict:
                walk(item, below, root, found)
