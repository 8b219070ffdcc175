"""``CodeSystem/$subsumes``: whether one code includes another.

https://hl7.org/fhir/R4/codesystem-operation-subsumes.html
"""

from fhir_kb.errors import InvalidParameter
from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.rest.message import Request, Response
from fhir_kb.rest.operations.answer import parameter, parameters
from fhir_kb.rest.operations.asked_code import Names, one_code
from fhir_kb.rest.operations.given import Given, read_given
from fhir_kb.rest.operations.held_terminology import held, system_named, url_of
from fhir_kb.rest.operations.parameter import Parameter
from fhir_kb.terminology import subsumes

DEFINITION = "http://hl7.org/fhir/OperationDefinition/CodeSystem-subsumes"
_PARAMETERS = (
    Parameter("codeA"),
    Parameter("codeB"),
    Parameter("system"),
    Parameter("version"),
    Parameter("codingA", "Coding"),
    Parameter("codingB", "Coding"),
)


def subsumes_type(endpoint: Endpoint, request: Request) -> Response:
    """Return how A stands to B; refuse (UnknownCode) what is not held or cannot be told."""
    given = read_given("$subsumes", _PARAMETERS, request, endpoint.version.definitions)
    return _answer(endpoint, given, None)


def subsumes_instance(endpoint: Endpoint, request: Request, id: str) -> Response:
    """Return how A stands to B in this CodeSystem; refuses what ``subsumes_type`` does."""
    given = read_given("$subsumes", _PARAMETERS, request, endpoint.version.definitions)
    return _answer(endpoint, given, url_of(endpoint, "CodeSystem", id, given.text("system")))


def _answer(endpoint: Endpoint, given: Given, url: str | None) -> Response:
    a, b = (one_code(given, Names(f"code{each}", f"coding{each}")) for each in "AB")
    named = [system for system in (url, a.system, b.system) if system]
    systems = {system.partition("|")[0] for system in named}
    if len(systems) != 1:
        told = " and ".join(sorted(systems)) or "none"
        raise InvalidParameter(f"Both codes must be of one system; the systems given are: {told}")
    terminology = held(endpoint)
    versions = [system.partition("|")[2] for system in named]
    system = system_named(terminology, *systems, *versions, a.version, b.version)
    outcome = subsumes(terminology, system, a.code, b.code)
    return parameters([parameter("outcome", "Code", outcome)])
