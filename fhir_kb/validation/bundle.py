"""Bundle rules that no invariant states: URLs of entries, references inside, requests, links.

https://hl7.org/fhir/R4/bundle.html
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from fhir_kb.fhirpath import Node
from fhir_kb.formats import Json
from fhir_kb.validation.bundle_document import check_document, check_message
from fhir_kb.validation.bundle_request import check_requests
from fhir_kb.validation.bundle_search import check_search_set
from fhir_kb.validation.walk import Walk
from fhir_kb.validation.wording import shortened

_RESTFUL = re.compile(r"https?://.+/(?P<type>[A-Z][A-Za-z]+)/(?P<id>[A-Za-z0-9\-.]{1,64})")
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:\S+")

_BY_TYPE: Mapping[str, Callable[[Walk, Node], None]] = {
    "batch": check_requests,
    "document": check_document,
    "message": check_message,
    "searchset": check_search_set,
    "transaction": check_requests,
}
_MAY_LACK_FULL_URL = frozenset({"transaction", "transaction-response", "batch", "batch-response"})
_PAGED = frozenset({"searchset", "history"})
_OF_PAGES = frozenset({"first", "previous", "prev", "next", "last"})
_SINGLE_LINKS = _OF_PAGES | {"self"}


def check_bundle(walk: Walk, node: Node) -> None:
    """Check the entries of a Bundle, its links, and what its type asks for."""
    entries = walk.index(node.value).entries
    stated = node.value.get("type")
    kind = stated if isinstance(stated, str) else None
    is_rule = walk.states("Bundle", "bdl-15")
    for index, entry in enumerate(entries):
        _check_full_url(walk, node, f"entry[{index}]", entry, kind, is_rule=is_rule)
    _check_links(walk, node, kind)
    if kind is not None and kind in _BY_TYPE:
        _BY_TYPE[kind](walk, node)


def _check_full_url(
    walk: Walk, node: Node, at: str, entry: Json, kind: Any, *, is_rule: bool
) -> None:
    full_url, resource = entry.get("fullUrl"), entry.get("resource")
    if not isinstance(full_url, str):
        if kind not in _MAY_LACK_FULL_URL and not _is_without_identity(entry, is_rule=is_rule):
            source = "bdl-15" if is_rule else ""
            walk.report("full-url-missing", node, at=at, source=source, kind=kind)
        return
    if not isinstance(resource, dict):
        return
    if not _ABSOLUTE.fullmatch(full_url):
        walk.report("full-url-relative", node, at=f"{at}.fullUrl", url=shortened(full_url))
        return
    match = _RESTFUL.fullmatch(full_url)
    if match is None or match["type"] not in walk.definitions.resource_types:
        return
    type, id = resource.get("resourceType"), resource.get("id")
    if id is None:
        walk.report("full-url-without-id", node, at=at, url=full_url, id=match["id"])
    elif (match["type"], match["id"]) != (type, id):
        walk.report("full-url-mismatch", node, at=at, url=full_url, name=f"{type}/{id}")


def _is_without_identity(entry: Json, *, is_rule: bool) -> bool:
    """Whether an entry is of something that has no identity: yet to be made, or said in passing.

    Where it is a rule that entries have a fullUrl, what is said in passing has one too.
    """
    request, resource = entry.get("request"), entry.get("resource")
    is_new = isinstance(request, dict) and request.get("method") == "POST"
    is_outcome = isinstance(resource, dict) and resource.get("resourceType") == "OperationOutcome"
    return is_new or (is_outcome and not is_rule)


def _check_links(walk: Walk, node: Node, kind: Any) -> None:
    links = node.value.get("link")
    relations: set[str] = set()
    for index, link in enumerate(links if isinstance(links, list) else ()):
        relation = link.get("relation") if isinstance(link, dict) else None
        if not isinstance(relation, str):
            continue
        if relation in relations and relation in _SINGLE_LINKS:
            walk.report("repeated-link", node, at=f"link[{index}]", relation=relation)
        elif relation in _OF_PAGES and kind not in _PAGED:
            walk.report("link-to-page", node, at=f"link[{index}]", relation=relation, kind=kind)
        relations.add(relation)
