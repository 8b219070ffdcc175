"""Where the values of a JSON text stand, found out container by container as they are asked for.

https://www.rfc-editor.org/rfc/rfc8259

A text of 16 MB may hold eight million values: only what lies along a wanted path is kept, and of
one container not more than ``INSIDE_MAX``.
"""

from collections.abc import Mapping

from fhir_kb.formats.json_tokens import TOKEN, key_text
from fhir_kb.formats.location import Place

INSIDE_MAX = 100_000
"""A value that comes after so many others in one container is located as the container."""


class JsonPlace:
    """A value: a member of an object begins at its key, ``offset``, its value at ``start``."""

    __slots__ = ("_inside", "_start", "_text", "offset")

    def __init__(self, text: str, offset: int, start: int) -> None:
        self.offset = offset
        self._text = text
        self._start = start
        self._inside: Mapping[str | int, Place] | None = None

    @property
    def inside(self) -> Mapping[str | int, Place]:
        """The places of the members or items; of a key that stands twice the last."""
        if self._inside is None:
            self._inside = self._find_inside()
        return self._inside

    def _find_inside(self) -> Mapping[str | int, Place]:
        places: dict[str | int, Place] = {}
        key: str | None = None
        key_offset = 0
        depth = 0
        for match in TOKEN.finditer(self._text, self._start):
            part, is_key = match.groups()
            if part in "}]":
                depth -= 1
            elif depth == 1 and is_key:
                key, key_offset = key_text(part), match.start()
            elif depth == 1:
                step, offset = (len(places), match.start()) if key is None else (key, key_offset)
                places[step] = JsonPlace(self._text, offset, match.start())
            if part in "{[":
                depth += 1
            if depth == 0 or len(places) == INSIDE_MAX:
                break
        return places


def json_root(text: str) -> JsonPlace:
    """Return the place of the value that ``text`` is; its syntax must be right."""
    match = TOKEN.search(text)
    start = match.start() if match else 0
    return JsonPlace(text, start, start)
