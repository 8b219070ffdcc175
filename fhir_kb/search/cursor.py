"""The place in a sequence of pages: opaque to clients, bound to one release and one query.

https://hl7.org/fhir/R4/http.html#paging
"""

import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from hashlib import sha256

from fhir_kb.errors import ExpiredPage, InvalidParameter

CURSOR = "_cursor"

_LAYOUT = struct.Struct(">8s8sQ")


def write_cursor(fingerprint: str, query: Iterable[tuple[str, str]], offset: int) -> str:
    """Return the text that stands for ``offset`` in the matches of this query and release."""
    packed = _LAYOUT.pack(_short(fingerprint), _short(repr(tuple(query))), offset)
    return urlsafe_b64encode(packed).decode()


def read_cursor(text: str, fingerprint: str, query: Iterable[tuple[str, str]]) -> int:
    """Return the offset a cursor stands for.

    Refuses a text that is no cursor or belongs to another query (InvalidParameter), and one of
    another release (ExpiredPage): its matches are no longer there to be shown.
    """
    try:
        release, asked, offset = _LAYOUT.unpack(urlsafe_b64decode(text.encode("ascii")))
    except (ValueError, struct.error):
        raise InvalidParameter(
            f"{CURSOR} is not one that this server wrote; follow the links of a search result",
            expression=CURSOR,
        ) from None
    if release != _short(fingerprint):
        raise ExpiredPage(
            "The knowledge was replaced since this search began; search again from the first page",
            expression=CURSOR,
        )
    if asked != _short(repr(tuple(query))):
        raise InvalidParameter(
            f"{CURSOR} belongs to another search; follow the links of a search result unchanged",
            expression=CURSOR,
        )
    return int(offset)


def _short(text: str) -> bytes:
    return sha256(text.encode()).digest()[:8]
