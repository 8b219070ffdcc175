"""Writes the records of a snapshot into a file of their own, and at last behind its index.

https://sqlite.org/fileformat2.html#the_database_header
"""

import os
from array import array
from contextlib import suppress
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import IO
from zlib import crc32

from fhir_kb.store.resource import StoredResource
from fhir_kb.store.snapshot.records import (
    FOOTER,
    MAGIC,
    identity_hash,
    packed_head,
    packed_tables,
)

_BUFFER = 1 << 20


class RecordsWriter:
    """Takes in resources in the order of their rows; until the end they lie in ``folder``.

    The file there has no name, so that nothing is left of a build that was killed.
    """

    def __init__(self, folder: Path) -> None:
        self._file = TemporaryFile(dir=folder, buffering=_BUFFER)  # noqa: SIM115
        self._end = 0
        self._starts = array("Q", [0])
        self._hashes = array("I")

    def add(self, row: int, type: int, resource: StoredResource, digest: bytes, links: str) -> None:
        """Write the record of the next row."""
        head = packed_head(row, type, resource, digest, links)
        self._file.write(head)
        self._file.write(resource.body)
        self._end += len(head) + len(resource.body)
        self._starts.append(self._end)
        self._hashes.append(identity_hash(resource.type, resource.id))

    def append_to(self, path: Path) -> None:
        """Put everything behind what is in ``path``, and close it with the footer."""
        number = len(self._hashes)
        tables = packed_tables(self._starts, self._hashes)
        with path.open("r+b") as index:
            start = index.seek(0, os.SEEK_END)
            self._file.flush()
            _append(self._file, index, self._end)
            index.write(tables)
            index.write(FOOTER.pack(MAGIC, start, start + self._end, number, crc32(tables)))

    def close(self) -> None:
        """Let go of what was not put anywhere."""
        self._file.close()


def _append(source: IO[bytes], target: IO[bytes], size: int) -> None:
    """Put ``size`` bytes of one file behind another; both stand at the end then."""
    done = 0
    if hasattr(os, "copy_file_range"):
        # The kernel copies between its own pages, or shares them where the file system can.
        with suppress(OSError):
            while done < size:
                copied = os.copy_file_range(
                    source.fileno(), target.fileno(), size - done, offset_src=done
                )
                if not copied:
                    break
                done += copied
    source.seek(done)
    target.seek(0, os.SEEK_END)
    copyfileobj(source, target, _BUFFER)
