"""Separators in search values and the backslash that takes their meaning away.

https://hl7.org/fhir/R4/search.html#escaping
"""

import re

_ESCAPED = re.compile(r"\\([\\,$|])")


def split(text: str, separator: str) -> list[str]:
    """Return the parts of ``text`` between unescaped separators, still escaped."""
    pieces = text.split(separator)
    if "\\" not in text:
        return pieces
    parts: list[list[str]] = [[]]
    for piece in pieces:
        parts[-1].append(piece)
        if not _ends_escaping(piece):
            parts.append([])
    return [separator.join(part) for part in parts if part]


def _ends_escaping(piece: str) -> bool:
    return (len(piece) - len(piece.rstrip("\\"))) % 2 == 1


def unescape(text: str) -> str:
    r"""Return ``text`` with ``\,`` ``\$`` ``\|`` and ``\\`` as the characters they stand for."""
    return _ESCAPED.sub(r"\1", text) if "\\" in text else text
