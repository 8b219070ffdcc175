"""Resources of a snapshot by row number, each checked before it is given out.

https://hl7.org/fhir/R4/resource.html#Meta
"""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

from fhir_kb.errors import CorruptedResource
from fhir_kb.store.cache import ByteBoundedCache
from fhir_kb.store.interface import Link, Rows, Texts
from fhir_kb.store.keys import SEPARATOR
from fhir_kb.store.resource import StoredResource
from fhir_kb.store.snapshot.connections import Connections
from fhir_kb.store.snapshot.schema import LINK_SEPARATOR, resource_seal

_ROW = "SELECT row FROM resource INDEXED BY resource_identity WHERE type = ? AND id = ?"
_HEAD = "type, id, version_id, last_updated, digest, links, seal"
_HEAD_ONLY = f"SELECT {_HEAD} FROM resource WHERE row = ?"  # noqa: S608  # constant text
_BODIES = "SELECT row, type, digest, body FROM resource WHERE row"
_DENSELY = f"{_BODIES} BETWEEN ? AND ? ORDER BY row"
_SPARSELY = f"{_BODIES} IN"
_SWEEP = 100
"""So many rows are read at once: few enough for the processor to keep their texts at hand."""
_DENSE = 4
"""Rows are swept where at least one of so many is wanted."""
_RESOURCE = f"SELECT row, {_HEAD}, body FROM resource WHERE row = ?"  # noqa: S608
_BY_ID = (
    "SELECT row, version_id, last_updated, digest, links, seal, body "
    "FROM resource INDEXED BY resource_identity WHERE type = ? AND id = ?"
)


class StoredRows:
    """The resource table; ``type_names`` are the names of the type numbers."""

    def __init__(
        self, connections: Connections, type_names: Mapping[int, str], cache_bytes: int
    ) -> None:
        self._connections = connections
        self._type_names = type_names
        self._type_numbers = {name: number for number, name in type_names.items()}
        self._checked: ByteBoundedCache[int, StoredResource] = ByteBoundedCache(cache_bytes)

    def row(self, type: str, id: str) -> int | None:
        """Return the row of a resource, or None."""
        number = self._type_numbers.get(type)
        found = None if number is None else self._connections.one(_ROW, (number, id))
        return None if found is None else found[0]

    def read(self, type: str, id: str) -> StoredResource | None:
        """Return a resource, or None; refuse one that changed since it was built.

        One statement, and nothing is kept: who is asked for one id again and again keeps the
        answer that was made of it. The seal is checked for the type and id that are asked for, so
        that a damaged index cannot lead to another resource.
        """
        number = self._type_numbers.get(type)
        if number is None:
            return None
        found = self._connections.one(_BY_ID, (number, id))
        if found is None:
            return None
        row, version_id, last_updated, digest, links, seal, body = found
        return self._whole(row, number, id, version_id, last_updated, digest, links, seal, body)

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
        wanted = frozenset(numbers)
        texts: dict[int, list[bytes]] = {}
        read = 0
        try:
            for row, type, digest, body in self._connections.all(*_reading(numbers)):
                if sha256(body, usedforsecurity=False).digest() == digest and row in wanted:
                    read += 1
                    if type in texts:
                        texts[type].append(body)
                    else:
                        texts[type] = [body]
        except CorruptedResource:
            read = 0
        if read == len(numbers):
            for type, found in texts.items():
                yield Texts(self._type_names[type], found, [])
        else:
            # Where one is damaged or missing, each is read by itself, so that its place is told.
            yield from map(self._one, numbers)

    def _one(self, row: int) -> Texts:
        try:
            resource = self._read(row)
            return Texts(resource.type, [resource.body], [])
        except CorruptedResource as refusal:
            return Texts("", [], [refusal])

    def identity(self, row: int) -> tuple[str, str]:
        """Return type and id of the resource of this row."""
        *head, seal = self._found(_HEAD_ONLY, row)
        self._check_head(row, head, seal)
        return self._type_names[head[0]], head[1]

    def links(self, row: int) -> tuple[Link, ...]:
        """Return the references that the resource of this row holds."""
        *head, seal = self._found(_HEAD_ONLY, row)
        self._check_head(row, head, seal)
        parts = (link.split(SEPARATOR) for link in head[5].split(LINK_SEPARATOR) if link)
        return tuple(
            Link(code, type or None, id or None, url or None) for code, type, id, url in parts
        )

    def _read(self, row: int) -> StoredResource:
        return self._whole(*self._found(_RESOURCE, row))

    def _whole(
        self,
        row: int,
        number: int,
        id: str,
        version_id: str,
        last_updated: str,
        digest: bytes,
        links: str,
        seal: int,
        body: bytes,
    ) -> StoredResource:
        if resource_seal(row, number, id, version_id, last_updated, digest, links) != seal:
            raise _unsealed(row, id)
        type = self._type_names[number]
        if sha256(body).digest() != digest:
            raise CorruptedResource(
                f"The stored text of {type}/{id} does not match its SHA-256; it is not served. "
                "Build the knowledge again"
            )
        return StoredResource(type, id, version_id, last_updated, body, digest.hex())

    def _found(self, statement: str, row: int) -> Any:
        found = self._connections.one(statement, (row,))
        if found is None:
            raise CorruptedResource(f"Row {row} is missing; build the knowledge again")
        return found

    def _check_head(self, row: int, head: list[Any], seal: int) -> None:
        if resource_seal(row, *head) != seal:
            raise _unsealed(row, head[1])


def _unsealed(row: int, id: str) -> CorruptedResource:
    return CorruptedResource(
        f"What is stored beside the text of row {row} ({id!r}) does not match its "
        "checksum; it is not served. Build the knowledge again"
    )


def _reading(numbers: Sequence[int]) -> tuple[str, Sequence[int]]:
    """Return how to read rows: all between the first and the last, or one by one."""
    if numbers[-1] - numbers[0] < _DENSE * len(numbers):
        return _DENSELY, (numbers[0], numbers[-1])
    return f"{_SPARSELY} ({','.join('?' * len(numbers))}) ORDER BY row", numbers
