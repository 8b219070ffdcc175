"""The documents that ``fhir-kb validate`` is given: files, folders, standard input.

https://hl7.org/fhir/uv/bulkdata/export.html (NDJSON)
"""

import sys
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from fhir_kb.errors import TooLarge
from fhir_kb.formats.ndjson import ndjson_lines
from fhir_kb.validation.verdict import Document

STANDARD_INPUT = "-"
BYTES_MAX = 64_000_000
"""Largest file, and longest line of NDJSON, that is read."""

_SUFFIXES = frozenset({".json", ".xml", ".ndjson", ".jsonl"})
_NDJSON = frozenset({".ndjson", ".jsonl"})
_NO_RESOURCES = frozenset({"package.json", "package-lock.json", "tsconfig.json"})
_SNIFFED = 65_536


def find_files(names: Iterable[str]) -> list[Path]:
    """Return the files that these names mean, those of a folder in alphabetical order.

    In a folder, and the folders in it, these are the ``.json``, ``.xml``, ``.ndjson`` and
    ``.jsonl`` files; what begins with a point and the files of package managers are left out.
    """
    files: list[Path] = []
    for name in names:
        path = Path(name)
        if name != STANDARD_INPUT and path.is_dir():
            files += sorted(file for file in path.rglob("*") if _is_candidate(file, path))
        else:
            files.append(path)
    return files


def read_documents(file: Path) -> Iterator[Document]:
    """Yield the documents of a file, or of standard input for ``-``; nothing is raised."""
    name = str(file).encode(errors="replace").decode()
    try:
        if name == STANDARD_INPUT:
            yield from _documents("<stdin>", sys.stdin.buffer, is_ndjson=False)
            return
        size = file.stat().st_size
        is_ndjson = file.suffix.lower() in _NDJSON
        if size > BYTES_MAX and not is_ndjson:
            reason = f"It has {size} bytes; at most {BYTES_MAX} are read"
            yield Document(name, b"", refused=reason)
            return
        with file.open("rb") as stream:
            yield from _documents(name, stream, is_ndjson=is_ndjson)
    except OSError as error:
        yield Document(name, b"", refused=f"It cannot be read: {error.strerror}")


def _is_candidate(file: Path, folder: Path) -> bool:
    parts = file.relative_to(folder).parts
    return (
        file.suffix.lower() in _SUFFIXES
        and file.name not in _NO_RESOURCES
        and not any(part.startswith(".") for part in parts)
        and file.is_file()
    )


def _documents(name: str, stream: BinaryIO, *, is_ndjson: bool) -> Iterator[Document]:
    start = b"" if is_ndjson else stream.read(_SNIFFED)
    if is_ndjson:
        yield from _lines(name, stream)
        return
    content = start + stream.read(BYTES_MAX + 1 - len(start))
    if len(content) > BYTES_MAX:
        yield Document(name, b"", refused=f"It has more than {BYTES_MAX} bytes")
    elif _looks_like_ndjson(start):
        yield from _lines(name, BytesIO(content))
    else:
        yield Document(name, content)


def _lines(name: str, stream: BinaryIO) -> Iterator[Document]:
    for number, line in ndjson_lines(stream, max_bytes=BYTES_MAX):
        if isinstance(line, TooLarge):
            yield Document(name, b"", number, refused=line.reason)
        else:
            yield Document(name, line, number)


def _looks_like_ndjson(start: bytes) -> bool:
    """Whether the first two lines with something in them are objects, each on its own line."""
    lines = [line.strip() for line in start.splitlines()[:9]]
    objects = [line for line in lines if line][:2]
    return (
        len(objects) > 1 and objects[0].endswith(b"}") and all(o.startswith(b"{") for o in objects)
    )
