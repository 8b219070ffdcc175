"""``$meta``: the profiles, tags and security labels of one resource, of a type, of all.

https://hl7.org/fhir/R4/resource-operation-meta.html

On a resource the answer is its own ``meta``. On a type and on the system it is what stands on any
resource there, read from the search index: profiles, tags and security labels only, for versions
and dates are of single resources.
"""

from collections.abc import Iterable, Iterator

from fhir_kb.formats import Json
from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.rest.message import Request, Response
from fhir_kb.rest.operations.answer import parameter, parameters
from fhir_kb.rest.operations.given import read_given
from fhir_kb.rest.own_text import read_own
from fhir_kb.rest.read import check_type, found
from fhir_kb.store.interface import Field, Kind, Store
from fhir_kb.store.keys import parts_of

DEFINITION = "http://hl7.org/fhir/OperationDefinition/Resource-meta"


def meta_of_instance(endpoint: Endpoint, request: Request, type: str, id: str) -> Response:
    """Return the ``meta`` of a resource; refuse an id that is not there."""
    read_given("$meta", (), request, endpoint.version.definitions)
    resource = read_own(found(endpoint, type, id).body)
    return _answer(resource.get("meta", {}))


def meta_of_type(endpoint: Endpoint, request: Request, type: str) -> Response:
    """Return what stands in the ``meta`` of the resources of a type that is served."""
    read_given("$meta", (), request, endpoint.version.definitions)
    check_type(endpoint, type)
    return _answer(_united(endpoint.store(), (type,)))


def meta_of_system(endpoint: Endpoint, request: Request) -> Response:
    """Return what stands in the ``meta`` of any resource."""
    read_given("$meta", (), request, endpoint.version.definitions)
    return _answer(_united(endpoint.store(), endpoint.types))


def _answer(meta: Json) -> Response:
    return parameters([parameter("return", "Meta", meta)])


def _united(store: Store, types: Iterable[str]) -> Json:
    served = tuple(types)
    profiles = (parts_of(key) for key in _keys(store, served, "_profile", "uri"))
    meta: Json = {
        "profile": ["|".join(part for part in parts if part) for parts in profiles],
        "security": list(_codings(_keys(store, served, "_security", "token"))),
        "tag": list(_codings(_keys(store, served, "_tag", "token"))),
    }
    return {name: values for name, values in meta.items() if values}


def _keys(store: Store, types: Iterable[str], code: str, kind: Kind) -> list[str]:
    """Return the keys of a search parameter of these types, each once, in order."""
    return sorted({key for type in types for key in store.keys(Field(type, code, kind))})


def _codings(keys: Iterable[str]) -> Iterator[Json]:
    for code, system in map(parts_of, keys):
        yield {"system": system, "code": code} if system else {"code": code}
