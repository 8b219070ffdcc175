"""A second, slower look at JSON text that was already parsed: where things stand, what is wrong.

https://www.rfc-editor.org/rfc/rfc8259

The quick parser says neither where a value stands nor which key came twice. This one is asked
only after it refused something, or when a position is wanted.
"""

import json
import re

from fhir_kb.formats.location import Fault, Location, Place
from fhir_kb.formats.number import is_number

FAULTS_MAX = 1000
"""After this many faults the rest of a text is not looked at."""

_TOKEN = re.compile(r'("[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\]]|[^\s{}\[\],:"]++)(?:(?<=")(\s*+:))?')
_LEAF: dict[str | int, Place] = {}
_LITERALS = frozenset({"true", "false", "null"})

# NUL and half a surrogate pair break what comes after: databases, UTF-8. Other control
# characters, U+FFFE and U+FFFF are what FHIR's string forbids and XML 1.0 cannot carry. Escapes
# that are right are matched first, so that the search is never out of step after a backslash.
_NONCHARACTER = re.compile("[\ufffe\uffff]")
_SUSPECT_ESCAPE = re.compile(r"\\(?:[bf]|u(?:00[01]|[dD][89a-fA-F]|[fF]{3}[eEfF]))")
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|(?P<broken>u0000|u[dD][89a-fA-F][0-9a-fA-F]{2})"
    r"|(?P<control>[bf]|u00(?:0[1-8bcefBCEF]|1[0-9a-fA-F])|u[fF]{3}[eEfF])"
    r"|.)"
)
_CHARACTER_PROBLEMS = {
    "broken-character": "is NUL or half of a surrogate pair, which no text can hold",
    "control-character": "is not allowed in FHIR and cannot be written as XML; of the control "
    "characters only tab, line feed and carriage return can",
}


def has_unfit_characters(text: str) -> bool:
    """Whether a string in the JSON ``text`` holds what FHIR or XML does not allow."""
    if not text.isascii() and _NONCHARACTER.search(text):
        return True
    return bool(_SUSPECT_ESCAPE.search(text)) and any(
        escape.lastgroup for escape in _ESCAPE.finditer(text)
    )


def without_broken_characters(text: str) -> str:
    """Return the JSON ``text`` with U+FFFD for each NUL and each half of a surrogate pair."""
    return _ESCAPE.sub(lambda escape: r"\ufffd" if escape["broken"] else escape[0], text)


def offset_of_depth(text: str, depth: int) -> int | None:
    """Return the offset of the first bracket that is inside ``depth`` others, if there is one."""
    level = 0
    for match in _TOKEN.finditer(text):
        if match[1] in "{[":
            level += 1
            if level > depth:
                return match.start()
        elif match[1] in "}]":
            level -= 1
    return None


class JsonScan:
    """The ``root`` place and the first ``faults`` of a text whose syntax is known to be right."""

    def __init__(self, text: str, *, max_faults: int = FAULTS_MAX) -> None:
        self.root = Place(0, {})
        self.faults: list[Fault] = []
        self._text = text
        self._max_faults = max_faults
        self._steps: list[str | int] = []
        self._line, self._line_start, self._counted = 1, 0, 0
        self._scan()

    def _scan(self) -> None:
        """Give each value its place; the loop is one function because it meets every token."""
        steps = self._steps
        around: list[Place] = []
        place = top = Place(0, {})
        key: str | None = None
        key_offset = 0
        for match in _TOKEN.finditer(self._text):
            part, is_key = match.groups()
            first, offset = part[0], match.start()
            if is_key:
                key, key_offset = self._key(part, offset), offset
                if key in place.inside:
                    self._duplicate(key, offset)
                continue
            if first in "}]":
                place = around.pop()
                steps.pop()
                continue
            step = len(place.inside) if key is None else key
            value = Place(offset if key is None else key_offset, {} if first in "{[" else _LEAF)
            place.inside[step] = value
            key = None
            if first in "{[":
                around.append(place)
                steps.append(step)
                place = value
            elif first == '"':
                self._string(part, offset, step)
            elif part not in _LITERALS and not is_number(part):
                self._number(part, offset, step)
            if len(self.faults) >= self._max_faults:
                break
        self.root = top.inside[0]

    def _key(self, part: str, offset: int) -> str:
        if "\\" not in part:
            return part[1:-1]
        key: str = json.loads(without_broken_characters(part))
        self._string(part, offset, key)
        return key

    def _duplicate(self, key: str, offset: int) -> None:
        message = f"The key {key!r} stands twice in one object; keep one"
        self._fault("duplicate-key", message, offset, key)

    def _number(self, part: str, offset: int, step: str | int) -> None:
        message = f"{part[:40]} cannot be read as a number: its form, its length or its exponent"
        self._fault("number", message, offset, step)

    def _string(self, part: str, offset: int, step: str | int) -> None:
        if not has_unfit_characters(part):
            return
        found = [
            (match.start(), f"{match.lastgroup}-character", match[0])
            for match in _ESCAPE.finditer(part)
            if match.lastgroup
        ]
        found += [
            (match.start(), "control-character", f"U+{ord(match[0]):X}")
            for match in _NONCHARACTER.finditer(part)
        ]
        for start, kind, character in sorted(found):
            message = f"The character {character} {_CHARACTER_PROBLEMS[kind]}"
            self._fault(kind, message, offset + start, step)

    def _fault(self, kind: str, message: str, offset: int, step: str | int) -> None:
        path = (*self._steps[1:], step)
        self.faults.append(Fault(kind, message, path, self._location(offset)))

    def _location(self, offset: int) -> Location:
        """Return the location of ``offset``; counts on from the last fault, not from the start."""
        if lines := self._text.count("\n", self._counted, offset):
            self._line += lines
            self._line_start = self._text.rfind("\n", self._counted, offset) + 1
        self._counted = offset
        return Location(self._line, offset - self._line_start + 1)
