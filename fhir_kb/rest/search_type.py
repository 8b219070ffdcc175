"""Search over one resource type or over several, by GET and by POST ``_search``.

https://hl7.org/fhir/R4/http.html#search
"""

from collections.abc import Iterable, Iterator
from uuid import NAMESPACE_OID, uuid5

from fhir_kb.formats.json import write_json
from fhir_kb.rest.bundle_text import Link, bundle_response, found_entry, link
from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.rest.message import Request, Response
from fhir_kb.rest.negotiation import prefers_strict
from fhir_kb.rest.outcome import issue, outcome
from fhir_kb.rest.read import check_type
from fhir_kb.rest.subset import Subset, subset_asked, subsetted
from fhir_kb.search import SearchResult, search
from fhir_kb.search import search_system as search_over_types
from fhir_kb.store.resource import StoredResource

_RELATIONS = ("first", "previous", "self", "next", "last")


def search_type(endpoint: Endpoint, request: Request, type: str) -> Response:
    """Return one page of matches as a searchset Bundle.

    Refuses what ``search`` refuses; an unknown parameter is left out, said in the Bundle, unless
    the caller prefers ``handling=strict``.
    """
    check_type(endpoint, type)
    result = search(
        endpoint.store(),
        endpoint.table,
        type,
        request.pairs,
        endpoint.limits,
        strict=prefers_strict(request.header("prefer")),
        base_url=request.base,
    )
    return _answer(endpoint, request, f"{request.base}/{type}", result)


def search_system(endpoint: Endpoint, request: Request) -> Response:
    """Return one page of matches over the types in ``_type``, or over all types, as a searchset.

    Refuses what ``search_system`` of ``fhir_kb.search`` refuses.
    """
    result = search_over_types(
        endpoint.store(),
        endpoint.table,
        request.pairs,
        endpoint.limits,
        strict=prefers_strict(request.header("prefer")),
        base_url=request.base,
    )
    return _answer(endpoint, request, request.base, result)


def _answer(endpoint: Endpoint, request: Request, url: str, result: SearchResult) -> Response:
    subset = subset_asked(request.pairs)
    entries = [] if result.count_only else list(_entries(endpoint, request, result, subset))
    if result.warnings or result.explanation:
        entries.append(_outcome(result))
    return bundle_response("searchset", entries, _links(url, result), result.total)


def _links(url: str, result: SearchResult) -> Iterator[Link]:
    pages = {
        "self": result.self_pairs,
        "first": result.first_pairs,
        "previous": result.previous_pairs,
        "next": result.next_pairs,
        "last": result.last_pairs,
    }
    for relation in _RELATIONS:
        pairs = pages[relation]
        if pairs is not None:
            yield link(relation, url, pairs)


def _entries(
    endpoint: Endpoint, request: Request, result: SearchResult, subset: Subset | None
) -> Iterator[bytes]:
    parts: tuple[tuple[Iterable[StoredResource], bytes], ...] = (
        (result.matches, b"match"),
        (result.included, b"include"),
    )
    for resources, mode in parts:
        for resource in resources:
            body = resource.body
            if subset is not None:
                body = subsetted(body, subset, endpoint.version)
            yield found_entry(request.base, resource, body, mode)


def _outcome(result: SearchResult) -> bytes:
    """Return the entry that says what was not done as asked, and how the rest was understood."""
    issues = [
        issue("warning", warning.code, warning.message, f"http.{warning.parameter}")
        for warning in result.warnings
    ]
    issues += [issue("information", "informational", line) for line in result.explanation]
    body = write_json(outcome(*issues))
    # Named by what it says, so that the same answer has the same bytes.
    name = uuid5(NAMESPACE_OID, body.decode()).urn.encode()
    return b'{"fullUrl":"%b","resource":%b,"search":{"mode":"outcome"}}' % (name, body)
