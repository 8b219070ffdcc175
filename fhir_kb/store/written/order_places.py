"""Where a value would stand in a store's sort order, without reading any resource.

https://hl7.org/fhir/R4/search.html#sort
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from functools import lru_cache

from pyroaring import BitMap

from fhir_kb.store.interface import Store
from fhir_kb.store.value_groups import Value, value_groups

Place = Callable[[Value], tuple[int, int]]
"""Returns the start and end in ``SortOrder.ordered`` of the rows with this value."""

_IDS_KEPT = 100_000


class Places:
    """The places in the orders of one store that never changes; each order is read through once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._of: dict[tuple[str, str, bool], Place] = {}

    def of(self, type: str, parameter: str, *, descending: bool) -> Place:
        """Return where values stand in the order of a type by a parameter."""
        key = (type, parameter, descending)
        if key not in self._of:
            self._of[key] = self._read(type, parameter, descending)
        return self._of[key]

    def _read(self, type: str, parameter: str, descending: bool) -> Place:
        if parameter == "_id":
            return _id_places(self._store, type, descending)
        groups = value_groups(self._store, (type,), parameter, descending=descending)
        return _places(list(groups), descending)


def _id_places(store: Store, type: str, descending: bool) -> Place:
    order = store.sort_order(type, "_id", descending=False)
    ordered: Sequence[int] = () if order is None else order.ordered

    def id_of(row: int) -> str:
        ((_, id),) = store.identities([row])
        return id

    @lru_cache(_IDS_KEPT)
    def place(value: Value) -> tuple[int, int]:
        start = bisect_left(ordered, str(value), key=id_of)
        # In one type what is held under an id is masked once it is written; in another it is not.
        end = start + (start < len(ordered) and id_of(ordered[start]) == value)
        return (len(ordered) - end, len(ordered) - start) if descending else (start, end)

    return place


def _places(groups: list[tuple[Value, BitMap]], descending: bool) -> Place:
    """Return places by the number of rows ahead; a row counts where it comes first."""
    seen = BitMap()
    values: list[Value] = []
    starts = [0]
    for value, rows in reversed(groups) if descending else groups:
        fresh = rows - seen
        if fresh:
            seen |= fresh
            values.append(value)
            starts.append(len(seen))
    if descending:
        values.reverse()
        starts.reverse()

    def place(value: Value) -> tuple[int, int]:
        position = bisect_left(values, value)
        is_held = position < len(values) and values[position] == value
        if descending:
            # Read from the top: the value below begins where this one would end.
            start = starts[position + 1] if is_held else starts[position]
            return start, starts[position]
        return starts[position], starts[position + 1] if is_held else starts[position]

    return place
