"""The tokens of JSON text, for the second looks that the quick parser cannot give.

https://www.rfc-editor.org/rfc/rfc8259
"""

import json
import re

TOKEN = re.compile(r'("[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\]]|[^\s{}\[\],:"]++)(?:(?<=")(\s*+:))?')
"""A string, bracket or literal in group 1; group 2 is the colon that makes a string a key."""

# NUL and half a surrogate pair break what comes after: databases, UTF-8. Other control
# characters, U+FFFE and U+FFFF are what FHIR's string forbids and XML 1.0 cannot carry. Escapes
# that are right are matched first, so that the search is never out of step after a backslash.
CHARACTER = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|(?P<broken>\\u(?:0000|[dD][89a-fA-F][0-9a-fA-F]{2}))"
    r"|(?P<control>\\(?:[bf]|u00(?:0[1-8bcefBCEF]|1[0-9a-fA-F])|u[fF]{3}[eEfF])|[\ufffe\uffff])"
    r"|\\."
)
"""An escape, or a character not allowed; the last group is ``broken``, ``control`` or None."""

_NONCHARACTER = re.compile(r"[\ufffe\uffff]")
_SUSPECT_ESCAPE = re.compile(r"\\(?:[bf]|u(?:00[01]|[dD][89a-fA-F]|[fF]{3}[eEfF]))")


def has_unfit_characters(text: str) -> bool:
    """Whether a string in the JSON ``text`` holds what FHIR or XML does not allow."""
    if not text.isascii() and _NONCHARACTER.search(text):
        return True
    return bool(_SUSPECT_ESCAPE.search(text)) and any(
        character.lastgroup for character in CHARACTER.finditer(text)
    )


def without_broken_characters(text: str) -> str:
    """Return the JSON ``text`` with U+FFFD for each NUL and each half of a surrogate pair."""
    return CHARACTER.sub(lambda found: r"\ufffd" if found["broken"] else found[0], text)


def key_text(part: str) -> str:
    """Return the key that the token ``part`` is."""
    if "\\" not in part:
        return part[1:-1]
    key: str = json.loads(without_broken_characters(part))
    return key


def offset_of_depth(text: str, depth: int) -> int | None:
    """Return the offset of the first bracket that is inside ``depth`` others, if there is one."""
    level = 0
    for match in TOKEN.finditer(text):
        if match[1] in "{[":
            level += 1
            if level > depth:
                return match.start()
        elif match[1] in "}]":
            level -= 1
    return None
