"""``$versions``: the FHIR versions that can be asked for at a URL, and the one when none is.

https://hl7.org/fhir/R4/capabilitystatement-operation-versions.html
"""

from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.rest.message import Request, Response
from fhir_kb.rest.operations.answer import parameter, parameters
from fhir_kb.rest.operations.given import read_given
from fhir_kb.versions import DEFAULT, VERSIONS

DEFINITION = "http://hl7.org/fhir/OperationDefinition/CapabilityStatement-versions"


def versions(endpoint: Endpoint, request: Request) -> Response:
    """Return all versions where they are negotiated, and the one of a mount of its own."""
    read_given("$versions", (), request, endpoint.version.definitions)
    is_mount = request.base.rpartition("/")[2] == endpoint.version.mount
    served = [endpoint.version] if is_mount else list(VERSIONS.values())
    default = endpoint.version if is_mount else DEFAULT
    rows = [parameter("version", "Code", version.mime) for version in served]
    return parameters([*rows, parameter("default", "Code", default.mime)])
