"""The check that every stored blob carries.

https://sqlite.org/howtocorrupt.html

No engine keeps checksums by default: a changed byte inside a page is read as if it were right.
"""

from zlib import crc32

from fhir_kb.errors import CorruptedResource


def sealed(blob: bytes) -> bytes:
    """Return ``blob`` behind its CRC-32."""
    return crc32(blob).to_bytes(4, "little") + blob


def unsealed(blob: bytes, what: str) -> memoryview:
    """Return what ``sealed`` was given; refuse a blob that changed. ``what`` is named then."""
    content = memoryview(blob)[4:]
    if crc32(content) != int.from_bytes(blob[:4], "little"):
        raise CorruptedResource(
            f"The index of {what} does not match its checksum; build the knowledge again"
        )
    return content
