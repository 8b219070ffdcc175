"""Resources of a snapshot by row number, each checked before it is given out.

https://hl7.org/fhir/R4/resource.html#Meta
"""

from collections.abc import Iterator, Mapping
from hashlib import sha256

from fhir_kb.errors import CorruptedResource
from fhir_kb.store.cache import ByteBoundedCache
from fhir_kb.store.interface import Link, Rows, Texts
from fhir_kb.store.keys import SEPARATOR
from fhir_kb.store.resource import StoredResource
from fhir_kb.store.snapshot.records import PART_SEPARATOR, Record, checked_head, unpacked_record
from fhir_kb.store.snapshot.records_file import RecordsFile

_TOGETHER = 100
"""Texts given out at once: few enough for the processor to keep them at hand."""
_NO_HEAD = (0, b"", 0)
"""No body has this digest."""


class StoredRows:
    """What is stored of each row; ``type_names`` are the names of the type numbers."""

    def __init__(
        self, records: RecordsFile, type_names: Mapping[int, str], cache_bytes: int
    ) -> None:
        self._records = records
        self._type_names = type_names
        self._type_numbers = {name: number for number, name in type_names.items()}
        self._checked: ByteBoundedCache[int, StoredResource] = ByteBoundedCache(cache_bytes)

    def row(self, type: str, id: str) -> int | None:
        """Return the row of a resource, or None."""
        number = self._type_numbers.get(type)
        for row in self._records.rows_of(type, id):
            head = self._head(row)
            if head.id == id and head.type == number:
                return row
        return None

    def read(self, type: str, id: str) -> StoredResource | None:
        """Return a resource, or None; refuse one that changed since it was built.

        Nothing is kept: who is asked for one id again and again keeps the answer that was made of
        it.
        """
        for row in self._records.rows_of(type, id):
            resource = self._read(row)
            if resource.id == id and resource.type == type:
                return resource
        return None

    def resource(self, row: int) -> StoredResource:
        """Return the resource of a row that exists; refuse one that changed since it was built."""
        resource = self._checked.get(row)
        if resource is None:
            resource = self._read(row)
            self._checked.put(row, resource, 500 + len(resource.body))
        return resource

    def bodies(self, rows: Rows) -> Iterator[Texts]:
        """Yield the texts of these rows by type, in row order, each checked and none kept."""
        numbers = rows.to_array()
        for start in range(0, len(numbers), _TOGETHER):
            texts: dict[int, list[bytes]] = {}
            refused: list[CorruptedResource] = []
            for row in numbers[start : start + _TOGETHER]:
                record = self._records.record(row)
                type, digest, end = checked_head(record, row) or _NO_HEAD
                body = bytes(record[end:])
                if sha256(body, usedforsecurity=False).digest() != digest:
                    refused.append(self._refusal(row))
                elif type in texts:
                    texts[type].append(body)
                else:
                    texts[type] = [body]
            for type, found in texts.items():
                yield Texts(self._type_names[type], found, [])
            if refused:
                yield Texts("", [], refused)

    def identity(self, row: int) -> tuple[str, str]:
        """Return type and id of the resource of this row."""
        head = self._head(row)
        return self._type_names[head.type], head.id

    def links(self, row: int) -> tuple[Link, ...]:
        """Return the references that the resource of this row holds."""
        links = self._head(row).links.split(PART_SEPARATOR)
        parts = (link.split(SEPARATOR) for link in links if link)
        return tuple(
            Link(code, type or None, id or None, url or None) for code, type, id, url in parts
        )

    def _head(self, row: int) -> Record:
        head = unpacked_record(self._records.record(row), row)
        if head is None:
            raise _unsealed(row)
        return head

    def _read(self, row: int) -> StoredResource:
        (number, id, version_id, last_updated, _, digest, _), body = self._whole(row)
        type = self._type_names[number]
        return StoredResource(type, id, version_id, last_updated, body, digest.hex())

    def _refusal(self, row: int) -> CorruptedResource:
        """Return why a row that is damaged is not given out."""
        try:
            self._whole(row)
        except CorruptedResource as refusal:
            return refusal
        return _unsealed(row)

    def _whole(self, row: int) -> tuple[Record, bytes]:
        """Return what a row holds, both parts checked."""
        record = self._records.record(row)
        head = unpacked_record(record, row)
        if head is None:
            raise _unsealed(row)
        body = bytes(record[head.end :])
        if sha256(body, usedforsecurity=False).digest() != head.digest:
            raise CorruptedResource(
                f"The stored text of {self._type_names[head.type]}/{head.id} does not match its "
                "SHA-256; it is not served. Build the knowledge again"
            )
        return head, body


def _unsealed(row: int) -> CorruptedResource:
    return CorruptedResource(
        f"What is stored beside the text of row {row} does not match its checksum; it is not "
        "served. Build the knowledge again"
    )
