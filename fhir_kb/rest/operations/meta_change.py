"""``$meta-add`` and ``$meta-delete``: profiles, tags and security labels put on or taken off.

https://hl7.org/fhir/R4/resource-operation-meta-add.html,
https://hl7.org/fhir/R4/resource-operation-meta-delete.html

Of resources that clients wrote; the change is a version of its own. A tag is told by its system
and code, a profile by its URL.
"""

from collections.abc import Callable
from typing import Any

from fhir_kb.errors import InvalidParameter
from fhir_kb.formats import Json
from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.rest.message import Request, Response
from fhir_kb.rest.operations.answer import parameter, parameters
from fhir_kb.rest.operations.given import read_given
from fhir_kb.rest.operations.parameter import Parameter
from fhir_kb.rest.own_text import read_own
from fhir_kb.rest.read import found
from fhir_kb.rest.writes.preconditions import check_preconditions, held
from fhir_kb.rest.writes.validity import validated

ADD = "http://hl7.org/fhir/OperationDefinition/Resource-meta-add"
DELETE = "http://hl7.org/fhir/OperationDefinition/Resource-meta-delete"
_LISTS = ("profile", "security", "tag")

Change = Callable[[list[Any], list[Any]], list[Any]]
"""What becomes of the entries there are, given those that were sent."""


def add_meta(endpoint: Endpoint, request: Request, type: str, id: str) -> Response:
    """Add what was sent to the resource's meta, each once, and return the meta."""
    return _changed(endpoint, request, type, id, _added)


def delete_meta(endpoint: Endpoint, request: Request, type: str, id: str) -> Response:
    """Take what was sent off the resource's meta, and return the meta."""
    return _changed(endpoint, request, type, id, _deleted)


def _changed(endpoint: Endpoint, request: Request, type: str, id: str, change: Change) -> Response:
    """Write the changed resource unless nothing changes.

    Refuses an id that is not there, curated knowledge (ReadOnly), another version than If-Match
    names, and a profile that the resource does not meet.
    """
    meta = Parameter("meta", "Meta")
    given = read_given(request.path[-1], (meta,), request, endpoint.version.definitions)
    sent = given.one("meta")
    if not isinstance(sent, dict):
        raise InvalidParameter("meta is not given; it holds what is put on or taken off")
    ahead = _with(read_own(found(endpoint, type, id).body), sent, change)
    validated(endpoint, ahead, type)
    with endpoint.writable().transaction() as transaction:
        current = held(transaction.store, type, id)
        check_preconditions(request.header("if-match"), "", current, f"{type}/{id}")
        stored = current or found(endpoint, type, id)
        before = read_own(stored.body)
        resource = _with(before, sent, change)
        if resource != before:
            stored = transaction.write("PUT", type, id, resource)
    return parameters([parameter("return", "Meta", read_own(stored.body).get("meta", {}))])


def _with(resource: Json, sent: Json, change: Change) -> Json:
    meta = dict(resource.get("meta", {}))
    for name in _LISTS:
        entries = change(meta.get(name, []), sent.get(name, []))
        meta.pop(name, None)
        if entries:
            meta[name] = entries
    return {**resource, "meta": meta}


def _added(present: list[Any], sent: list[Any]) -> list[Any]:
    together = list(present)
    for entry in sent:
        if _identity(entry) not in map(_identity, together):
            together.append(entry)
    return together


def _deleted(present: list[Any], sent: list[Any]) -> list[Any]:
    gone = [_identity(entry) for entry in sent]
    return [entry for entry in present if _identity(entry) not in gone]


def _identity(entry: Any) -> Any:
    return (entry.get("system"), entry.get("code")) if isinstance(entry, dict) else entry
