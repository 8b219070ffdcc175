"""The requests of a batch or a transaction: each says what is to be done with what.

https://hl7.org/fhir/R4/http.html#transaction
"""

import re
from typing import Any

from fhir_kb.fhirpath import Node
from fhir_kb.formats import Json
from fhir_kb.validation.walk import Walk
from fhir_kb.validation.wording import shortened

_WITH_RESOURCE = frozenset({"POST", "PUT", "PATCH"})
_INSTANCE = re.compile(r"(?P<type>[A-Z][A-Za-z]+)/(?P<id>[A-Za-z0-9\-.]{1,64})")
_TYPE = re.compile(r"(?P<type>[A-Z][A-Za-z]+)(?:\?.*)?")


def check_requests(walk: Walk, node: Node) -> None:
    """Check each entry's request against the resource that stands beside it."""
    is_rule = walk.states("Bundle", "bdl-3c")
    for index, entry in enumerate(walk.index(node.value).entries):
        request, at = entry.get("request"), f"entry[{index}]"
        if isinstance(request, dict) and "method" in request:
            _check(walk, node, at, request, entry.get("resource"), is_rule=is_rule)
        elif is_rule:
            walk.report("request-missing", node, at=at, source="bdl-3c")


def _check(walk: Walk, node: Node, at: str, request: Json, resource: Any, *, is_rule: bool) -> None:
    method, url = request.get("method"), request.get("url")
    if method in _WITH_RESOURCE and not isinstance(resource, dict):
        # A POST to an operation may do without.
        if is_rule or not (isinstance(url, str) and "$" in url):
            walk.report("request-without-resource", node, at=at, method=method)
        return
    if method in ("GET", "HEAD", "DELETE") and isinstance(resource, dict):
        walk.report(
            "request-with-resource",
            node,
            at=at,
            severity="error" if is_rule else None,
            method=method,
        )
    if method in ("POST", "PUT") and isinstance(url, str):
        _check_url(walk, node, at, str(method), url, resource)


def _check_url(walk: Walk, node: Node, at: str, method: str, url: str, resource: Json) -> None:
    name, id = resource.get("resourceType"), resource.get("id")
    instance, type = _INSTANCE.fullmatch(url), _TYPE.fullmatch(url)
    named = (instance or type or {"type": name})["type"]
    if "$" in url or ":" in url:
        return
    if named != name and named in walk.definitions.resource_types:
        walk.report("request-type", node, at=f"{at}.request.url", url=shortened(url), type=name)
    elif method == "PUT" and instance and id is not None and instance["id"] != id:
        walk.report("request-id", node, at=f"{at}.request.url", url=shortened(url), id=id)
