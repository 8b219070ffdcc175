"""Update: the next version of a resource, or its first under an id that the client chose.

https://hl7.org/fhir/R4/http.html#update, https://hl7.org/fhir/R4/http.html#cond-update
"""

import re

from fhir_kb.errors import Conflict, RequestError
from fhir_kb.formats import Json
from fhir_kb.rest.body import read_resource
from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.rest.message import Request, Response
from fhir_kb.rest.read import check_type
from fhir_kb.rest.writes.create import check_type_of
from fhir_kb.rest.writes.criteria import match
from fhir_kb.rest.writes.preconditions import check_preconditions, held
from fhir_kb.rest.writes.validity import Issues, validated
from fhir_kb.rest.writes.written import Written, written_response
from fhir_kb.store.interface import Store
from fhir_kb.store.journal.interface import Transaction
from fhir_kb.store.resource import StoredResource

_ID = re.compile(r"[A-Za-z0-9.-]{1,64}", re.ASCII)


def update(endpoint: Endpoint, request: Request, type: str, id: str) -> Response:
    """Return the new version: 200, or 201 when there was none.

    Refuses an id that is not FHIR's or not the resource's own, what ``read_resource`` and
    ``validated`` refuse, and (PreconditionFailed) another version than If-Match names.
    """
    check_type(endpoint, type)
    check_id(id)
    resource = read_resource(endpoint, request)
    check_identity(resource, type, id)
    issues = validated(endpoint, request.body, type)
    with endpoint.writable().transaction() as transaction:
        written = put(transaction, request, type, id, resource, issues)
    return written_response(request, written)


def conditional_update(endpoint: Endpoint, request: Request, type: str) -> Response:
    """Return the new version of the one resource that the query finds, or a new resource.

    Refuses what ``update`` and ``target_of`` refuse.
    """
    check_type(endpoint, type)
    resource = read_resource(endpoint, request)
    check_type_of(resource, type)
    issues = validated(endpoint, request.body, type)
    with endpoint.writable().transaction() as transaction:
        store = transaction.store
        found = match(endpoint, store, type, request.pairs, request.base)
        id = target_of(store, type, resource.get("id"), found) or endpoint.new_id()
        written = put(transaction, request, type, id, resource, issues)
    return written_response(request, written)


def put(
    transaction: Transaction, request: Request, type: str, id: str, resource: Json, issues: Issues
) -> Written:
    """Write the next version, or the first, once the request's preconditions hold."""
    current = held(transaction.store, type, id)
    check_preconditions(
        request.header("if-match"), request.header("if-none-match"), current, f"{type}/{id}"
    )
    return Written(200 if current else 201, transaction.write("PUT", type, id, resource), issues)


def target_of(store: Store, type: str, own_id: object, found: StoredResource | None) -> str | None:
    """Return the id that a conditional update writes to; None for one that the server names.

    Refuses (RequestError) a resource whose id is not that of the one found, and (Conflict) an id
    that is taken by a resource which the condition does not find.
    """
    if own_id is None:
        return found.id if found else None
    id = check_id(str(own_id))
    if found is not None and found.id != id:
        raise RequestError(
            f"The condition finds {type}/{found.id}, the resource has the id {id!r}; "
            "leave the id out, or send the one that is found"
        )
    if found is None and store.row(type, id) is not None:
        raise Conflict(f"{type}/{id} exists, but does not meet the condition; nothing was changed")
    return id


def check_id(id: str) -> str:
    """Return the id; refuse (RequestError) what is not of FHIR's form."""
    if not _ID.fullmatch(id):
        raise RequestError(
            f"{id[:80]!r} is no id; it has 1 to 64 of A-Z, a-z, 0-9, - and .", expression="id"
        )
    return id


def check_identity(resource: Json, type: str, id: str) -> None:
    """Refuse (RequestError) a resource of another type or id than its URL names."""
    check_type_of(resource, type)
    own = resource.get("id")
    if own != id:
        said = f"has the id {str(own)[:80]!r}" if own is not None else "has no id"
        raise RequestError(
            f"The URL is of {type}/{id}, the resource {said}; both must be the same",
            expression=f"{type}.id",
        )
