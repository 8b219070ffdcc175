"""CapabilityStatement: exactly what this server does, read from the tables it does it with.

https://hl7.org/fhir/R4/capabilitystatement.html
"""

from collections.abc import Iterator

from fhir_kb import __version__
from fhir_kb.formats import Json
from fhir_kb.formats.json import write_json
from fhir_kb.resources.frame import profile_name
from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.rest.message import Request, Response
from fhir_kb.rest.operations.table import operations_of_system, operations_of_type
from fhir_kb.search import includes, revincludes
from fhir_kb.settings import CANONICAL

_INTERACTIONS = ("read", "vread", "search-type")


def capabilities(endpoint: Endpoint, request: Request) -> Response:
    """Return the CapabilityStatement of this endpoint."""
    return Response(200, write_json(_statement(endpoint, request.base)))


def _statement(endpoint: Endpoint, base: str) -> Json:
    store = endpoint.store()
    return {
        "resourceType": "CapabilityStatement",
        "id": "fhir-kb",
        "url": f"{CANONICAL}/CapabilityStatement/fhir-kb",
        "version": __version__,
        "name": "FhirKb",
        "title": "Medication knowledge on the immunomodulatory drugs",
        "status": "active",
        "date": endpoint.released,
        "kind": "instance",
        "software": {"name": "fhir_kb", "version": __version__},
        "implementation": {"description": f"Knowledge release {store.release}", "url": base},
        "fhirVersion": endpoint.version.number,
        "format": ["application/fhir+json", "application/fhir+xml", "json", "xml"],
        "rest": [
            {
                "mode": "server",
                "documentation": "Curated knowledge; read-only. Unknown search parameters are "
                "left out and reported, or refused with Prefer: handling=strict.",
                "resource": [_resource(endpoint, type) for type in endpoint.types],
                "operation": operations_of_system(),
            }
        ],
    }


def _resource(endpoint: Endpoint, type: str) -> Json:
    entry: Json = {
        "type": type,
        "interaction": [{"code": code} for code in _INTERACTIONS],
        "versioning": "versioned",
        "readHistory": False,
        "conditionalRead": "full-support",
        "searchInclude": sorted(includes(endpoint.table, type)),
        "searchRevInclude": sorted(revincludes(endpoint.table, type)),
        "searchParam": list(_parameters(endpoint, type)),
        "operation": operations_of_type(type),
    }
    profile = f"{CANONICAL}/StructureDefinition/{profile_name(type)}"
    if profile in endpoint.version.profiles:
        entry = {"type": type, "supportedProfile": [profile], **entry}
    return {key: value for key, value in entry.items() if value != []}


def _parameters(endpoint: Endpoint, type: str) -> Iterator[Json]:
    for code, parameter in sorted(endpoint.table.parameters[type].items()):
        yield {
            "name": code,
            "definition": parameter.url,
            "type": parameter.type,
        }
