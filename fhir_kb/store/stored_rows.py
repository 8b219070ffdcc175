"""Resources of a snapshot by row number, each checked before it is given out.

https://hl7.org/fhir/R4/resource.html#Meta
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from fhir_kb.errors import CorruptedResource
from fhir_kb.store.cache import ByteBoundedCache
from fhir_kb.store.connections import Connections
from fhir_kb.store.interface import Link
from fhir_kb.store.keys import SEPARATOR
from fhir_kb.store.resource import StoredResource
from fhir_kb.store.snapshot_schema import LINK_SEPARATOR, resource_seal

_ROW = "SELECT row FROM resource INDEXED BY resource_identity WHERE type = ? AND id = ?"
_HEAD = "type, id, version_id, last_updated, digest, links, seal"
_HEAD_ONLY = f"SELECT {_HEAD} FROM resource WHERE row = ?"  # noqa: S608  # constant text
_RESOURCE = f"SELECT {_HEAD}, body FROM resource WHERE row = ?"  # noqa: S608


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

    def resource(self, row: int) -> StoredResource:
        """Return the resource of a row that exists; refuse one that changed since it was built."""
        resource = self._checked.get(row)
        if resource is None:
            resource = self._read(row)
            self._checked.put(row, resource, 500 + len(resource.body))
        return resource

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
        *head, seal, body = self._found(_RESOURCE, row)
        self._check_head(row, head, seal)
        number, id, version_id, last_updated, digest, _ = head
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
            raise CorruptedResource(
                f"What is stored beside the text of row {row} ({head[1]!r}) does not match its "
                "checksum; it is not served. Build the knowledge again"
            )
