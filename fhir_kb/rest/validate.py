"""``$validate``: a resource in, an OperationOutcome out.

https://hl7.org/fhir/R4/resource-operation-validate.html

On a type for a resource of any type this version has, on an instance for one that is stored here
or sent. The verdict is the answer: 200 whatever it is, also on content that cannot be read.
``mode`` is FHIR's (create, update, delete, profile) or one of the validator's own, which say how
far it looks (structure, standard, strict).
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from fhir_kb.errors import InvalidParameter, UnknownType
from fhir_kb.formats.json import write_json
from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.rest.message import Request, Response
from fhir_kb.rest.own_text import read_own
from fhir_kb.rest.read import found
from fhir_kb.rest.validation_request import Asked, read_asked
from fhir_kb.validation import Issue, Limits, Mode, Validator, operation_outcome
from fhir_kb.validation.wording import nearest

DEFINITION = "http://hl7.org/fhir/OperationDefinition/Resource-validate"
LIMITS = Limits(seconds=10)

_MODES: Mapping[str, Mode] = {
    "": "standard",
    "create": "standard",
    "update": "standard",
    "delete": "standard",
    "profile": "standard",
    "structure": "structure",
    "standard": "standard",
    "strict": "strict",
}


def validate_type(endpoint: Endpoint, request: Request, type: str) -> Response:
    """Return the outcome of validating the resource that was sent.

    Refuses a type that this version does not have, a mode that does not exist, and a request
    without a resource.
    """
    asked = _asked(endpoint, request, type)
    if not asked.content:
        raise InvalidParameter(
            f"{type}/$validate takes a resource in the body, alone or as the parameter 'resource' "
            f"of a Parameters resource; {type}/[id]/$validate takes one that is stored here"
        )
    return _answer(endpoint, asked, type)


def validate_instance(endpoint: Endpoint, request: Request, type: str, id: str) -> Response:
    """Return the outcome of validating the resource that was sent, or else the stored one.

    Refuses what ``validate_type`` refuses, and an id that is not there when nothing was sent.
    """
    asked = _asked(endpoint, request, type)
    if asked.content:
        return _answer(endpoint, asked, type, id)
    body = found(endpoint, type, id).body
    if asked.mode == "delete":
        return _outcome(list(_undeletable(endpoint, type, id)))
    return _answer(endpoint, Asked(body, (), read_own(body), asked.profiles, asked.mode), type, id)


def _asked(endpoint: Endpoint, request: Request, type: str) -> Asked:
    definitions = endpoint.version.definitions
    known = definitions.resource_types
    if type not in known:
        hint = nearest(type, known)
        raise UnknownType(f"FHIR {definitions.name} has no resource type {type!r}{hint}")
    asked = read_asked(request, type, definitions)
    if asked.mode not in _MODES:
        modes = ", ".join(filter(None, _MODES))
        raise InvalidParameter(f"mode is {asked.mode!r}; it takes {modes}")
    return asked


def _answer(endpoint: Endpoint, asked: Asked, type: str, id: str = "") -> Response:
    validator = Validator(endpoint.version.definitions, endpoint.conformance())
    issues = validator.validate(
        asked.content,
        profiles=asked.profiles,
        mode=_MODES[asked.mode],
        limits=replace(LIMITS, bytes=len(asked.content)),
        part=asked.part,
    )
    return _outcome([*_misplaced(asked, type, id), *issues])


def _undeletable(endpoint: Endpoint, type: str, id: str) -> Iterator[Issue]:
    """Yield why a stored resource cannot be deleted; what a client wrote can."""
    newest = endpoint.versions().history(type, id, limit=1).versions
    if endpoint.written is None or not newest[0].sequence:
        yield _refusal("not-supported", "The knowledge is read-only: it is not deleted")


def _outcome(issues: list[Issue]) -> Response:
    return Response(200, write_json(operation_outcome(issues)))


def _misplaced(asked: Asked, type: str, id: str) -> Iterator[Issue]:
    """Yield what keeps the resource from being the one that the URL names."""
    own_type, own_id = asked.resource.get("resourceType", type), asked.resource.get("id")
    if own_type != type:
        yield _refusal("invalid", f"The URL is of {type}, the resource is of type {own_type!r}")
    if asked.mode == "update" and id and own_id != id:
        words = f"the id {own_id!r}" if own_id else "no id"
        yield _refusal("invalid", f"An update of {type}/{id} has the id {id!r}; here is {words}")


def _refusal(code: str, message: str) -> Issue:
    """Return what is wrong with the request, not with the resource."""
    return Issue("error", code, "request", message, "")
