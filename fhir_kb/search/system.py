"""Search over several types at once, or over all: by what they have in common.

https://hl7.org/fhir/R4/http.html#search, https://hl7.org/fhir/R4/search.html#all
"""

from collections.abc import Iterable, Sequence

from fhir_kb.errors import InvalidParameter
from fhir_kb.search.query import Query, read_query
from fhir_kb.search.result import Limits
from fhir_kb.search.sort import check_common_sort
from fhir_kb.search.table import SearchTable

TYPES = "_type"

_Pairs = Sequence[tuple[str, str]]


def common_parameters(table: SearchTable) -> list[str]:
    """Return the codes of the parameters that every type has which is served."""
    first, *others = table.parameters.values()
    return sorted(set(first).intersection(*others))


def read_queries(table: SearchTable, pairs: _Pairs, limits: Limits, *, strict: bool) -> list[Query]:
    """Return what the pairs ask of each type that ``_type`` names, or of all.

    A parameter that one of the types does not have is left out for all, or refused. Refuses
    (InvalidParameter) a ``_type`` that is not understood, and an order that types do not share.
    """
    types, effective = _types(table, pairs)
    asked = [pair for pair in pairs if pair[0] != TYPES]
    for name, value in asked:
        if name == "_sort" and value.strip() and len(types) > 1:
            check_common_sort(table, types, value)
    left_out = {
        warning.parameter: warning
        for type in types
        for warning in read_query(table, type, asked, limits, strict=strict).warnings
    }
    kept = [pair for pair in asked if pair[0] not in left_out]
    queries = [read_query(table, type, kept, limits, strict=strict) for type in types]
    queries[0].warnings.extend(left_out.values())
    queries[0].effective[:0] = effective
    return queries


def _types(table: SearchTable, pairs: _Pairs) -> tuple[list[str], _Pairs]:
    """Return the types asked for in alphabetical order, and the pair that names them."""
    named = [pair for pair in pairs if pair[0].partition(":")[0] == TYPES]
    if not named:
        return sorted(table.parameters), ()
    (name, value), *more = named
    if more or name != TYPES:
        raise InvalidParameter(f"{TYPES} is given once and without modifier", expression=TYPES)
    return sorted(set(_served(table, value.split(",")))), ((name, value),)


def _served(table: SearchTable, types: Iterable[str]) -> Iterable[str]:
    for type in types:
        if type not in table.parameters:
            raise InvalidParameter(
                f"{TYPES} names {type[:64]!r}, which is not served in {table.version}; "
                f"these are: {', '.join(sorted(table.parameters))}",
                expression=TYPES,
            )
        yield type
