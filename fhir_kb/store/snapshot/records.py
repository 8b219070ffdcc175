"""How the texts of a snapshot lie in its file: one record after another, behind the index.

https://sqlite.org/fileformat2.html#the_database_header

SQLite counts its own pages, so that what stands behind the last of them is not its concern: one
file holds both, and one rename swaps both. A resource is read with one call of the system and
none of SQLite, whose own way to a text takes longer than all the rest of a read.

Behind the records come three tables, and a footer that tells where everything begins:

* where each record begins, by row, and the end of the last one
* the CRC-32 of each resource's type and id, in rising order
* the rows that these belong to

A record is its ``HEAD``, the text beside the body, and the body. No byte is given out unchecked:
the CRC-32 at the head of a record covers everything up to the body, and the SHA-256 the body.
"""

from array import array
from collections.abc import Sequence
from struct import Struct
from typing import NamedTuple
from zlib import crc32

from fhir_kb.store.resource import StoredResource

SEPARATOR = "\x1e"
"""Between the parts of the text beside a body: id, version, last update, and each link."""

HEAD = Struct("<IIII32s")
"""CRC-32 of what follows up to the body, row, number of the type, length of the text, SHA-256."""

FOOTER = Struct("<8sQQQI")
"""MAGIC, start of the records, start of the tables, number of rows, CRC-32 of the tables."""

MAGIC = b"fhir-kb\x03"
_SEALED = Struct("<III32s")
_SEAL_BYTES = 4


class Record(NamedTuple):
    """What stands in a record before its body, which begins at ``end``; ``digest`` is not hex.

    ``links`` are joined by ``SEPARATOR``.
    """

    type: int
    id: str
    version_id: str
    last_updated: str
    links: str
    digest: bytes
    end: int


class Tables(NamedTuple):
    """Where records are: ``starts`` by row, ``rows`` by ``hashes``, which rise."""

    starts: Sequence[int]
    hashes: Sequence[int]
    rows: Sequence[int]


def identity_hash(type: str, id: str) -> int:
    """Return what a resource is looked up by; others may share it."""
    return crc32(f"{type}/{id}".encode("utf-8", "surrogatepass"))


def packed_head(row: int, type: int, resource: StoredResource, digest: bytes, links: str) -> bytes:
    """Return the record of a resource without its body, whose SHA-256 is ``digest``."""
    parts = (resource.id, resource.version_id, resource.last_updated, links)
    text = SEPARATOR.join(parts).encode()
    head = _SEALED.pack(row, type, len(text), digest) + text
    return crc32(head).to_bytes(_SEAL_BYTES, "little") + head


def unpacked_record(record: bytes, row: int) -> Record | None:
    """Return what stands before the body; None where it is not what was written for this row.

    Less than the whole record will do if it holds everything before the body.
    """
    if len(record) < HEAD.size:
        return None
    seal, written_row, type, length, digest = HEAD.unpack_from(record)
    end = HEAD.size + length
    if crc32(record[_SEAL_BYTES:end]) != seal or written_row != row:
        return None
    text = record[HEAD.size : end].decode()
    id, version_id, last_updated, links = text.split(SEPARATOR, 3)
    return Record(type, id, version_id, last_updated, links, digest, end)


def holds_text(beginning: bytes) -> bool:
    """Return whether the beginning of a record reaches to the body."""
    if len(beginning) < HEAD.size:
        return False
    length: int = HEAD.unpack_from(beginning)[3]
    return HEAD.size + length <= len(beginning)


def packed_tables(starts: "array[int]", hashes: "array[int]") -> bytes:
    """Return the tables of records that begin at ``starts``; ``hashes`` are by row."""
    rows = array("I", sorted(range(len(hashes)), key=hashes.__getitem__))
    rising = array("I", map(hashes.__getitem__, rows))
    return starts.tobytes() + rising.tobytes() + rows.tobytes()


def unpacked_tables(tables: memoryview, number: int) -> Tables:
    """Return the tables of so many rows; they stay where they are."""
    hashes = 8 * (number + 1)
    rows = hashes + 4 * number
    return Tables(
        tables[:hashes].cast("Q"),
        tables[hashes:rows].cast("I"),
        tables[rows : rows + 4 * number].cast("I"),
    )


def tables_size(number: int) -> int:
    """Return how many bytes the tables of so many rows take."""
    return 8 * (number + 1) + 8 * number
