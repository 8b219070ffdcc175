"""Patch: a change to a resource, in the form of JSON Patch or FHIRPath Patch.

https://hl7.org/fhir/R4/http.html#patch

A patch is applied to the version that is current when it is written, whoever wrote before.
"""

from collections.abc import Callable
from typing import NamedTuple

from fhir_kb.errors import InvalidResource, UnappliedPatch, UnknownResource
from fhir_kb.formats import Json
from fhir_kb.formats.json import read_json, read_json_value, write_json
from fhir_kb.rest.body import check_encoding, media_type_of, read_resource
from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.rest.message import Request, Response
from fhir_kb.rest.outcome import issue
from fhir_kb.rest.own_text import read_own
from fhir_kb.rest.read import check_type, found
from fhir_kb.rest.writes import fhirpath_patch, json_patch
from fhir_kb.rest.writes.criteria import match
from fhir_kb.rest.writes.preconditions import check_preconditions, held
from fhir_kb.rest.writes.validity import Issues, validated
from fhir_kb.rest.writes.written import Written, written_response
from fhir_kb.store.journal.interface import Transaction
from fhir_kb.store.resource import StoredResource

JSON_PATCH = "application/json-patch+json"
PATCH_FORMATS = (JSON_PATCH, "application/fhir+json", "application/fhir+xml")

_NEEDED = f"a JSON Patch as {JSON_PATCH}, or a Parameters resource (FHIRPath Patch)"

Change = Callable[[Json], Json]
"""Changes a resource, which may be used up."""

_NOT_TOLD = frozenset({"id", "meta", "implicitRules", "language", "text"})
_MADE_FROM_DATA = frozenset({"generated", "extensions"})
_NARRATIVE_GONE = issue(
    "information",
    "informational",
    "The narrative was left out: it was made from what the patch changed, and would contradict it",
    "text",
)


class Patched(NamedTuple):
    """A resource as a patch leaves it, and what is remarked."""

    before: StoredResource
    resource: Json
    issues: Issues


def patch(endpoint: Endpoint, request: Request, type: str, id: str) -> Response:
    """Return the new version.

    Refuses (UnknownResource) an id that is not there, (UnappliedPatch) a patch that does not fit,
    (PreconditionFailed) another version than If-Match names, and what ``validated`` refuses.
    """
    change = read_change(endpoint, request)
    ahead = patched(endpoint, found(endpoint, type, id), change)
    with endpoint.writable().transaction() as transaction:
        written = apply(endpoint, transaction, request, ahead, change)
    return written_response(request, written)


def conditional_patch(endpoint: Endpoint, request: Request, type: str) -> Response:
    """Return the new version of the one resource that the query finds; refuse when none is."""
    check_type(endpoint, type)
    change = read_change(endpoint, request)
    there = match(endpoint, endpoint.store(), type, request.pairs, request.base)
    ahead = patched(endpoint, there, change) if there else None
    with endpoint.writable().transaction() as transaction:
        current = match(endpoint, transaction.store, type, request.pairs, request.base)
        if current is None:
            raise UnknownResource(f"No {type} meets the condition; nothing was changed")
        if ahead is None or ahead.before != current:
            ahead = patched(endpoint, current, change)
        written = apply(endpoint, transaction, request, ahead, change)
    return written_response(request, written)


def read_change(endpoint: Endpoint, request: Request) -> Change:
    """Return what the body asks to be changed.

    Refuses (UnsupportedMediaType) XML Patch and other types, (MalformedContent) what is no patch.
    """
    if media_type_of(request) == JSON_PATCH:
        check_encoding(request)
        document = read_json_value(request.body, max_bytes=endpoint.body_bytes_max)
        operations = json_patch.read_operations(document)
        return lambda resource: json_patch.apply_json_patch(resource, operations)
    parameters = read_resource(endpoint, request, _NEEDED)
    return fhirpath_change(endpoint, parameters)


def fhirpath_change(endpoint: Endpoint, parameters: Json) -> Change:
    """Return what a Parameters resource asks to be changed."""
    operations = fhirpath_patch.read_operations(parameters)
    definitions = endpoint.version.definitions
    return lambda resource: fhirpath_patch.apply_fhirpath_patch(resource, operations, definitions)


def patched(endpoint: Endpoint, before: StoredResource, change: Change) -> Patched:
    """Return the resource after the change; refuse one that is invalid or another than before."""
    # What the patch made is written and read again: nothing is stored that could not be sent.
    after = read_json(
        write_json(_resource(change(read_own(before.body)))), max_bytes=endpoint.body_bytes_max
    )
    if (after.get("resourceType"), after.get("id")) != (before.type, before.id):
        raise UnappliedPatch(
            f"The patch would change the type or id of {before.type}/{before.id}; nothing was "
            "changed"
        )
    gone = _is_stale(after, read_own(before.body))
    if gone:
        del after["text"]
    remarks = (_NARRATIVE_GONE,) if gone else ()
    try:
        return Patched(before, after, (*remarks, *validated(endpoint, after, before.type)))
    except InvalidResource as refusal:
        refusal.issues = (*remarks, *refusal.issues)
        raise


def _is_stale(after: Json, before: Json) -> bool:
    """Return whether a narrative was made from data that the patch changed without it."""
    text = before.get("text")
    return (
        isinstance(text, dict)
        and text.get("status") in _MADE_FROM_DATA
        and after.get("text") == text
        and _content(after) != _content(before)
    )


def _resource(value: object) -> Json:
    if not isinstance(value, dict):
        raise UnappliedPatch("The patch would leave no resource; nothing was changed")
    return value


def _content(resource: Json) -> Json:
    """Return what a narrative could tell of."""
    return {key: value for key, value in resource.items() if key not in _NOT_TOLD}


def apply(
    endpoint: Endpoint,
    transaction: Transaction,
    request: Request,
    ahead: Patched,
    change: Change,
) -> Written:
    """Write what the patch makes of the current version, once the preconditions hold."""
    type, id = ahead.before.type, ahead.before.id
    current = held(transaction.store, type, id)
    check_preconditions(
        request.header("if-match"), request.header("if-none-match"), current, f"{type}/{id}"
    )
    if current is None:
        raise UnknownResource(f"{type}/{id} was deleted while it was being patched")
    done = ahead if current == ahead.before else patched(endpoint, current, change)
    return Written(200, transaction.write("PATCH", type, id, done.resource), done.issues)
