"""The condition of a conditional interaction: a search that finds what is written to.

https://hl7.org/fhir/R4/http.html#cond-update
"""

from collections.abc import Iterable
from urllib.parse import parse_qsl

from fhir_kb.errors import InvalidParameter, MultipleMatches, UnsupportedParameter
from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.rest.message import Pairs
from fhir_kb.search import control_parameters, matching, search
from fhir_kb.store.interface import Store
from fhir_kb.store.resource import StoredResource

OF_THE_ANSWER = frozenset({"_format", "_pretty", "_summary", "_elements"})
"""Parameters that any request may have in its URL."""


def read_criteria(query: str) -> Pairs:
    """Return the pairs of a condition written as a query, with or without its question mark."""
    try:
        pairs = parse_qsl(
            query.removeprefix("?"), keep_blank_values=True, errors="strict", max_num_fields=100
        )
    except (UnicodeDecodeError, ValueError):
        raise InvalidParameter(
            f"The condition {query[:80]!r} is not percent-encoded UTF-8 with at most 100 parameters"
        ) from None
    return tuple(pairs)


def read_condition(text: str, type: str, base: str) -> Pairs:
    """Return the pairs of a condition on ``type``, in which also the URL of a search may stand.

    Clients write ``Type?query`` or the whole URL of a search on this server (``base``). Refuses
    (InvalidParameter) one of another type or server: it would be asked of the wrong resources.
    """
    place, mark, query = text.strip().partition("?")
    # A question mark behind the first "=" belongs to a value.
    if not mark or "=" in place:
        return read_criteria(text.strip())
    if place and place.removeprefix(f"{base}/") != type:
        raise InvalidParameter(
            f"The condition asks {place[:120]!r}, but is on {type} of this server; write the "
            f"parameters alone, {type}?… or {base}/{type}?…"
        )
    return read_criteria(query)


def match(
    endpoint: Endpoint, store: Store, type: str, pairs: Pairs, base: str
) -> StoredResource | None:
    """Return the one resource that meets the condition, None when none does.

    Refuses (MultipleMatches) several, and (RequestError) a condition that is not understood to
    its last parameter: to leave one out would match more than was meant.
    """
    conditions = _conditions(endpoint, type, pairs)
    asked = [*conditions, ("_count", "2")]
    limits = endpoint.limits
    result = search(store, endpoint.table, type, asked, limits, strict=True, base_url=base)
    if len(result.matches) > 1:
        raise MultipleMatches(
            f"{result.total} resources of type {type} meet the condition {_told(conditions)}; "
            "name what only one has"
        )
    return result.matches[0] if result.matches else None


def every_match(endpoint: Endpoint, store: Store, type: str, pairs: Pairs, base: str) -> list[str]:
    """Return the ids of all resources that meet the condition, at most as many as a Bundle takes.

    Refuses (MultipleMatches) more, and a condition that ``match`` refuses.
    """
    conditions = _conditions(endpoint, type, pairs)
    rows, _ = matching(store, endpoint.table, type, conditions, endpoint.limits, base_url=base)
    if len(rows) > endpoint.entries_max:
        raise MultipleMatches(
            f"{len(rows)} resources of type {type} meet the condition {_told(conditions)}; at most "
            f"{endpoint.entries_max} are deleted at once"
        )
    return [id for _, id in store.identities(rows)]


def _conditions(endpoint: Endpoint, type: str, pairs: Pairs) -> list[tuple[str, str]]:
    """Return the pairs that filter; refuse those that do not, and a condition without any."""
    conditions = [pair for pair in pairs if pair[0] not in OF_THE_ANSWER]
    of_results = {*control_parameters(endpoint.table), "_cursor"}
    for name, _ in conditions:
        if name.partition(":")[0] in of_results:
            raise UnsupportedParameter(f"{name} shapes results; a condition only filters")
    if not conditions:
        raise InvalidParameter(
            f"The condition on {type} is empty; name what finds one resource, as "
            "identifier=https://example.org/reports|17"
        )
    return conditions


def _told(conditions: Iterable[tuple[str, str]]) -> str:
    return "&".join(f"{name}={value}" for name, value in conditions)[:200]
