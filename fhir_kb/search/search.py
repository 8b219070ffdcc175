"""A search from beginning to end: read, evaluate, sort, cut a page, include.

https://hl7.org/fhir/R4/http.html#search
"""

from collections.abc import Iterable, Sequence

from fhir_kb.search.cursor import CURSOR, Place, read_cursor, write_cursor
from fhir_kb.search.evaluate import Evaluation
from fhir_kb.search.explain import explained
from fhir_kb.search.include import Including
from fhir_kb.search.query import Query, read_query
from fhir_kb.search.question import union
from fhir_kb.search.result import Limits, Pairs, SearchResult, SearchWarning
from fhir_kb.search.sort import page_of
from fhir_kb.search.system import read_queries
from fhir_kb.search.table import SearchTable
from fhir_kb.store.interface import Store

DEFAULT_LIMITS = Limits()


def search(
    store: Store,
    table: SearchTable,
    type: str,
    pairs: Iterable[tuple[str, str]],
    limits: Limits = DEFAULT_LIMITS,
    *,
    strict: bool = False,
    base_url: str = "",
) -> SearchResult:
    """Return the page of resources of ``type`` that the decoded query ``pairs`` asks for.

    ``strict`` refuses what is otherwise left out with a warning; ``base_url`` is this server's
    own address, by which clients may write references. Refuses with RequestError what cannot be
    understood, and with CorruptedResource what is damaged.
    """
    table.of_type(type)
    query = read_query(table, type, tuple(pairs), limits, strict=strict)
    return _page(store, table, type, [query], base_url)


def search_system(
    store: Store,
    table: SearchTable,
    pairs: Iterable[tuple[str, str]],
    limits: Limits = DEFAULT_LIMITS,
    *,
    strict: bool = False,
    base_url: str = "",
) -> SearchResult:
    """Return the page of resources of the types in ``_type``, or of all, as ``search`` does.

    Refuses what ``search`` and ``read_queries`` refuse.
    """
    queries = read_queries(table, tuple(pairs), limits, strict=strict)
    return _page(store, table, "", queries, base_url)


def _page(
    store: Store, table: SearchTable, scope: str, queries: Sequence[Query], base_url: str
) -> SearchResult:
    """Return a page of what the queries, one for each type, find; ``scope`` names the search.

    What is asked of the result is the same in all, but for the first one's warnings.
    """
    query = queries[0]
    limits = query.limits
    paging = _Paging(store, scope, query)
    store = paging.store
    evaluation = Evaluation(store, table, base_url, query.warnings)
    matches = union([evaluation.all_of(each.type, each.conditions) for each in queries])
    offset = paging.offset(_shown(query, len(matches)))
    included: list[int] = []
    page: list[int] = []
    if not query.count_only:
        size = min(query.page_size, _shown(query, len(matches)) - offset)
        types = [each.type for each in queries]
        page = page_of(store, types, matches, query.sort, offset, size)
        including = Including(store, table, limits.include_max)
        included, cut = including.rows(page, query.includes)
        if cut:
            query.warnings.append(_cut_includes(limits))
    explanation = [
        line for each in queries if query.explained for line in explained(evaluation, each)
    ]
    return SearchResult(
        matches=tuple(store.resources(page)),
        included=tuple(store.resources(included)),
        total=None if query.total == "none" else len(matches),
        count_only=query.count_only,
        warnings=tuple(dict.fromkeys(query.warnings)),
        self_pairs=paging.at(offset),
        first_pairs=paging.first(),
        previous_pairs=paging.previous(offset),
        next_pairs=paging.next(offset),
        last_pairs=paging.last(),
        explanation=tuple(explanation),
    )


def _shown(query: Query, total: int) -> int:
    """Return how many matches all pages together show."""
    return total if query.results_max is None else min(total, query.results_max)


def _cut_includes(limits: Limits) -> SearchWarning:
    return SearchWarning(
        f"More than {limits.include_max} resources would be included; the others were left out. "
        "Ask for a smaller page",
        "too-costly",
        "_include",
    )


class _Paging:
    """The pages of one query's matches in ``store``: as it was when the first page was shown.

    Refuses a cursor that is not of this query, and one of a state that is no longer kept.
    """

    def __init__(self, store: Store, type: str, query: Query) -> None:
        self._origin = store.origin
        self._pairs = tuple(query.effective)
        self._bound_to = (("", type), *self._pairs)
        self._size = 0 if query.count_only else query.page_size
        self._is_begun = query.cursor is not None
        self._place = Place(store.sequence, 0)
        if query.cursor is not None:
            self._place = read_cursor(query.cursor, self._origin, self._bound_to)
        self._total = 0
        self.store = store.at(self._place.sequence)

    def offset(self, total: int) -> int:
        """Return where this page of ``total`` matches starts."""
        self._total = total
        return min(self._place.offset, total)

    def at(self, offset: int) -> Pairs:
        """Return the query for the page at ``offset``."""
        if offset <= 0 and not self._is_begun:
            return self._pairs
        place = Place(self._place.sequence, max(offset, 0))
        return (*self._pairs, (CURSOR, write_cursor(self._origin, self._bound_to, place)))

    def first(self) -> Pairs | None:
        return self.at(0) if self._size else None

    def previous(self, offset: int) -> Pairs | None:
        if not self._size or offset <= 0:
            return None
        return self.at((offset - 1) // self._size * self._size)

    def next(self, offset: int) -> Pairs | None:
        if not self._size or offset + self._size >= self._total:
            return None
        return self.at(offset + self._size)

    def last(self) -> Pairs | None:
        return self.at(self._last_offset()) if self._size else None

    def _last_offset(self) -> int:
        return max(self._total - 1, 0) // self._size * self._size
