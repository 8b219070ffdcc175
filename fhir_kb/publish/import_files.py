"""Files of bulk data: lines of NDJSON or one document, plain or gzip'd, read from any place on.

https://hl7.org/fhir/uv/bulkdata/export.html
"""

import gzip
from collections.abc import Iterator
from hashlib import file_digest
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from fhir_kb.errors import MalformedContent, TooLarge
from fhir_kb.formats import Json
from fhir_kb.formats.json import read_json
from fhir_kb.formats.ndjson import ndjson_lines

LINE_BYTES_MAX = 64_000_000
"""Longest line, and largest document, that is read."""

_GZIP = b"\x1f\x8b"
_SNIFFED = 65_536
_LINED = frozenset({".ndjson", ".jsonl"})


class Piece(NamedTuple):
    """What is to become one resource.

    ``name`` says where it stands, for people; ``line`` its number from 1, of a line or an entry;
    ``place`` the byte behind it, 0 where the file is read as a whole. ``content`` is its text, or
    an object read already, or why there is none.
    """

    name: str
    line: int
    place: int
    content: bytes | Json | MalformedContent


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file as it lies on disk, in hexadecimal."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def pieces_of(path: Path, place: int = 0, line: int = 0) -> Iterator[tuple[Piece, int]]:
    """Yield each piece of a file behind ``place`` and ``line``, with the bytes read on disk.

    A file of lines gives its lines, a Bundle its entries, another document itself. Refuses
    (OSError, EOFError, zlib.error) a file that cannot be read to its end.
    """
    with path.open("rb") as file:
        is_zipped = file.read(2) == _GZIP
        file.seek(0)
        stream = cast(BinaryIO, gzip.GzipFile(fileobj=file)) if is_zipped else file
        if _has_lines(path, stream):
            stream.seek(place)
            for number, content in ndjson_lines(stream, max_bytes=LINE_BYTES_MAX):
                name = f"{path}:{line + number}"
                yield Piece(name, line + number, stream.tell(), content), file.tell()
        else:
            stream.seek(0)
            for piece in _document(path, stream):
                yield piece, file.tell()


def _has_lines(path: Path, stream: BinaryIO) -> bool:
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
    if suffixes and suffixes[-1] in _LINED:
        return True
    start = [line.strip() for line in stream.read(_SNIFFED).splitlines()]
    first, second, *_ = [*(line for line in start if line), b"", b""]
    return first.startswith(b"{") and first.endswith(b"}") and second.startswith(b"{")


def _document(path: Path, stream: BinaryIO) -> Iterator[Piece]:
    content = stream.read(LINE_BYTES_MAX + 1)
    if len(content) > LINE_BYTES_MAX:
        reason = f"It has more than {LINE_BYTES_MAX} bytes; write one resource on each line"
        yield Piece(str(path), 1, 0, TooLarge(reason))
        return
    try:
        document = read_json(content, max_bytes=LINE_BYTES_MAX)
    except MalformedContent as fault:
        yield Piece(f"{path}:{fault.line or 1}", fault.line or 1, 0, fault)
        return
    if document.get("resourceType") != "Bundle":
        yield Piece(str(path), 1, 0, content.strip())
        return
    entries = document.get("entry", [])
    for number, entry in enumerate(entries if isinstance(entries, list) else []):
        name, resource = f"{path}: entry[{number}]", None
        if isinstance(entry, dict):
            resource = entry.get("resource")
        if isinstance(resource, dict):
            yield Piece(name, number + 1, 0, resource)
        else:
            yield Piece(name, number + 1, 0, MalformedContent("The entry has no resource"))
