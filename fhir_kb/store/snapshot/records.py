"""How the texts of a snapshot lie in its file: one record after another, behind the index.

https://sqlite.org/fileformat2.html#the_database_header

SQLite counts its own pages, so that what stands behind the last of them is not its concern: one
file holds both, and one rename swaps both. A resource is read where it lies in the mapped file:
SQLite's own way to a text takes longer than all the rest of a read.

Behind the records come four tables, and a footer that tells where everything begins:

* where each record begins, by row, and the end of the last one
* the CRC-32 of each resource's type and id, in rising order
* the rows that these belong to
* where in these two each group of hashes with the same highest bits begins

A record is its ``HEAD``, the text beside the body, and the body. No byte is given out unchecked:
the CRC-32 at the head of a record covers everything up to the body, and the SHA-256 the body.
"""

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from functools import partial
from struct import Struct
from typing import NamedTuple
from zlib import crc32

from fhir_kb.store.resource import StoredResource

PART_SEPARATOR = "\x1e"
"""Between the parts of the text beside a body: id, version, last update, and each link."""

HEAD = Struct("<IIII32s")
"""CRC-32 of what follows up to the body, row, number of the type, length of the text, SHA-256."""

FOOTER = Struct("<8sQQQI")
"""MAGIC, start of the records, start of the tables, number of rows, CRC-32 of the tables."""

MAGIC = b"fhir-kb\x03"
HASH_BITS = 32
_SEALED = Struct("<III32s")
_SEAL_BYTES = 4


class Record(NamedTuple):
    """What stands in a record before its body, which begins at ``end``; ``digest`` is not hex.

    ``type`` is the type's number, ``links`` are joined by ``PART_SEPARATOR``.
    """

    type: int
    id: str
    version_id: str
    last_updated: str
    links: str
    digest: bytes
    end: int


_record = partial(tuple.__new__, Record)
"""Makes a record of its parts as quickly as a plain tuple: every read makes one."""


class Tables(NamedTuple):
    """Where records are: ``starts`` by row, ``rows`` by ``hashes``, which rise.

    ``groups`` tells, for the bits of a hash above ``shift``, where those that share them begin.
    """

    starts: Sequence[int]
    hashes: Sequence[int]
    rows: Sequence[int]
    groups: Sequence[int]
    shift: int


def identity_hash(type: str, id: str) -> int:
    """Return what a resource is looked up by; others may share it."""
    return crc32(f"{type}/{id}".encode("utf-8", "surrogatepass"))


def packed_head(row: int, type: int, resource: StoredResource, digest: bytes, links: str) -> bytes:
    """Return the record of a resource without its body, whose SHA-256 is ``digest``."""
    parts = (resource.id, resource.version_id, resource.last_updated, links)
    text = PART_SEPARATOR.join(parts).encode()
    head = _SEALED.pack(row, type, len(text), digest) + text
    return crc32(head).to_bytes(_SEAL_BYTES, "little") + head


def checked_head(record: memoryview, row: int) -> tuple[int, bytes, int] | None:
    """Return the number of the type, the SHA-256 of the body, and where the body begins.

    None where what stands before the body is not what was written for this row.
    """
    if len(record) < HEAD.size:
        return None
    seal, written_row, type, length, digest = HEAD.unpack_from(record)
    end = HEAD.size + length
    if crc32(record[_SEAL_BYTES:end]) != seal or written_row != row:
        return None
    return type, digest, end


def unpacked_record(record: memoryview, row: int) -> Record | None:
    """Return what stands before the body; None where it is not what was written for this row."""
    head = checked_head(record, row)
    if head is None:
        return None
    type, digest, end = head
    text = str(record[HEAD.size : end], "utf-8")
    id, version_id, last_updated, links = text.split(PART_SEPARATOR, 3)
    return _record((type, id, version_id, last_updated, links, digest, end))


def packed_tables(starts: "array[int]", hashes: "array[int]") -> bytes:
    """Return the tables of records that begin at ``starts``; ``hashes`` are by row."""
    rows = array("I", sorted(range(len(hashes)), key=hashes.__getitem__))
    rising = array("I", map(hashes.__getitem__, rows))
    bits = _group_bits(len(hashes))
    firsts = (group << (HASH_BITS - bits) for group in range(1 << bits))
    groups = array("I", [*(bisect_left(rising, first) for first in firsts), len(rising)])
    return starts.tobytes() + rising.tobytes() + rows.tobytes() + groups.tobytes()


def unpacked_tables(tables: memoryview, number: int) -> Tables:
    """Return the tables of so many rows; they stay where they are."""
    hashes = 8 * (number + 1)
    rows = hashes + 4 * number
    groups = rows + 4 * number
    return Tables(
        tables[:hashes].cast("Q"),
        tables[hashes:rows].cast("I"),
        tables[rows:groups].cast("I"),
        tables[groups:].cast("I"),
        HASH_BITS - _group_bits(number),
    )


def tables_size(number: int) -> int:
    """Return how many bytes the tables of so many rows take."""
    return 8 * (number + 1) + 8 * number + 4 * ((1 << _group_bits(number)) + 1)


def _group_bits(number: int) -> int:
    """Return the bits that make groups of about four hashes; at most as many as hashes have."""
    return min(max(number.bit_length() - 2, 0), HASH_BITS)
