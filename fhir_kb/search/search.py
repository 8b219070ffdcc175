"""A search from beginning to end: read, evaluate, sort, cut a page, include.

https://hl7.org/fhir/R4/http.html#search
"""

from collections.abc import Iterable

from fhir_kb.search.cursor import CURSOR, read_cursor, write_cursor
from fhir_kb.search.evaluate import Evaluation
from fhir_kb.search.explain import explained
from fhir_kb.search.include import Including
from fhir_kb.search.query import Query, read_query
from fhir_kb.search.result import Limits, Pairs, SearchResult, SearchWarning
from fhir_kb.search.sort import page_of
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
    evaluation = Evaluation(store, table, base_url, query.warnings)
    matches = evaluation.all_of(type, query.conditions)
    paging = _Paging(store.fingerprint, type, query, _shown(query, len(matches)))
    offset = paging.offset()
    included: list[int] = []
    page: list[int] = []
    if not query.count_only:
        size = min(query.page_size, _shown(query, len(matches)) - offset)
        page = page_of(store, type, matches, query.sort, offset, size)
        including = Including(store, table, limits.include_max)
        included, cut = including.rows(page, query.includes)
        if cut:
            query.warnings.append(_cut_includes(limits))
    return SearchResult(
        matches=tuple(store.resources(page)),
        included=tuple(store.resources(included)),
        total=None if query.total == "none" else len(matches),
        count_only=query.count_only,
        warnings=tuple(query.warnings),
        self_pairs=paging.at(offset),
        first_pairs=paging.first(),
        previous_pairs=paging.previous(offset),
        next_pairs=paging.next(offset),
        last_pairs=paging.last(),
        explanation=explained(evaluation, query) if query.explained else (),
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
    """The pages of one query's matches."""

    def __init__(self, fingerprint: str, type: str, query: Query, total: int) -> None:
        self._fingerprint = fingerprint
        self._pairs = tuple(query.effective)
        self._bound_to = (("", type), *self._pairs)
        self._cursor = query.cursor
        self._size = 0 if query.count_only else query.page_size
        self._total = total

    def offset(self) -> int:
        """Return where this page starts; refuse a cursor that is not of this query."""
        if self._cursor is None:
            return 0
        offset = read_cursor(self._cursor, self._fingerprint, self._bound_to)
        return min(offset, self._total)

    def at(self, offset: int) -> Pairs:
        """Return the query for the page at ``offset``."""
        if offset <= 0:
            return self._pairs
        cursor = write_cursor(self._fingerprint, self._bound_to, offset)
        return (*self._pairs, (CURSOR, cursor))

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
