"""The keys under which index values are kept, so that equality and prefixes find them.

https://hl7.org/fhir/R4/search.html#token

A key begins with what is always asked (a code, a folded text, an id) and ends, behind a
separator that no FHIR text contains, with what may be left out of a question (the system, the
text as written, the type). "Any system" is then a scan of the keys with that beginning.
"""

import unicodedata

SEPARATOR = "\x1f"
_BEHIND_SEPARATOR = "\x20"


class _Unmarked(dict[int, int | None]):
    """A table for ``translate`` that takes accents and their like away."""

    def __missing__(self, code: int) -> int | None:
        self[code] = None if unicodedata.combining(chr(code)) else code
        return self[code]


_UNMARKED = _Unmarked()


def fold(text: str) -> str:
    """Return ``text`` without case, accents and repeated white space."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text).translate(_UNMARKED)
    return " ".join(text.casefold().split())


def token_key(system: str | None, code: str) -> str:
    """Return the key of a code in a system; None stands for no system."""
    return f"{code}{SEPARATOR}{system or ''}"


def identifier_type_key(system: str | None, code: str, value: str) -> str:
    """Return the key of an identifier's value under one coding of its type."""
    return f"{value}{SEPARATOR}{code}{SEPARATOR}{system or ''}"


def string_key(text: str) -> str:
    """Return the key of a text: folded for starts-with, then as written for exact."""
    return f"{fold(text)}{SEPARATOR}{text}"


def reference_key(type: str, id: str) -> str:
    """Return the key of a reference to a resource of this server."""
    return f"{id}{SEPARATOR}{type}"


def uri_key(uri: str) -> str:
    """Return the key of a URI; the version of a canonical stands behind the separator."""
    url, _, version = uri.partition("|")
    return f"{url}{SEPARATOR}{version}"


def unit_key(system: str | None, code: str | None, unit: str | None) -> str:
    """Return the key of a unit: its system, code and printed form."""
    return SEPARATOR.join((system or "", code or "", unit or ""))


def parts_of(key: str) -> tuple[str, ...]:
    """Return what a key was made from; what was None is empty."""
    return tuple(key.split(SEPARATOR))


def first_part_range(part: str) -> tuple[str, str]:
    """Return the bounds (first, below) of the keys whose first part is ``part``."""
    return part + SEPARATOR, part + _BEHIND_SEPARATOR


def prefix_range(prefix: str) -> tuple[str, str | None]:
    """Return the bounds (first, below) of the keys that start with ``prefix``.

    Keys are compared by code point; ``below`` is None when no key can lie behind.
    """
    for position in range(len(prefix) - 1, -1, -1):
        following = ord(prefix[position]) + 1
        if following == 0xD800:
            following = 0xE000
        if following <= 0x10FFFF:
            return prefix, prefix[:position] + chr(following)
    return prefix, None
