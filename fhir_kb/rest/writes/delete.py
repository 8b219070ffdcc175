"""Delete: the resource is gone, its history stays.

https://hl7.org/fhir/R4/http.html#delete
"""

from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.rest.message import Request, Response
from fhir_kb.rest.read import check_type
from fhir_kb.rest.writes.criteria import match
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
    """Return 204 once the resource that the query finds is deleted, also when there is none.

    Refuses (MultipleMatches) a query that finds several: none is deleted.
    """
    check_type(endpoint, type)
    with endpoint.writable().transaction() as transaction:
        found = match(endpoint, transaction.store, type, request.pairs, request.base)
        if found is None:
            written = Written(204, None, deleted=True)
        else:
            written = remove(transaction, request, type, found.id)
    return written_response(request, written)


def remove(transaction: Transaction, request: Request, type: str, id: str) -> Written:
    """Delete one resource once the request's preconditions hold."""
    header = request.header("if-match")
    if header:
        check_preconditions(header, "", held(transaction.store, type, id), f"{type}/{id}")
    return Written(204, transaction.delete(type, id), deleted=True)
