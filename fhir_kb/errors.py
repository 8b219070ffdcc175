"""The one exception tree: each class carries its HTTP status and FHIR issue code.

https://hl7.org/fhir/R4/valueset-issue-type.html

::

    FhirKbError                      500 exception
    ├── KnowledgeError               500 exception      an authored file is wrong
    ├── SettingError                 500 exception      a setting is wrong
    ├── AddressInUse                 500 exception      another program listens there
    ├── StoreError                   500 exception      the store cannot be used
    │   ├── CorruptedResource        500 exception      a stored body fails its checksum
    │   └── StoreUnavailable         503 transient      it cannot write now; nothing was written
    ├── OutsideError                 502 transient      another server was asked
    │   ├── OutsideRefused           502 security       it may not be reached, or misbehaves
    │   └── OutsideUnreachable       504 timeout        it did not answer in time
    └── RequestError                 400 invalid        the caller can mend it
        ├── MalformedContent         400 structure      JSON or XML that cannot be read
        │   └── TooLarge             413 too-long
        ├── InvalidParameter         400 value          a search value that cannot be understood
        ├── UnsupportedParameter     400 not-supported
        ├── UnsupportedModifier      400 not-supported
        ├── FHIRPathError            400 invalid        an expression that cannot be compiled or run
        ├── UnknownType              404 not-supported
        ├── UnknownResource          404 not-found
        ├── UnknownCode              404 not-found      a code, or a system, set or map of codes
        ├── TooCostly                422 too-costly     a value set or a Bundle beyond what is done
        ├── DeletedResource          410 deleted
        ├── ExpiredPage              410 not-found      a page of a search in an older release
        ├── MethodNotAllowed         405 not-supported
        ├── NotAcceptable            406 not-supported
        ├── RequestTimeout           408 timeout        the body did not come in time
        ├── UrlTooLong               414 too-long
        ├── UnsupportedMediaType     415 not-supported
        ├── Unauthenticated          401 login          told without a reason
        ├── ReadOnly                 403 forbidden      curated knowledge, or writes are off
        ├── Conflict                 409 conflict       what is written contradicts what is there
        ├── PreconditionFailed       412 conflict       If-Match names another version
        │   └── MultipleMatches      412 multiple-matches   a condition that several meet
        ├── InvalidResource          422 processing     the validator's issues say why
        ├── UnappliedPatch           422 processing     a patch that does not fit the resource
        ├── TooManyCalls         429 throttled      a client that should wait
        └── DataMissing              412 required       data of a patient that cannot be had

A message says what was asked, why it was refused and what would work.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar


class FhirKbError(Exception):
    """Root of the tree: a fault of ours unless a subclass says otherwise."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "exception"

    def __init__(self, message: str, *, expression: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.expression = expression


class KnowledgeError(FhirKbError):
    """An authored file is wrong; the message names file, line and what was expected."""


class SettingError(FhirKbError):
    """A setting has a value that it does not take; the message names its variable."""


class AddressInUse(FhirKbError):
    """Another program listens where the server is to listen."""


class StoreError(FhirKbError):
    """The store cannot be opened, built or read."""


class CorruptedResource(StoreError):
    """A stored body does not match its SHA-256: it is reported, never served."""


class StoreUnavailable(StoreError):
    """The disk is full or read-only, or the database is away; what was asked was not done."""

    status = 503
    code = "transient"


class OutsideError(FhirKbError):
    """Another server was asked and its answer cannot be used."""

    status = 502
    code = "transient"


class OutsideRefused(OutsideError):
    """An address that may not be reached, or an answer that is not taken."""

    code = "security"


class OutsideUnreachable(OutsideError):
    """No answer in time."""

    status = 504
    code = "timeout"


class RequestError(FhirKbError):
    """The caller asked for something that can be put right by the caller."""

    status = 400
    code = "invalid"


class MalformedContent(RequestError):
    """Text that is not strict JSON or XML; ``line`` and ``column`` start at 1.

    ``reason`` is the message without its place.
    """

    code = "structure"

    def __init__(
        self,
        message: str,
        *,
        line: int | None = None,
        column: int | None = None,
        expression: str | None = None,
    ) -> None:
        where = f" (line {line}, column {column})" if line is not None else ""
        super().__init__(message + where, expression=expression)
        self.reason = message
        self.line = line
        self.column = column


class TooLarge(MalformedContent):
    """Content beyond a limit of size, depth or number."""

    status = 413
    code = "too-long"


class InvalidParameter(RequestError):
    """A search parameter is known, its value is not of its form."""

    code = "value"


class UnsupportedParameter(RequestError):
    """A search parameter that the resource type does not have in this version."""

    code = "not-supported"


class UnsupportedModifier(RequestError):
    """A modifier or prefix that the parameter's type does not allow."""

    code = "not-supported"


class FHIRPathError(RequestError):
    """A FHIRPath expression that cannot be compiled, or fails while it runs."""


class UnknownType(RequestError):
    """A resource type, operation or URL that this server does not have."""

    status = 404
    code = "not-supported"


class UnknownResource(RequestError):
    """An id under which nothing is stored."""

    status = 404
    code = "not-found"


class UnknownCode(RequestError):
    """A code, code system, value set or concept map that is not held here."""

    status = 404
    code = "not-found"


class TooCostly(RequestError):
    """More than is done for one request: a value set that cannot be written out, a long Bundle."""

    status = 422
    code = "too-costly"


class DeletedResource(RequestError):
    """An id under which a resource once was."""

    status = 410
    code = "deleted"


class ExpiredPage(RequestError):
    """A page of a search that was begun before the knowledge was replaced."""

    status = 410
    code = "not-found"


class MethodNotAllowed(RequestError):
    """The URL exists, the HTTP method does not apply to it; ``allowed`` are those that do."""

    status = 405
    code = "not-supported"

    def __init__(self, message: str, *, allowed: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.allowed = tuple(allowed)


class NotAcceptable(RequestError):
    """No representation that the Accept header allows, or an unknown fhirVersion."""

    status = 406
    code = "not-supported"


class UnsupportedMediaType(RequestError):
    """A request body in a format that is not read here."""

    status = 415
    code = "not-supported"


class RequestTimeout(RequestError):
    """A body that did not come in time."""

    status = 408
    code = "timeout"


class UrlTooLong(RequestError):
    """A request target beyond the limit; the same search can be sent as a form."""

    status = 414
    code = "too-long"


class Unauthenticated(RequestError):
    """A call without a proof of who makes it; the answer tells nothing, the log tells why."""

    status = 401
    code = "login"


class ReadOnly(RequestError):
    """A write to curated knowledge, or to a server whose writes are off."""

    status = 403
    code = "forbidden"


class Conflict(RequestError):
    """A write that names a resource which its own condition does not find."""

    status = 409
    code = "conflict"


class PreconditionFailed(RequestError):
    """The resource is not in the version that the caller means to replace."""

    status = 412
    code = "conflict"


class MultipleMatches(PreconditionFailed):
    """A condition of a conditional interaction that more than one resource meets."""

    code = "multiple-matches"


class InvalidResource(RequestError):
    """A resource that the validator refuses; ``issues`` are those of the OperationOutcome."""

    status = 422
    code = "processing"

    def __init__(self, message: str, issues: Sequence[Mapping[str, object]]) -> None:
        super().__init__(message)
        self.issues = issues


class UnappliedPatch(RequestError):
    """A patch that is well-formed, but asks for what the resource does not have."""

    status = 422
    code = "processing"


class TooManyCalls(RequestError):
    """A client called more often than it may; ``seconds`` says when to call again."""

    status = 429
    code = "throttled"

    def __init__(self, message: str, *, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


class DataMissing(RequestError):
    """Data that a decision needs, that was not supplied and cannot be fetched.

    ``keys`` are the prefetch keys concerned, each with the reason in a few words.
    """

    status = 412
    code = "required"

    def __init__(self, message: str, keys: Mapping[str, str]) -> None:
        super().__init__(message)
        self.keys = keys
