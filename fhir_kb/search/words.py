"""The words of texts and of whole resources, by which ``_text`` and ``_content`` find them.

https://hl7.org/fhir/R4/search.html#content

Words are terms in the same posting lists as codes. An engine's own full-text index would cut
words in its own way; so a snapshot file, written resources and PostgreSQL give the same answer.
``_text`` is the narrative. ``_content`` is every text of the resource, its narrative too; names of
resources, URIs and attached data are no texts and are found by their own parameters.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from html import unescape
from typing import Any

from fhir_kb.formats import Json
from fhir_kb.store.keys import fold

TEXT, CONTENT = "_text", "_content"

_WORD = re.compile(r"[^\W_]+")
_TAG = re.compile(r"<[^>]*>")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,10}://|urn:")
_NO_TEXTS = frozenset({"resourceType", "reference", "data", "versionId", "lastUpdated"})


@lru_cache(maxsize=65_536)
def words_in(text: str) -> tuple[str, ...]:
    """Return the words of a text in their order, without case and accents."""
    return tuple(_WORD.findall(fold(text)))


def narrative_of(resource: Json) -> Iterator[str]:
    """Yield the narrative as plain text, if there is one."""
    narrative = resource.get("text")
    if isinstance(narrative, dict) and isinstance(narrative.get("div"), str):
        yield _plain(narrative["div"])


def contents_of(value: Any) -> Iterator[str]:
    """Yield every text inside a JSON value, those of contained resources too."""
    waiting: list[tuple[str, Any]] = [("", value)]
    while waiting:
        key, current = waiting.pop()
        if isinstance(current, dict):
            waiting.extend((k, v) for k, v in reversed(current.items()) if k not in _NO_TEXTS)
        elif isinstance(current, list):
            waiting.extend((key, item) for item in reversed(current))
        elif isinstance(current, str) and key == "div":
            yield _plain(current)
        elif isinstance(current, str) and not _URI.match(current):
            yield current


TEXTS: Mapping[str, Callable[[Json], Iterator[str]]] = {
    TEXT: narrative_of,
    CONTENT: contents_of,
}
"""The texts that each parameter looks into."""


def distinct_words(texts: Iterable[str]) -> list[str]:
    """Return each word of the texts once, in the order of first appearance."""
    found: dict[str, None] = {}
    for text in texts:
        found.update(dict.fromkeys(words_in(text)))
    return list(found)


def _plain(div: str) -> str:
    return unescape(_TAG.sub(" ", div))
