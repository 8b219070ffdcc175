"""A Bundle joined from stored texts: no resource is parsed to be sent.

https://hl7.org/fhir/R4/bundle.html
"""

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import quote, urlencode

from fhir_kb.formats.json import write_json
from fhir_kb.rest.message import Pairs, Response
from fhir_kb.store.resource import StoredResource

Link = Mapping[str, str]


def bundle_response(
    type: str,
    entries: Sequence[bytes],
    links: Iterable[Link] | None = None,
    total: int | None = None,
) -> Response:
    """Return a Bundle of entries, each as its JSON text."""
    parts = [b'{"resourceType":"Bundle","type":"%b"' % type.encode()]
    if total is not None:
        parts.append(b',"total":%d' % total)
    if links is not None:
        parts.append(b',"link":' + write_json(list(map(dict, links))))
    if entries:
        parts.append(b',"entry":[%b]' % b",".join(entries))
    return Response(200, b"".join([*parts, b"}"]))


def found_entry(base: str, resource: StoredResource, body: bytes, mode: bytes) -> bytes:
    """Return the entry of a searchset; ``body`` is the resource's text, or a part of it."""
    url = f"{base}/{resource.type}/{resource.id}".encode()
    return b'{"fullUrl":"%b","resource":%b,"search":{"mode":"%b"}}' % (url, body, mode)


def link(relation: str, url: str, pairs: Pairs) -> Link:
    """Return the link to a page: ``url`` with these pairs as its query."""
    return {"relation": relation, "url": with_query(url, pairs)}


def with_query(url: str, pairs: Pairs) -> str:
    """Return a URL with these pairs as its query; commas and the like stay readable."""
    query = urlencode(pairs, quote_via=quote, safe=",:|$/")
    return f"{url}?{query}" if query else url
