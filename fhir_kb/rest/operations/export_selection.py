"""What of each type an export takes: ``_typeFilter`` and ``_elements``.

https://hl7.org/fhir/uv/bulkdata/STU2/export.html#_typefilter-experimental-query-parameter
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from fhir_kb.errors import InvalidParameter, RequestError
from fhir_kb.export import Selecting, TypeFilter
from fhir_kb.rest.subset import Subset, subsetted
from fhir_kb.rest.writes.criteria import read_criteria
from fhir_kb.search import Limits, SearchTable, SearchWarning, matching
from fhir_kb.store.interface import Rows, Store
from fhir_kb.versions import Version

FILTERS_MAX = 100

# A comma parts two queries where the next one begins; elsewhere it parts the values of one.
_BETWEEN_QUERIES = re.compile(r",(?=[A-Z][A-Za-z]*\?)")

Refuse = Callable[[RequestError], None]


def selecting(table: SearchTable, version: Version, limits: Limits) -> Selecting:
    """Return what exports of one version are selected by."""

    def rows(store: Store, filter: TypeFilter, base: str) -> Rows:
        return filtered(store, table, filter, limits, base)[0]

    def shortened(type: str, text: bytes, elements: tuple[str, ...]) -> bytes:
        named = (element.rpartition(".") for element in elements)
        names = frozenset(name for of, _, name in named if of in ("", type))
        return subsetted(text, Subset(elements=names), version)

    return Selecting(rows, shortened)


def filtered(
    store: Store, table: SearchTable, filter: TypeFilter, limits: Limits, base: str
) -> tuple[Rows, tuple[SearchWarning, ...]]:
    """Return the rows that meet a filter; refuse (RequestError) one that is not understood."""
    pairs = read_criteria(filter.query)
    if not pairs:
        raise _not_a_query(f"{filter.type}?{filter.query}")
    return matching(store, table, filter.type, pairs, limits, base_url=base)


def read_filters(values: Iterable[str], types: Sequence[str]) -> list[TypeFilter]:
    """Return the queries in all values of ``_typeFilter``, on types that are exported."""
    filters = []
    for text in (part for value in values for part in _BETWEEN_QUERIES.split(value)):
        type, mark, query = text.strip().partition("?")
        if not mark:
            raise _not_a_query(text)
        if type not in types:
            raise InvalidParameter(
                f"_typeFilter asks for {type[:64]!r}, which is not among the types exported: "
                f"{', '.join(types)}",
                expression="_typeFilter",
            )
        filters.append(TypeFilter(type, query))
    if len(filters) > FILTERS_MAX:
        raise InvalidParameter(
            f"_typeFilter holds {len(filters)} queries; at most {FILTERS_MAX} are taken",
            expression="_typeFilter",
        )
    return filters


def _not_a_query(text: str) -> InvalidParameter:
    return InvalidParameter(
        f"_typeFilter holds {text[:80]!r}, which is no query; write Group?type=person, "
        "percent-encoded",
        expression="_typeFilter",
    )


def read_elements(
    values: Iterable[str], types: Sequence[str], version: Version, refuse: Refuse
) -> Iterator[str]:
    """Yield the elements named, ``name`` or ``Type.name``; hand to ``refuse`` what is none."""
    for text in (part.strip() for value in values for part in value.split(",")):
        type, dot, name = text.rpartition(".")
        places = [type] if dot else types
        if any(place in types and _has(version, place, name) for place in places):
            yield text
        else:
            refuse(
                InvalidParameter(
                    f"_elements names {text[:80]!r}, which is at the top of no resource that is "
                    "exported; write an element's name, or Type.name",
                    expression="_elements",
                )
            )


def _has(version: Version, type: str, name: str) -> bool:
    shape = version.definitions.type(type)
    return shape is not None and name in shape.elements
