"""Which resources meet a query, all of them and in no order: for who needs no pages.

https://hl7.org/fhir/R4/search.html#filter
"""

from collections.abc import Sequence

from fhir_kb.errors import InvalidParameter
from fhir_kb.search.cursor import CURSOR
from fhir_kb.search.evaluate import Evaluation
from fhir_kb.search.query import control_parameters, read_query
from fhir_kb.search.result import Limits, SearchWarning
from fhir_kb.search.table import SearchTable
from fhir_kb.store.interface import Rows, Store


def matching(
    store: Store,
    table: SearchTable,
    type: str,
    pairs: Sequence[tuple[str, str]],
    limits: Limits,
    *,
    base_url: str = "",
) -> tuple[Rows, tuple[SearchWarning, ...]]:
    """Return the rows of ``type`` that meet all pairs, and what the answer does not cover.

    Refuses (RequestError) what ``search`` refuses when it is strict, and what shapes a result.
    """
    shaping = {*control_parameters(table), CURSOR}
    for name, _ in pairs:
        if name.partition(":")[0] in shaping:
            raise InvalidParameter(
                f"{name[:64]} shapes a search result; here only what filters is taken",
                expression=name,
            )
    query = read_query(table, type, pairs, limits, strict=True)
    evaluation = Evaluation(store, table, base_url, query.warnings)
    rows = evaluation.all_of(type, query.conditions)
    return rows, tuple(dict.fromkeys(query.warnings))
