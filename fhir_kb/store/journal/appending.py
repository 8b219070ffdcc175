"""One open transaction of any engine: numbers, seals and packs what is appended.

https://hl7.org/fhir/R4/http.html#transaction
"""

from collections.abc import Callable
from typing import Any

from fhir_kb.store.index import IndexRows
from fhir_kb.store.instants import instant_text, microseconds
from fhir_kb.store.journal.interface import JournalEntry, Method
from fhir_kb.store.journal.rows import packed_rows
from fhir_kb.store.journal.seal import Head, entry_of
from fhir_kb.store.resource import StoredResource
from fhir_kb.store.sealing import sealed


class JournalAppending:
    """Follows ``journal.interface.JournalTransaction``; ``insert`` takes the columns of a version.

    ``latest`` is the head of what was appended last, None before.
    """

    def __init__(
        self, sequence: int, instant: int, insert: Callable[[tuple[Any, ...]], object]
    ) -> None:
        self.sequence = sequence
        self.instant = instant_text(instant)
        self._microseconds = microseconds(self.instant)
        self._insert = insert
        self.latest: Head | None = None

    def append(
        self, method: Method, resource: StoredResource, rows: IndexRows, indexed_by: str
    ) -> JournalEntry:
        """Add a version and return what others will learn of it."""
        head = Head(
            self.sequence + 1,
            method,
            resource.type,
            resource.id,
            resource.version_id,
            resource.last_updated,
            self._microseconds,
            bytes.fromhex(resource.digest),
        )
        packed = packed_rows(rows)
        self._insert((*head, head.seal, indexed_by, sealed(packed), resource.body))
        self.sequence = head.sequence
        self.latest = head
        return entry_of(head, indexed_by, packed)
