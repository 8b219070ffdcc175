"""CapabilityStatement: exactly what this server does, read from the tables it does it with.

https://hl7.org/fhir/R4/capabilitystatement.html
"""

from collections.abc import Iterator
from hashlib import sha256

from fhir_kb import __version__
from fhir_kb.formats import Json
from fhir_kb.formats.json import write_json
from fhir_kb.resources.frame import profile_name
from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.rest.message import Request, Response
from fhir_kb.rest.operations.table import operations_of_system, operations_of_type
from fhir_kb.rest.writes.patch import PATCH_FORMATS
from fhir_kb.search import common_parameters, control_parameters, includes, modifiers, revincludes
from fhir_kb.settings import CANONICAL
from fhir_kb.store.pages import PAGE_BYTES

_READING = ("read", "vread", "history-instance", "history-type", "search-type")
_WRITING = ("create", "update", "patch", "delete")
_READ_ONLY: Json = {
    "conditionalCreate": False,
    "conditionalRead": "full-support",
    "conditionalUpdate": False,
    "conditionalPatch": False,
    "conditionalDelete": "not-supported",
}
_CONDITIONAL: Json = {
    "conditionalCreate": True,
    "conditionalRead": "full-support",
    "conditionalUpdate": True,
    "conditionalPatch": True,
    "conditionalDelete": "multiple",
}
_CURATED = "Curated knowledge is read-only."
_WRITTEN = (
    f"{_CURATED} What clients write stands beside it, with its history. A resource in which "
    "$validate finds an error is refused. A patch that leaves a generated narrative behind takes "
    "it out. References are not checked for what they lead to."
)
_SEARCHED = (
    "Unknown search parameters are left out and reported, or refused with Prefer: handling=strict. "
    "The modifiers of each parameter stand in its documentation. A page ends at "
    f"{PAGE_BYTES // 1_000_000} MB of matches. Searches also take "
)
_HISTORIES = (
    "Histories take _at, _count, _since and _sort, the latter for newest first alone; a page of "
    f"large versions ends at {PAGE_BYTES // 1_000_000} MB."
)


def capabilities(endpoint: Endpoint, request: Request) -> Response:
    """Return the CapabilityStatement of this endpoint."""
    body = write_json(_statement(endpoint, request.base))
    return Response(200, body, {"ETag": f'W/"{sha256(body).hexdigest()[:16]}"'})


def _statement(endpoint: Endpoint, base: str) -> Json:
    store = endpoint.store()
    statement = {
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
        "patchFormat": list(PATCH_FORMATS),
        "rest": [_rest(endpoint)],
    }
    if endpoint.written is None:
        del statement["patchFormat"]
    return statement


def _rest(endpoint: Endpoint) -> Json:
    controls = ", ".join(control_parameters(endpoint.table))
    about = _CURATED if endpoint.written is None else f"{_WRITTEN} {_deleting(endpoint)}"
    interactions = ["batch", "history-system", "search-system"]
    if endpoint.written is not None:
        interactions.insert(0, "transaction")
    return {
        "mode": "server",
        "documentation": f"{about} {_SEARCHED}{controls}. {_HISTORIES}",
        "security": _security(endpoint),
        "resource": [_resource(endpoint, type) for type in endpoint.types],
        "interaction": [{"code": code} for code in interactions],
        "searchParam": list(_common_parameters(endpoint)),
        "operation": operations_of_system(writes=endpoint.written is not None),
    }


def _deleting(endpoint: Endpoint) -> str:
    return (
        f"A conditional delete takes all that its condition finds, up to {endpoint.entries_max} "
        "resources, or nothing."
    )


def _security(endpoint: Endpoint) -> Json:
    if endpoint.written is None or not endpoint.write_token:
        return {"cors": True}
    return {"cors": True, "description": "Writing needs a bearer token; reading does not."}


def _resource(endpoint: Endpoint, type: str) -> Json:
    writable = endpoint.written is not None
    codes = (*_READING, *_WRITING) if writable else _READING
    defined = endpoint.version.definitions.type("CapabilityStatement.rest.resource")
    conditional = _CONDITIONAL if writable else _READ_ONLY
    entry: Json = {
        "type": type,
        "interaction": [{"code": code} for code in codes],
        "versioning": "versioned",
        "readHistory": True,
        "updateCreate": writable,
        **{
            name: value
            for name, value in conditional.items()
            if defined and name in defined.elements
        },
        "referencePolicy": ["literal", "logical"],
        "searchInclude": sorted(includes(endpoint.table, type)),
        "searchRevInclude": sorted(revincludes(endpoint.table, type)),
        "searchParam": list(_parameters(endpoint, type)),
        "operation": operations_of_type(type, writes=endpoint.written is not None),
    }
    profile = f"{CANONICAL}/StructureDefinition/{profile_name(type)}"
    if profile in endpoint.version.profiles:
        entry = {"type": type, "supportedProfile": [profile], **entry}
    return {key: value for key, value in entry.items() if value != []}


def _common_parameters(endpoint: Endpoint) -> Iterator[Json]:
    """Yield the parameters of a search over all types; ``_type`` has no definition in FHIR."""
    yield {
        "name": "_type",
        "type": "special",
        "documentation": "The resource types searched, with commas between them. They are "
        "searched, and sorted, by the parameters that all of them have",
    }
    first = endpoint.types[0]
    common = set(common_parameters(endpoint.table))
    yield from (row for row in _parameters(endpoint, first) if row["name"] in common)


def _parameters(endpoint: Endpoint, type: str) -> Iterator[Json]:
    for code, parameter in sorted(endpoint.table.parameters[type].items()):
        allowed = ", ".join(f":{name}" for name in modifiers(endpoint.table, parameter))
        yield {
            "name": code,
            "definition": parameter.url,
            "type": parameter.type,
            **({"documentation": f"Modifiers: {allowed}"} if allowed else {}),
        }
