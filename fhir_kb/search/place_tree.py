"""The places of all search parameters of a resource type as one tree of JSON keys.

https://hl7.org/fhir/R4/json.html
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from fhir_kb.formats import Json
from fhir_kb.search.places import Holds, Place, Step

L = TypeVar("L")

Branch = tuple[str, Holds | None, tuple[Any, ...], tuple[Any, ...]]
"""Key, condition, what is wanted there, and the branches below."""


@dataclass(slots=True)
class _Growing(Generic[L]):
    leaves: list[L] = field(default_factory=list)
    below: "dict[Step, _Growing[L]]" = field(default_factory=dict)


class PlaceTree(Generic[L]):
    """Finds what stands at places; ``L`` is what a place is marked with."""

    def __init__(self, marked: Iterable[tuple[Place, L]]) -> None:
        root: _Growing[L] = _Growing()
        for place, mark in marked:
            current = root
            for step in place.steps:
                current = current.below.setdefault(step, _Growing())
            current.leaves.append(mark)
        self._whole = tuple(root.leaves)
        self._branches = _frozen(root)

    def find(self, resource: Json) -> list[tuple[L, Any]]:
        """Return the marks of all places that hold a value, with each value."""
        found: list[tuple[L, Any]] = [(mark, resource) for mark in self._whole]
        _walk(resource, self._branches, resource, found)
        return found


def _frozen(growing: _Growing[L]) -> tuple[Branch, ...]:
    return tuple(
        (step.key, step.holds, tuple(below.leaves), _frozen(below))
        for step, below in growing.below.items()
    )


def _walk(
    elements: Json, branches: tuple[Branch, ...], root: Json, found: list[tuple[L, Any]]
) -> None:
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
                _walk(item, below, root, found)
