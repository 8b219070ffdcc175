"""gzip for callers that accept it.

https://www.rfc-editor.org/rfc/rfc9110#name-accept-encoding
"""

import gzip
from functools import lru_cache

from fhir_kb.web.caching import SAME_FOR_ALL
from fhir_kb.web.message import Reply

SMALLEST = 1000
"""Bytes from which a body is worth compressing."""

BEST = 9
"""For what is compressed once and kept."""

QUICK = 1
"""For what is compressed for one reply."""

_COMPRESSIBLE = (
    "application/fhir+json",
    "application/fhir+xml",
    "application/schema+json",
    "text/html",
    "text/plain",
)


def level_of(route: str) -> int:
    """Return how hard to try for an answer of this route."""
    return BEST if route in SAME_FOR_ALL else QUICK


@lru_cache(maxsize=256)
def accepts_gzip(accept_encoding: str | None) -> bool:
    """Return whether the header allows gzip; the most specific part decides."""
    weights = {}
    for part in (accept_encoding or "").lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        weights[name] = not any(_is_zero(parameter) for parameter in parameters)
    return weights.get("gzip", weights.get("x-gzip", weights.get("*", False)))


def _is_zero(parameter: str) -> bool:
    name, _, value = parameter.partition("=")
    try:
        return name.strip() == "q" and float(value) == 0
    except ValueError:
        return True


def compressed(body: bytes, level: int) -> bytes:
    """Return the body in gzip; the same bytes give the same bytes."""
    return gzip.compress(body, level, mtime=0)


def coded(reply: Reply, level: int) -> Reply:
    """Return the reply in gzip where that is worth it and nothing speaks against it.

    What may not be kept anywhere (no-store) is left alone: it may hold what a caller sent beside
    what others must not guess from its length.
    """
    headers = {name.lower(): value for name, value in reply.headers}
    media_type = headers.get("content-type", "").partition(";")[0]
    if (
        len(reply.body) < SMALLEST
        or media_type not in _COMPRESSIBLE
        or "content-encoding" in headers
        or "no-store" in headers.get("cache-control", "")
    ):
        return reply
    body = compressed(reply.body, level)
    kept = [(name, value) for name, value in reply.headers if name.lower() != "content-length"]
    added = [("Content-Length", str(len(body))), ("Content-Encoding", "gzip")]
    return Reply(reply.status, kept + added, body)
