"""Read and vread: one resource by its type and id.

https://hl7.org/fhir/R4/http.html#read, https://hl7.org/fhir/R4/http.html#vread
"""

import difflib

from fhir_kb.errors import UnknownResource, UnknownType
from fhir_kb.rest.conditional import is_unchanged, version_headers
from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.rest.message import Request, Response
from fhir_kb.rest.subset import subset_asked, subsetted
from fhir_kb.store.resource import StoredResource


def read(endpoint: Endpoint, request: Request, type: str, id: str) -> Response:
    """Return the current version; 304 when the caller has it, 404 when there is none."""
    resource = found(endpoint, type, id)
    return _answer(endpoint, request, resource)


def vread(endpoint: Endpoint, request: Request, type: str, id: str, version: str) -> Response:
    """Return that version of the resource; 404 when there is none, 410 for a deletion."""
    check_type(endpoint, type)
    current = endpoint.curated(type, id)
    if current is None:
        store = endpoint.store()
        row = store.row(type, id)
        current = store.resources([row])[0] if row is not None else None
    if current is not None and current.version_id == version:
        return _answer(endpoint, request, current)
    earlier = endpoint.versions().version(type, id, version)
    if earlier is None:
        own = f"; its version is {current.version_id}" if current else ""
        raise UnknownResource(f"{type}/{id} has no version {version!r} here{own}")
    return _answer(endpoint, request, earlier)


def check_type(endpoint: Endpoint, type: str) -> None:
    """Refuse (UnknownType) a resource type that is not served, naming the nearest that is."""
    if type in endpoint.table.parameters:
        return
    near = difflib.get_close_matches(type, endpoint.types, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    served = ", ".join(endpoint.types)
    raise UnknownType(f"{endpoint.version.name} has no {type!r} here.{hint} Served: {served}")


def found(endpoint: Endpoint, type: str, id: str) -> StoredResource:
    """Return the stored resource.

    Refuses (UnknownResource) an id that is not there, (DeletedResource) one that no longer is.
    """
    check_type(endpoint, type)
    resource = endpoint.curated(type, id) or endpoint.store().read(type, id)
    if resource is None:
        raise UnknownResource(
            f"There is no {type} with id {id!r} in {endpoint.version.name}; "
            f"GET {type} lists those there are"
        )
    return resource


def _answer(endpoint: Endpoint, request: Request, resource: StoredResource) -> Response:
    headers = version_headers(resource)
    if is_unchanged(request, resource):
        return Response(304, b"", headers, resource)
    asked = subset_asked(request.pairs)
    body = resource.body if asked is None else subsetted(resource.body, asked, endpoint.version)
    return Response(200, body, headers, resource)
