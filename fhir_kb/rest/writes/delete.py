"""Delete: the resource is gone, its history stays.

https://hl7.org/fhir/R4/http.html#delete
"""

from collections.abc import Sequence
from dataclasses import replace

from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.rest.message import Request, Response
from fhir_kb.rest.read import check_type
from fhir_kb.rest.writes.criteria import every_match
from fhir_kb.rest.writes.preconditions import check_preconditions, held
from fhir_kb.rest.writes.written import Written, written_response
from fhir_kb.store.journal.interface import Transaction


def delete(endpoint: Endpoint, request: Request, type: str, id: str) -> Response:
    """Return 204, also when there was nothing; refuse another version than If-Match names."""
    check_type(endpoint, type)
    with endpoint.writable().transaction() as transaction:
        written = remove(transaction, request, type, id)
    return written_response(request, written)


def conditional_delete(endpoint: Endpoint, request: Request, type: str) -> Response:
    """Return 204 once all that the query finds is deleted, also when there is nothing.

    Either all is deleted or nothing. Refuses (MultipleMatches) more than a Bundle takes, and
    (ReadOnly) a query that finds curated knowledge among the rest.
    """
    check_type(endpoint, type)
    with endpoint.writable().transaction() as transaction:
        ids = every_match(endpoint, transaction.store, type, request.pairs, request.base)
        written = remove_all(transaction, request, type, ids)
    return written_response(request, written)


def remove_all(
    transaction: Transaction, request: Request, type: str, ids: Sequence[str]
) -> Written:
    """Delete resources once the request's preconditions hold for each."""
    if not ids:
        return Written(204, None, deleted=True)
    first, *others = (remove(transaction, request, type, id) for id in ids)
    also = tuple(other.resource for other in others if other.resource is not None)
    return replace(first, also=also)


def remove(transaction: Transaction, request: Request, type: str, id: str) -> Written:
    """Delete one resource once the request's preconditions hold."""
    header = request.header("if-match")
    if header:
        check_preconditions(header, "", held(transaction.store, type, id), f"{type}/{id}")
    return Written(204, transaction.delete(type, id), deleted=True)
