"""Create: a resource in a place that the server names, once where a condition says so.

https://hl7.org/fhir/R4/http.html#create, https://hl7.org/fhir/R4/http.html#ccreate
"""

from fhir_kb.errors import RequestError, UnsupportedParameter
from fhir_kb.formats import Json
from fhir_kb.rest.body import read_resource
from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.rest.message import Request, Response
from fhir_kb.rest.read import check_type
from fhir_kb.rest.subset import SUBSETTED
from fhir_kb.rest.writes.criteria import OF_THE_ANSWER, match, read_condition
from fhir_kb.rest.writes.validity import validated
from fhir_kb.rest.writes.written import Written, written_response


def create(endpoint: Endpoint, request: Request, type: str) -> Response:
    """Return the new resource with 201; 200 with the one there is that If-None-Exist finds.

    Refuses what ``read_resource``, ``match`` and ``validated`` refuse, and another type.
    """
    check_type(endpoint, type)
    _refuse_query(request, type)
    resource = read_resource(endpoint, request)
    check_type_of(resource, type)
    issues = validated(endpoint, request.body, type, ignored=("id",))
    condition = request.header("if-none-exist")
    with endpoint.writable().transaction() as transaction:
        there = None
        if condition.strip():
            pairs = read_condition(condition, type, request.base)
            there = match(endpoint, transaction.store, type, pairs, request.base)
        if there is not None:
            written = Written(200, there, issues)
        else:
            written = Written(
                201, transaction.write("POST", type, endpoint.new_id(), resource), issues
            )
    return written_response(request, written)


def _refuse_query(request: Request, type: str) -> None:
    """Refuse (UnsupportedParameter) a condition in the URL: to pass over it would duplicate."""
    for name, _ in request.pairs:
        if name not in OF_THE_ANSWER:
            raise UnsupportedParameter(
                f"POST {type} takes no {name[:40]!r} in its URL; a create that depends on a search "
                "names it in the header If-None-Exist",
                expression=name,
            )


def check_type_of(resource: Json, type: str) -> None:
    """Refuse (RequestError) a resource of another type than its URL names, and a part of one."""
    own = resource.get("resourceType")
    if own != type:
        raise RequestError(
            f"The URL is of {type}, the resource is of type {str(own)[:64]}; send it "
            "to its own URL",
            expression="resourceType",
        )
    meta = resource.get("meta")
    tags = meta.get("tag") if isinstance(meta, dict) else None
    if isinstance(tags, list) and any(_is_subsetted(tag) for tag in tags):
        raise RequestError(
            "The resource is tagged SUBSETTED: it is a part of one, as _summary and _elements give "
            "it, and would overwrite the whole; read it without them",
            expression=f"{type}.meta.tag",
        )


def _is_subsetted(tag: object) -> bool:
    return isinstance(tag, dict) and all(
        tag.get(key) == SUBSETTED[key] for key in ("system", "code")
    )
