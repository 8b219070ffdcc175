"""Records in the order they came, found by code set without looking at each one.

A crowded chart holds thousands of records, and each of dozens of rules asks for a few of them.
Records of the same codes are alike to every rule: they are grouped once, and a question looks at
the groups.
"""

from collections.abc import Hashable, Iterator
from functools import cached_property
from typing import Protocol, TypeVar


class Recognised(Protocol):
    """What is grouped: ``concerns`` are all code sets that a record has to do with."""

    @property
    def alike(self) -> Hashable:
        """What records have in common that concern the same code sets."""

    @property
    def concerns(self) -> frozenset[str]:
        """The code sets it belongs to, may belong to, or has as its answer."""


R = TypeVar("R", bound=Recognised)


class Records(tuple[R, ...]):
    """A tuple of records that can be asked for those of some code sets."""

    def about(self, *sets: str) -> Iterator[R]:
        """Yield, in their order, the records that concern one of these code sets."""
        wanted = frozenset(sets)
        places = [
            place
            for concerns, places in self._groups
            if not concerns.isdisjoint(wanted)
            for place in places
        ]
        return (self[place] for place in sorted(places))

    @cached_property
    def _groups(self) -> list[tuple[frozenset[str], list[int]]]:
        """The places of the records, by what they concern; those of no set are left out."""
        groups: dict[Hashable, list[int]] = {}
        for place, record in enumerate(self):
            groups.setdefault(record.alike, []).append(place)
        found = ((self[places[0]].concerns, places) for places in groups.values())
        return [(concerns, places) for concerns, places in found if concerns]
