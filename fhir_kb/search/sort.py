"""The order of matches: newest first, or by the parameters the caller names.

https://hl7.org/fhir/R4/search.html#sort
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice

from pyroaring import BitMap

from fhir_kb.definitions import SearchParameter
from fhir_kb.errors import InvalidParameter
from fhir_kb.search.table import SearchTable
from fhir_kb.store.interface import Rows, SortOrder, Store
from fhir_kb.store.mixed_orders import mixed_order

SORTED_TYPES = frozenset({"token", "string", "reference", "date", "number", "quantity", "uri"})

_WALK_FROM = 20
"""The kept order is walked when at least one in so many of its rows is a match."""


KEYS_MAX = 10
"""Parameters that one search may be sorted by."""


@dataclass(frozen=True, slots=True)
class SortKey:
    """One parameter to sort by."""

    code: str
    descending: bool


NEWEST_FIRST = (SortKey("_lastUpdated", descending=True),)


def read_sort(table: SearchTable, type: str, value: str) -> tuple[SortKey, ...]:
    """Return the keys of ``_sort=value``; refuse a parameter that gives no order."""
    keys: list[SortKey] = []
    for part in value.split(","):
        code = part.removeprefix("-")
        parameter = table.of_type(type).get(code)
        if parameter is None or not _gives_order(parameter):
            known = (name for name, p in table.of_type(type).items() if _gives_order(p))
            raise InvalidParameter(
                f"{type} cannot be sorted by {code[:64]!r} in {table.version}; "
                f"it can be sorted by {', '.join(sorted(known))}",
                expression="_sort",
            )
        keys.append(SortKey(code, part != code))
    return tuple(keys)


def _gives_order(parameter: SearchParameter) -> bool:
    # Without an expression a parameter looks at the whole resource: it has no value of its own.
    return parameter.type in SORTED_TYPES and bool(parameter.expression)


def check_common_sort(table: SearchTable, types: Sequence[str], value: str) -> None:
    """Refuse ``_sort=value`` (InvalidParameter) by what does not order all of the types alike."""
    first, *others = (_ordering(table, type) for type in types)
    common = {code for code, kind in first.items() if all(o.get(code) == kind for o in others)}
    for part in value.split(","):
        code = part.removeprefix("-")
        if code not in common:
            raise InvalidParameter(
                f"{_listed(types)} cannot be sorted together by {code[:64]!r} in "
                f"{table.version}; they can be sorted by {', '.join(sorted(common))}",
                expression="_sort",
            )


def _ordering(table: SearchTable, type: str) -> dict[str, str]:
    """Return the parameters that give an order, with their search types."""
    return {code: p.type for code, p in table.of_type(type).items() if _gives_order(p)}


def _listed(types: Sequence[str]) -> str:
    named = ", ".join(types[:3])
    return named if len(types) < 4 else f"{named} and {len(types) - 3} other types"


def page_of(
    store: Store,
    types: Sequence[str],
    matches: Rows,
    keys: Sequence[SortKey],
    offset: int,
    size: int,
) -> list[int]:
    """Return ``size`` rows of the sorted matches, which are of these types, from ``offset`` on."""
    # Rows are numbered in order of update, so that newest first needs no sorting. After a release
    # that is newer than writes above it this holds of each part alone.
    if not keys or (tuple(keys) == NEWEST_FIRST and store.is_in_update_order):
        end = len(matches) - offset
        return [] if end <= 0 else list(reversed(matches[max(end - size, 0) : end].to_array()))
    orders = [_order(store, types, key) for key in keys]
    rows = _sorted(matches, [order for order in orders if order is not None])
    return list(islice(rows, offset, offset + size))


def _order(store: Store, types: Sequence[str], key: SortKey) -> SortOrder | None:
    if len(types) == 1:
        return store.sort_order(types[0], key.code, descending=key.descending)
    return mixed_order(store, tuple(types), key.code, descending=key.descending)


def _sorted(matches: Rows, orders: Sequence[SortOrder]) -> Iterator[int]:
    """Yield matches in order; those without a value of a key come last, ties newest first."""
    if len(matches) == 1 or not orders:
        yield from reversed(matches.to_array())
        return
    order, *following = orders
    present = matches & order.rows
    if following:
        for group in _groups(present, order):
            yield from _sorted(group, following)
    else:
        yield from _ranked(present, order)
    if len(present) < len(matches):
        yield from _sorted(matches - present, following)


def _ranked(present: Rows, order: SortOrder) -> Iterable[int]:
    """Return the rows by rank, and within one rank newest first."""
    if _is_sparse(present, order):
        return sorted(present, key=lambda row: (order.rank(row), -row))
    return (row for row in order.ordered if row in present)


def _groups(present: Rows, order: SortOrder) -> Iterator[Rows]:
    """Yield the rows of each rank that has any."""
    if _is_sparse(present, order):
        for _, members in groupby(sorted(present, key=order.rank), key=order.rank):
            yield BitMap(members)
        return
    ordered, start = order.ordered, 0
    while start < len(ordered):
        rank = order.rank(ordered[start])
        end = bisect_right(ordered, rank, lo=start, key=order.rank)
        group = BitMap(ordered[start:end]) & present
        if group:
            yield group
        start = end


def _is_sparse(present: Rows, order: SortOrder) -> bool:
    return len(present) * _WALK_FROM < len(order.ordered)
