"""Separators in search values and the backslash that takes their meaning away.

https://hl7.org/fhir/R4/search.html#escaping
"""

import re

_ESCAPED = re.compile(r"\\([\\,$|])")


def split(text: str, separator: str) -> list[str]:
    """Return the parts of ``text`` between unescaped separators, still escaped."""
    if "\\" not in text:
        return text.split(separator)
    parts = [""]
    escaped = False
    for character in text:
        if character == separator and not escaped:
            parts.append("")
        else:
            parts[-1] += character
        escaped = character == "\\" and not escaped
    return parts


def unescape(text: str) -> str:
    r"""Return ``text`` with ``\,`` ``\$`` ``\|`` and ``\\`` as the characters they stand for."""
    return _ESCAPED.sub(r"\1", text) if "\\" in text else text
