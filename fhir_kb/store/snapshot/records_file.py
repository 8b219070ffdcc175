"""Reads the records that stand behind the index of a snapshot, by row or by identity.

https://docs.python.org/3/library/mmap.html
"""

from bisect import bisect_left
from collections.abc import Sequence
from mmap import ACCESS_READ, mmap
from pathlib import Path
from zlib import crc32

from fhir_kb.errors import CorruptedResource, StoreError
from fhir_kb.store.snapshot.records import (
    FOOTER,
    MAGIC,
    identity_hash,
    tables_size,
    unpacked_tables,
)

_NOTHING = memoryview(b"")


class RecordsFile:
    """The records of ``path``, which stays readable when another file takes its name.

    The file is mapped as a whole: a call of the system for each record would let go of the
    interpreter's lock, and a busy server waits longer for that than for the bytes. All methods
    may be called from any thread.
    """

    def __init__(self, path: Path) -> None:
        try:
            with path.open("rb") as file:
                content = memoryview(mmap(file.fileno(), 0, access=ACCESS_READ))
        except (OSError, ValueError) as error:
            raise StoreError(f"The knowledge {path} cannot be opened: {error}") from error
        end = len(content) - FOOTER.size
        if end < 0 or content[end : end + len(MAGIC)] != MAGIC:
            raise _unfinished(path)
        _, self._base, tables, self._number, seal = FOOTER.unpack_from(content, end)
        if tables + tables_size(self._number) != end:
            raise _unfinished(path)
        packed = content[tables:end]
        # Looked into once and whole: a table that changed would hide a resource in silence.
        if crc32(packed) != seal:
            raise CorruptedResource(
                f"The list of resources in {path} does not match its checksum; "
                "build the knowledge again"
            )
        self._content = content
        self._starts, self._hashes, self._rows, self._groups, self._shift = unpacked_tables(
            packed, self._number
        )

    def rows_of(self, type: str, id: str) -> Sequence[int]:
        """Return the rows that a resource may be in: its own, and seldom that of another."""
        hash = identity_hash(type, id)
        group, hashes = hash >> self._shift, self._hashes
        end = self._groups[group + 1]
        first = last = bisect_left(hashes, hash, self._groups[group], end)
        while last < end and hashes[last] == hash:
            last += 1
        return self._rows[first:last]

    def record(self, row: int) -> memoryview:
        """Return the record of a row where it is, nothing for a row that is not there."""
        if not 0 <= row < self._number:
            return _NOTHING
        base, starts = self._base, self._starts
        return self._content[base + starts[row] : base + starts[row + 1]]


def _unfinished(path: Path) -> StoreError:
    return StoreError(f"The knowledge {path} was not written to its end; build the knowledge again")
