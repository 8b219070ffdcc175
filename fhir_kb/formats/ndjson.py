"""NDJSON: one JSON object on each line, each read on its own so that one bad line stops nothing.

https://hl7.org/fhir/uv/bulkdata/export.html
"""

from collections.abc import Iterator
from typing import BinaryIO

from fhir_kb.errors import MalformedContent, TooLarge
from fhir_kb.formats import Json
from fhir_kb.formats.json import read_json
from fhir_kb.formats.text import BYTES_MAX, DEPTH_MAX


def read_ndjson(
    stream: BinaryIO, *, max_bytes: int = BYTES_MAX, max_depth: int = DEPTH_MAX
) -> Iterator[tuple[int, Json | MalformedContent]]:
    """Yield the number of each line, from 1, with its object or why it was refused.

    Empty lines are passed over. ``max_bytes`` is the limit of one line: a longer one is refused
    without being held in memory. What is refused is what ``read_json`` refuses.
    """
    for number, line in ndjson_lines(stream, max_bytes=max_bytes):
        if isinstance(line, TooLarge):
            yield number, line
        else:
            yield number, _read_line(line, number, max_bytes, max_depth)


def ndjson_lines(
    stream: BinaryIO, *, max_bytes: int = BYTES_MAX
) -> Iterator[tuple[int, bytes | TooLarge]]:
    """Yield the number of each line that is not empty, with its text as it stands.

    A line of more than ``max_bytes`` is refused without being held in memory.
    """
    number = 0
    while line := stream.readline(max_bytes + 1):
        number += 1
        if len(line) > max_bytes and not line.endswith(b"\n"):
            _skip_line(stream, max_bytes)
            yield (
                number,
                TooLarge(f"The line has more than {max_bytes} bytes", line=number, column=1),
            )
        elif not line.isspace():
            yield number, line


def _read_line(line: bytes, number: int, max_bytes: int, max_depth: int) -> Json | MalformedContent:
    try:
        return read_json(line, max_bytes=max_bytes + 1, max_depth=max_depth)
    except MalformedContent as error:
        return type(error)(error.reason, line=number, column=error.column)


def _skip_line(stream: BinaryIO, max_bytes: int) -> None:
    while (rest := stream.readline(max_bytes)) and not rest.endswith(b"\n"):
        pass
