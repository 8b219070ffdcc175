"""Search results: every entry is a resource with an id, of a type that was searched for.

https://hl7.org/fhir/R4/search.html#entry
"""

from urllib.parse import parse_qs, urlsplit

from fhir_kb.fhirpath import Node
from fhir_kb.formats import Json
from fhir_kb.validation.walk import Walk

OUTCOME = "OperationOutcome"


def check_search_set(walk: Walk, node: Node) -> None:
    """Check the entries of a searchset against their modes and against what was searched for."""
    searched = _searched_types(walk, node.value)
    for index, entry in enumerate(walk.index(node.value).entries):
        at, resource, search = f"entry[{index}]", entry.get("resource"), entry.get("search")
        if not isinstance(resource, dict):
            walk.report("search-entry-empty", node, at=at)
            continue
        mode = search.get("mode") if isinstance(search, dict) else None
        type = resource.get("resourceType")
        if mode == "outcome":
            if type != OUTCOME:
                walk.report("search-outcome-type", node, at=at, type=type)
        elif mode in ("match", "include") and "id" not in resource:
            walk.report("search-entry-without-id", node, at=at, mode=mode)
        if mode == "match" and searched and type not in searched:
            wanted = " or ".join(sorted(searched))
            walk.report("search-match-type", node, at=at, type=type, searched=wanted)


def _searched_types(walk: Walk, bundle: Json) -> set[str]:
    """Return the types that the self link searched for; none if it does not say."""
    links = bundle.get("link")
    for link in links if isinstance(links, list) else ():
        if isinstance(link, dict) and link.get("relation") == "self":
            return _types_of_url(walk, link.get("url"))
    return set()


def _types_of_url(walk: Walk, url: object) -> set[str]:
    if not isinstance(url, str):
        return set()
    try:
        parts = urlsplit(url)
    except ValueError:
        return set()
    last = parts.path.rstrip("/").rpartition("/")[2]
    if last in walk.definitions.resource_types:
        return {last}
    named = parse_qs(parts.query).get("_type", [])
    return {type for names in named for type in names.split(",")}
