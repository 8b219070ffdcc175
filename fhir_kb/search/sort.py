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


def page_of(
    store: Store, type: str, matches: Rows, keys: Sequence[SortKey], offset: int, size: int
) -> list[int]:
    """Return ``size`` rows of the sorted matches from ``offset`` on."""
    # Rows are numbered in order of update, so that newest first needs no sorting. After a release
    # that is newer than writes above it this holds of each part alone.
    if not keys or (tuple(keys) == NEWEST_FIRST and store.is_in_update_order):
        end = len(matches) - offset
        return [] if end <= 0 else list(reversed(matches[max(end - size, 0) : end].to_array()))
    orders = [store.sort_order(type, key.code, descending=key.descending) for key in keys]
    rows = _sorted(matches, [order for order in orders if order is not None])
    return list(islice(rows, offset, offset + size))


def read_mixed_sort(keys: Sequence[SortKey]) -> None:
    """Refuse (InvalidParameter) an order in which resources of several types do not stand."""
    if keys and (len(keys) > 1 or keys[0].code != NEWEST_FIRST[0].code):
        raise InvalidParameter(
            "Resources of several types are sorted by _lastUpdated or -_lastUpdated alone; name "
            "one type in _type to sort by what it has",
            expression="_sort",
        )


def mixed_page_of(
    store: Store, matches: Rows, keys: Sequence[SortKey], offset: int, size: int
) -> list[int]:
    """Return ``size`` rows of matches of several types from ``offset`` on, in order of update.

    Refuses (InvalidParameter) the order of update where the knowledge is newer than what was
    written above it: rows are not in that order then.
    """
    if keys and not store.is_in_update_order:
        raise InvalidParameter(
            "The knowledge was released after clients wrote: resources of several types cannot be "
            "sorted by _lastUpdated now; name one type in _type",
            expression="_sort",
        )
    if keys and not keys[0].descending:
        return list(matches[offset : offset + size].to_array())
    return page_of(store, "", matches, (), offset, size)


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
