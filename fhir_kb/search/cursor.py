"""The place in a sequence of pages: opaque to clients, bound to one state and one query.

https://hl7.org/fhir/R4/http.html#paging
"""

import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from hashlib import sha256
from typing import NamedTuple

from fhir_kb.errors import ExpiredPage, InvalidParameter

CURSOR = "_cursor"

_LAYOUT = struct.Struct(">8s8sQQ?")


class Place(NamedTuple):
    """The number of the commit at which the pages began, and how many matches lie ahead.

    A page begins at the place or, ``backwards``, ends there.
    """

    sequence: int
    offset: int
    backwards: bool = False


def write_cursor(origin: str, query: Iterable[tuple[str, str]], place: Place) -> str:
    """Return the text that stands for a place in the matches of this query and release."""
    packed = _LAYOUT.pack(_short(origin), _short(repr(tuple(query))), *place)
    return urlsafe_b64encode(packed).decode()


def read_cursor(text: str, origin: str, query: Iterable[tuple[str, str]]) -> Place:
    """Return the place a cursor stands for; ``origin`` is that of the store.

    Refuses a text that is no cursor or belongs to another query (InvalidParameter), and one of
    another release (ExpiredPage): its matches are no longer there to be shown.
    """
    try:
        release, asked, *place = _LAYOUT.unpack(urlsafe_b64decode(text.encode("ascii")))
    except (ValueError, struct.error):
        raise InvalidParameter(
            f"{CURSOR} is not one that this server wrote; follow the links of a search result",
            expression=CURSOR,
        ) from None
    if release != _short(origin):
        raise ExpiredPage(
            "The knowledge was replaced since this search began; search again from the first page",
            expression=CURSOR,
        )
    if asked != _short(repr(tuple(query))):
        raise InvalidParameter(
            f"{CURSOR} belongs to another search; follow the links of a search result unchanged",
            expression=CURSOR,
        )
    return Place(*place)


def _short(text: str) -> bytes:
    return sha256(text.encode()).digest()[:8]
