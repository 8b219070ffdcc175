"""The files of an export: one resource a line, one type a file, forced to disk at their end.

https://hl7.org/fhir/uv/bulkdata/STU2/export.html#bulk-data-output-file-request
"""

import os
from pathlib import Path
from typing import BinaryIO

from fhir_kb.export.job import OutputFile, OutputKind

LINES_MOST = 200_000
"""A file has at most so many lines; then another is begun."""

_WAITING = 500
"""Lines that are written at once."""


class Output:
    """Lines of one kind and type, in as many files as it takes."""

    def __init__(
        self, folder: Path, kind: OutputKind, type: str, lines_most: int = LINES_MOST
    ) -> None:
        self._folder = folder
        self._kind: OutputKind = kind
        self._type = type
        self._lines_most = lines_most
        self._waiting: list[bytes] = []
        self._file: BinaryIO | None = None
        self._names: list[str] = []
        self._counts: list[int] = []

    def add(self, line: bytes) -> None:
        """Add one resource; white space that would break the line is made a blank."""
        if b"\n" in line or b"\r" in line:
            line = line.replace(b"\r", b" ").replace(b"\n", b" ")
        self._waiting.append(line)
        if len(self._waiting) >= _WAITING:
            self._write()

    def close(self) -> list[OutputFile]:
        """Write what waits, force it to disk, and return the files."""
        self._write()
        self._end()
        return [
            OutputFile(self._kind, self._type, name, count)
            for name, count in zip(self._names, self._counts, strict=True)
        ]

    def abandon(self) -> None:
        """Close without caring for what was written."""
        if self._file is not None:
            self._file.close()

    def _write(self) -> None:
        while self._waiting:
            if self._file is None:
                self._begin()
            free = self._lines_most - self._counts[-1]
            lines, self._waiting = self._waiting[:free], self._waiting[free:]
            if self._file is not None:
                self._file.write(b"\n".join(lines) + b"\n")
            self._counts[-1] += len(lines)
            if self._counts[-1] >= self._lines_most:
                self._end()

    def _begin(self) -> None:
        prefix = "" if self._kind == "output" else f"{self._kind}-"
        self._names.append(f"{prefix}{self._type}-{len(self._names) + 1}.ndjson")
        self._counts.append(0)
        self._file = (self._folder / self._names[-1]).open("xb")

    def _end(self) -> None:
        if self._file is not None:
            os.fsync(self._file.fileno())
            self._file.close()
            self._file = None
