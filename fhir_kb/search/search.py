"""A search from beginning to end: read, evaluate, sort, cut a page, include.

https://hl7.org/fhir/R4/http.html#search
"""

from collections.abc import Iterable, Sequence

from fhir_kb.search.evaluate import Evaluation
from fhir_kb.search.explain import explained
from fhir_kb.search.include import Including
from fhir_kb.search.paging import Paging, within
from fhir_kb.search.query import Query, read_query
from fhir_kb.search.question import union
from fhir_kb.search.result import Limits, SearchResult, SearchWarning
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
    paging = Paging(store, scope, query)
    store = paging.store
    evaluation = Evaluation(store, table, base_url, query.warnings)
    matches = union([evaluation.all_of(each.type, each.conditions) for each in queries])
    start, end = paging.span(_shown(query, len(matches)))
    types = [each.type for each in queries]
    rows = page_of(store, types, matches, query.sort, start, end - start)
    page = paging.cut(rows, start)
    including = Including(store, table, limits.include_max)
    beside, is_cut = including.rows(page.rows, query.includes)
    included = within(store, beside, limits.bytes_max)
    if is_cut or len(included) < len(beside):
        query.warnings.append(_cut_includes(limits))
    explanation = [
        line for each in queries if query.explained for line in explained(evaluation, each)
    ]
    return SearchResult(
        matches=tuple(page.resources),
        included=tuple(included),
        total=None if query.total == "none" else len(matches),
        count_only=query.count_only,
        warnings=tuple(dict.fromkeys(query.warnings)),
        self_pairs=paging.this(),
        first_pairs=paging.first(),
        previous_pairs=paging.before(page.start),
        next_pairs=paging.after(page.start + len(page.rows)),
        last_pairs=paging.last(),
        explanation=tuple(explanation),
    )


def _shown(query: Query, total: int) -> int:
    """Return how many matches all pages together show."""
    return total if query.results_max is None else min(total, query.results_max)


def _cut_includes(limits: Limits) -> SearchWarning:
    return SearchWarning(
        f"More than {limits.include_max} resources, or {limits.bytes_max // 1_000_000} MB, would "
        "be included; the others were left out. Ask for a smaller page",
        "too-costly",
        "_include",
    )
