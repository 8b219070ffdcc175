"""What is wrong in a JSON text whose syntax is right, and where: the quick parser cannot say.

https://hl7.org/fhir/R4/json.html
"""

import re
from collections.abc import Iterator
from itertools import islice

from fhir_kb.formats.json_tokens import CHARACTER, TOKEN, has_unfit_characters, key_text
from fhir_kb.formats.location import Fault, Location
from fhir_kb.formats.number import is_number

FAULTS_MAX = 1000
"""After this many faults the rest of a text is not looked at."""

_PLAIN = re.compile(r"true|false|null|-?[0-9.]{1,50}")
_CHARACTER_PROBLEMS = {
    "broken-character": "is NUL or half of a surrogate pair, which no text can hold",
    "control-character": "is not allowed in FHIR and cannot be written as XML; of the control "
    "characters only tab, line feed and carriage return can",
}


def json_faults(text: str, *, max_faults: int = FAULTS_MAX) -> list[Fault]:
    """Return the first faults of ``text``, whose syntax must be right, in their order."""
    return list(islice(_Scan(text).faults(), max_faults))


class _Scan:
    """One walk over the tokens; ``_steps`` is the path of the value at hand."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._steps: list[str | int] = []
        self._line, self._line_start, self._counted = 1, 0, 0

    def faults(self) -> Iterator[Fault]:
        steps = self._steps
        keys: set[str] = set()
        around: list[set[str]] = []
        has_unfit = has_unfit_characters(self._text)
        for match in TOKEN.finditer(self._text):
            part, is_key = match.groups()
            if part in "}]":
                keys = around.pop()
                steps.pop()
                continue
            if is_key:
                steps[-1] = key = key_text(part)
                if key in keys:
                    message = f"The key {key[:60]!r} stands twice in one object; keep one"
                    yield self._fault("duplicate-key", message, match.start())
                keys.add(key)
            elif steps and isinstance(index := steps[-1], int):
                steps[-1] = index + 1
            if part in "{[":
                around.append(keys)
                keys = set()
                steps.append(-1)
            elif part[0] != '"':
                if not _PLAIN.fullmatch(part) and not is_number(part):
                    message = f"{part[:40]} is no number that can be read: its form or its size"
                    yield self._fault("number", message, match.start())
            elif has_unfit:
                yield from self._unfit_characters(part, match.start())

    def _unfit_characters(self, part: str, offset: int) -> Iterator[Fault]:
        for match in CHARACTER.finditer(part):
            if match.lastgroup:
                kind = f"{match.lastgroup}-character"
                character = match[0] if len(match[0]) > 1 else f"U+{ord(match[0]):X}"
                message = f"The character {character} {_CHARACTER_PROBLEMS[kind]}"
                yield self._fault(kind, message, offset + match.start())

    def _fault(self, kind: str, message: str, offset: int) -> Fault:
        return Fault(kind, message, tuple(self._steps), self._location(offset))

    def _location(self, offset: int) -> Location:
        """Return the location of ``offset``; counts on from the last fault, not from the start."""
        if lines := self._text.count("\n", self._counted, offset):
            self._line += lines
            self._line_start = self._text.rfind("\n", self._counted, offset) + 1
        self._counted = offset
        return Location(self._line, offset - self._line_start + 1)
