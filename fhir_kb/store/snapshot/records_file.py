"""Reads the records that stand behind the index of a snapshot, by row or by identity.

https://docs.python.org/3/library/os.html#os.pread
"""

import os
from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise
from mmap import ACCESS_READ, ALLOCATIONGRANULARITY, mmap
from pathlib import Path
from weakref import finalize
from zlib import crc32

from fhir_kb.errors import CorruptedResource, StoreError
from fhir_kb.store.snapshot.records import (
    FOOTER,
    MAGIC,
    holds_text,
    identity_hash,
    tables_size,
    unpacked_tables,
)

_BEGINNING = 512
"""So many bytes hold all that stands before most bodies."""


class RecordsFile:
    """The records of ``path``, which stays readable when another file takes its name.

    Bodies are read by calls of the system and not through a mapping: a disk that fails is an
    error then, and not the end of the process. All methods may be called from any thread.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise StoreError(f"The knowledge {path} cannot be opened: {error}") from error
        self.close = finalize(self, os.close, self._file)
        end = os.fstat(self._file).st_size - FOOTER.size
        footer = os.pread(self._file, FOOTER.size, max(end, 0))
        if len(footer) < FOOTER.size or not footer.startswith(MAGIC):
            raise self._unfinished()
        _, self._base, tables, self._number, seal = FOOTER.unpack(footer)
        if tables + tables_size(self._number) != end:
            raise self._unfinished()
        before = tables % ALLOCATIONGRANULARITY
        mapped = mmap(self._file, before + end - tables, access=ACCESS_READ, offset=tables - before)
        packed = memoryview(mapped)[before:]
        # Looked into once and whole: a table that changed would hide a resource in silence.
        if crc32(packed) != seal:
            raise CorruptedResource(
                f"The list of resources in {path} does not match its checksum; "
                "build the knowledge again"
            )
        self._starts, self._hashes, self._rows = unpacked_tables(packed, self._number)

    def rows_of(self, type: str, id: str) -> Sequence[int]:
        """Return the rows that a resource may be in: its own, and seldom that of another."""
        hash = identity_hash(type, id)
        hashes = self._hashes
        first = last = bisect_left(hashes, hash)
        while last < self._number and hashes[last] == hash:
            last += 1
        return self._rows[first:last]

    def record(self, row: int) -> bytes:
        """Return the record of a row, nothing for a row that is not there."""
        if not 0 <= row < self._number:
            return b""
        start = self._starts[row]
        return self._read(start, self._starts[row + 1] - start)

    def beginning(self, row: int) -> bytes:
        """Return at least what stands before the body in the record of a row."""
        if not 0 <= row < self._number:
            return b""
        start, end = self._starts[row], self._starts[row + 1]
        found = self._read(start, min(end - start, _BEGINNING))
        return found if holds_text(found) else self.record(row)

    def records(self, first: int, last: int) -> list[bytes]:
        """Return the records from one row to another, both included, read in one go."""
        starts = self._starts[first : min(last, self._number - 1) + 2]
        if len(starts) < 2:  # noqa: PLR2004
            return []
        base = starts[0]
        found = self._read(base, starts[-1] - base)
        return [found[start - base : end - base] for start, end in pairwise(starts)]

    def _read(self, start: int, size: int) -> bytes:
        try:
            return os.pread(self._file, size, self._base + start)
        except OSError as error:
            raise CorruptedResource(
                f"The knowledge {self._path} cannot be read: {error}; build the knowledge again"
            ) from error

    def _unfinished(self) -> StoreError:
        return StoreError(
            f"The knowledge {self._path} was not written to its end; build the knowledge again"
        )
