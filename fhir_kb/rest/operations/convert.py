"""``$convert``: a resource of another FHIR version in this endpoint's, or in another format.

https://hl7.org/fhir/R5/resource-operation-convert.html, https://hl7.org/fhir/versioning.html

Content-Type names the version that is sent (``application/fhir+json; fhirVersion=5.0``), the
endpoint, or Accept where versions are negotiated, the one that is wanted. The answer holds the
resource and what became of everything that the other version does not have.
"""

from collections.abc import Mapping

from fhir_kb.errors import InvalidParameter, InvalidResource
from fhir_kb.formats import Json
from fhir_kb.formats.json import write_json
from fhir_kb.rest.body import fhir_version_of
from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.rest.message import Request, Response
from fhir_kb.rest.operations.answer import parameters
from fhir_kb.rest.operations.given import read_given
from fhir_kb.rest.operations.parameter import Parameter
from fhir_kb.rest.outcome import issue, outcome
from fhir_kb.settings import CANONICAL
from fhir_kb.validation import Validator, operation_outcome
from fhir_kb.validation.validator import SPECIFICATION_ONLY
from fhir_kb.versions import Version, by_fhir_version
from fhir_kb.versions.conversion import Note, convert

DEFINITION = f"{CANONICAL}/OperationDefinition/convert"
_PARAMETERS = (Parameter("resource", "resource", types=("Resource",)),)
_SEVERITIES: Mapping[str, tuple[str, str]] = {
    "carried": ("information", "informational"),
    "filled": ("information", "informational"),
    "dangling": ("warning", "incomplete"),
    "lost": ("error", "incomplete"),
}
"""Severity and code of an issue, by the kind of a note."""


def convert_resource(endpoint: Endpoint, request: Request) -> Response:
    """Return the resource that was sent as ``return``, and the list of notes as ``outcome``.

    Refuses a version that is not known, a resource that is not well-formed in its own
    (InvalidResource), and between versions a type whose elements were not compared.
    """
    source, target = _source(endpoint, request), endpoint.version
    given = read_given("$convert", _PARAMETERS, request, source.definitions)
    resource = given.one("resource")
    if resource is None:
        raise InvalidParameter("$convert takes a resource in the body, alone or as a parameter")
    _check(resource, source)
    if source is target:
        return _answer(resource, ())
    conversion = convert(resource, source.definitions, target.definitions)
    return _answer(conversion.resource, conversion.notes)


def _source(endpoint: Endpoint, request: Request) -> Version:
    """Return the version that is sent: the one that Content-Type names, else the endpoint's."""
    named = fhir_version_of(request)
    return by_fhir_version(named) if named else endpoint.version


def _check(resource: Json, source: Version) -> None:
    validator = Validator(source.definitions, SPECIFICATION_ONLY)
    found = validator.validate(write_json(resource), mode="structure")
    wrong = [each for each in found if each.severity in ("error", "fatal")]
    if wrong:
        raise InvalidResource(
            f"What is to be converted is no {source.name} resource; Content-Type tells its version "
            "as fhirVersion=4.0, 4.3 or 5.0",
            operation_outcome(wrong)["issue"],
        )


def _answer(resource: Json, notes: tuple[Note, ...]) -> Response:
    issues = [_issue(note) for note in notes] or [
        issue("information", "informational", "Every element has its place in this version")
    ]
    return parameters(
        [
            {"name": "return", "resource": resource},
            {"name": "outcome", "resource": outcome(*issues)},
        ]
    )


def _issue(note: Note) -> Json:
    severity, code = _SEVERITIES[note.kind]
    return issue(severity, code, f"{note.path}: {note.message}", note.path)
