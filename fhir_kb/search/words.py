"""The words of texts and of whole resources, by which ``_text`` and ``_content`` find them.

https://hl7.org/fhir/R4/search.html#content

Words are terms in the same posting lists as codes. An engine's own full-text index would cut
words in its own way; so a snapshot file, written resources and PostgreSQL give the same answer.
``_text`` is the narrative. ``_content`` is every text of the resource, its narrative too; names of
resources, URIs and attached data are no texts and are found by their own parameters.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import lru_cache
from html import unescape

from fhir_kb.formats import Json
from fhir_kb.store.keys import fold

TEXT, CONTENT = "_text", "_content"

_WORD = re.compile(r"[^\W_]+")
_OFTEN_SEEN = 80
"""Longer texts seldom come twice: their words are not kept."""

_GAPS = bytes(code if chr(code).isalnum() else 0x20 for code in range(128)) + bytes(128)
_TAG = re.compile(r"<[^>]*>")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,10}://|urn:")
NO_TEXTS = frozenset(
    {"resourceType", "id", "reference", "system", "data", "versionId", "lastUpdated"}
)


@lru_cache(maxsize=65_536)
def words_in(text: str) -> tuple[str, ...]:
    """Return the words of a text in their order, without case and accents; a URI has none."""
    return tuple(_words_of(text))


def _words_of(text: str) -> list[str]:
    if _URI.match(text):
        return []
    if not text.isascii():
        return _WORD.findall(fold(text))
    # Cuts as the pattern does, and is several times as quick.
    return text.lower().encode().translate(_GAPS).decode().split()


def narrative_of(resource: Json) -> list[str]:
    """Return the narrative as plain text, if there is one."""
    narrative = resource.get("text")
    if isinstance(narrative, dict) and isinstance(narrative.get("div"), str):
        return [_plain(narrative["div"])]
    return []


def contents_of(resource: Json) -> list[str]:
    """Return every text inside a resource, those of contained resources too."""
    found: list[str] = []
    _gather(resource, found)
    return found


def _gather(elements: Json, found: list[str]) -> None:
    for key, value in elements.items():
        kind = value.__class__
        if kind is str:
            if key not in NO_TEXTS:
                found.append(value if key != "div" else _plain(value))
        elif kind is dict:
            _gather(value, found)
        elif kind is list:
            for item in value:
                if item.__class__ is dict:
                    _gather(item, found)
                elif item.__class__ is str and key not in NO_TEXTS:
                    found.append(item)


TEXTS: Mapping[str, Callable[[Json], list[str]]] = {
    TEXT: narrative_of,
    CONTENT: contents_of,
}
"""The texts that each parameter looks into."""


def distinct_words(texts: Iterable[str]) -> Collection[str]:
    """Return each word of the texts once, in no order."""
    found: set[str] = set()
    for text in texts:
        found.update(words_in(text) if len(text) <= _OFTEN_SEEN else _words_of(text))
    return found


def _plain(div: str) -> str:
    return unescape(_TAG.sub(" ", div))
