"""What binds a version of the journal together, checked whenever it is read.

https://sqlite.org/howtocorrupt.html

No engine keeps checksums by default: a changed byte inside a page is read as if it were right.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any, NamedTuple
from zlib import crc32

from fhir_kb.errors import CorruptedResource
from fhir_kb.store.journal.interface import JournalEntry, Method, Version
from fhir_kb.store.resource import StoredResource
from fhir_kb.store.sealing import unsealed


class Head(NamedTuple):
    """What stands beside a body, in the order of the columns; ``instant`` in microseconds."""

    sequence: int
    method: Method
    type: str
    id: str
    version_id: str
    last_updated: str
    instant: int
    digest: bytes

    @property
    def seal(self) -> int:
        """The CRC-32 of all that stands here."""
        return crc32(self.digest, crc32("\n".join(map(str, self[:-1])).encode()))


HEAD = "sequence, method, type, id, version_id, last_updated, instant, digest"
"""The columns of a head."""

VERSION = f"{HEAD}, seal, body"
"""The columns that ``checked_version`` takes."""

ENTRY = f"{HEAD}, seal, indexed_by, index_rows"
"""The columns that ``checked_entry`` takes."""


def entry_of(head: Head, indexed_by: str, rows: bytes | None) -> JournalEntry:
    """Return what a process learns of a version with this head."""
    return JournalEntry(
        head.sequence,
        head.method,
        head.type,
        head.id,
        head.version_id,
        head.last_updated,
        head.instant,
        indexed_by,
        rows,
    )


def checked_entry(columns: Sequence[Any]) -> JournalEntry:
    """Return the entry, without its rows when they are damaged; refuse one with another head."""
    *head_columns, seal, indexed_by, packed = columns
    head = _checked_head(head_columns, seal)
    try:
        return entry_of(head, indexed_by, bytes(unsealed(packed, head.type)))
    except CorruptedResource:
        # They can be made again from the body, which has a checksum of its own.
        return entry_of(head, indexed_by, None)


def checked_version(columns: Sequence[Any]) -> Version:
    """Return the version; refuse one whose head or body is not as it was written."""
    *head_columns, seal, body = columns
    head = _checked_head(head_columns, seal)
    if sha256(body).digest() != head.digest:
        raise CorruptedResource(
            f"The stored text of {head.type}/{head.id} version {head.version_id} does not match "
            "its SHA-256; it is not served. Restore it from a backup"
        )
    resource = StoredResource(
        head.type, head.id, head.version_id, head.last_updated, body, head.digest.hex()
    )
    return Version(head.sequence, head.method, resource)


def _checked_head(columns: list[Any], seal: int) -> Head:
    head = Head(*columns)
    try:
        is_sound = head.seal == seal
    except (TypeError, ValueError):
        is_sound = False
    if not is_sound:
        raise CorruptedResource(
            f"What is stored beside version number {columns[0]} of the written resources does "
            "not match its checksum; it is not served. Restore it from a backup"
        )
    return head
