"""Resources of a snapshot by row number, each checked before it is given out.

https://hl7.org/fhir/R4/resource.html#Meta
"""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256

from fhir_kb.errors import CorruptedResource
from fhir_kb.store.cache import ByteBoundedCache
from fhir_kb.store.interface import Link, Rows, Texts
from fhir_kb.store.keys import SEPARATOR
from fhir_kb.store.resource import StoredResource
from fhir_kb.store.snapshot.records import Record, unpacked_record
from fhir_kb.store.snapshot.records_file import RecordsFile

_SWEEP = 100
"""So many rows are read at once: few enough for the processor to keep their texts at hand."""
_DENSE = 4
"""Rows are swept where at least one of so many is wanted."""


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
        """Yield the texts of these rows by type, in row order, each checked and none kept.

        Rows that lie close together are read in one sweep: to export everything costs little
        more than to read the file.
        """
        numbers = rows.to_array()
        for start in range(0, len(numbers), _SWEEP):
            yield from self._sweep(numbers[start : start + _SWEEP])

    def _sweep(self, numbers: Sequence[int]) -> Iterator[Texts]:
        texts: dict[int, list[bytes]] = {}
        for row, record in self._together(numbers):
            head = unpacked_record(record, row)
            body = record[head.end :] if head else b""
            if head is None or sha256(body, usedforsecurity=False).digest() != head.digest:
                # Where one is damaged or missing, each is read by itself, so that its place is
                # told.
                yield from map(self._one, numbers)
                return
            texts.setdefault(head.type, []).append(body)
        for type, found in texts.items():
            yield Texts(self._type_names[type], found, [])

    def _together(self, numbers: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        """Yield rows with their records: all between the first and the last read, or each."""
        first, last = numbers[0], numbers[-1]
        if last - first >= _DENSE * len(numbers):
            return ((row, self._records.record(row)) for row in numbers)
        records = self._records.records(first, last)
        return ((row, records[row - first]) for row in numbers)

    def _one(self, row: int) -> Texts:
        try:
            resource = self._read(row)
            return Texts(resource.type, [resource.body], [])
        except CorruptedResource as refusal:
            return Texts("", [], [refusal])

    def identity(self, row: int) -> tuple[str, str]:
        """Return type and id of the resource of this row."""
        head = self._head(row)
        return self._type_names[head.type], head.id

    def links(self, row: int) -> tuple[Link, ...]:
        """Return the references that the resource of this row holds."""
        parts = (link.split(SEPARATOR) for link in self._head(row).links if link)
        return tuple(
            Link(code, type or None, id or None, url or None) for code, type, id, url in parts
        )

    def _head(self, row: int) -> Record:
        head = unpacked_record(self._records.beginning(row), row)
        if head is None:
            raise _unsealed(row)
        return head

    def _read(self, row: int) -> StoredResource:
        record = self._records.record(row)
        head = unpacked_record(record, row)
        if head is None:
            raise _unsealed(row)
        number, id, version_id, last_updated, _, digest, end = head
        type, body = self._type_names[number], record[end:]
        if sha256(body, usedforsecurity=False).digest() != digest:
            raise CorruptedResource(
                f"The stored text of {type}/{id} does not match its SHA-256; it is not served. "
                "Build the knowledge again"
            )
        return StoredResource(type, id, version_id, last_updated, body, digest.hex())


def _unsealed(row: int) -> CorruptedResource:
    return CorruptedResource(
        f"What is stored beside the text of row {row} does not match its checksum; it is not "
        "served. Build the knowledge again"
    )
