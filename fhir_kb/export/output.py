"""The files of an export: one resource a line, one type a file, forced to disk at their end.

https://hl7.org/fhir/uv/bulkdata/STU2/export.html#bulk-data-output-file-request
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from fhir_kb.export.job import OutputFile, OutputKind

LINES_MOST = 200_000
"""A file has at most so many lines; then another is begun."""


class Output:
    """Lines of one kind and type, in as many files as it takes."""

    def __init__(
        self, folder: Path, kind: OutputKind, type: str, lines_most: int = LINES_MOST
    ) -> None:
        self._folder = folder
        self._kind: OutputKind = kind
        self._type = type
        self._lines_most = lines_most
        self._file: BinaryIO | None = None
        self._names: list[str] = []
        self._counts: list[int] = []

    def add(self, lines: list[bytes]) -> None:
        """Add resources, each in a line; white space that would break a line is made a blank."""
        while lines:
            if self._file is None:
                self._begin()
            free = self._lines_most - self._counts[-1]
            now, lines = (lines, []) if len(lines) <= free else (lines[:free], lines[free:])
            self._counts[-1] += len(now)
            if self._file is not None:
                self._file.write(_joined(now))
            if self._counts[-1] >= self._lines_most:
                self._end()

    def close(self) -> list[OutputFile]:
        """Write what waits, force it to disk, and return the files."""
        self._end()
        return [
            OutputFile(self._kind, self._type, name, count)
            for name, count in zip(self._names, self._counts, strict=True)
        ]

    def abandon(self) -> None:
        """Close without caring for what was written."""
        if self._file is not None:
            with suppress(OSError):
                self._file.close()

    def _begin(self) -> None:
        prefix = "" if self._kind == "output" else f"{self._kind}-"
        self._names.append(f"{prefix}{self._type}-{len(self._names) + 1}.ndjson")
        self._counts.append(0)
        self._file = (self._folder / self._names[-1]).open("xb")

    def _end(self) -> None:
        if self._file is not None:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._file = None


def _joined(lines: list[bytes]) -> bytes:
    # A bare carriage return ends no line of NDJSON, and there is none without a line feed here.
    for line in lines:
        if b"\n" in line:
            return b"".join(
                each.replace(b"\r\n", b"  ").replace(b"\n", b" ") + b"\n" for each in lines
            )
    return b"\n".join([*lines, b""])
