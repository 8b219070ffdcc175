"""Resources kept as exact text, found by sets of rows.

https://hl7.org/fhir/R4/http.html

``Snapshot.open(path)`` reads an immutable file of knowledge, ``SnapshotHolder(path)`` follows a
file that is swapped whole, ``write_snapshot(path, entries, …)`` makes one. All readers follow
``interface.Store``::

    write_snapshot(path, in_row_order(entries), version="R5", release="2024-05")
    holder = SnapshotHolder(path)
    store = holder.current()                 # a Snapshot; keep it for the whole request
    store.read("MedicationKnowledge", "x")   # StoredResource | None, raises CorruptedResource
    store.total("MedicationKnowledge")       # int
    store.version, store.release, store.fingerprint, store.types
    store.resources(rows)                    # the bodies of a set of rows, checked

What clients write is kept in a journal above it (``journal.interface``)::

    journal = open_journal(folder, "r5", database="")
    written = WrittenStore(holder.current, journal, indexer.index)
    with written.transaction() as writing:   # all or nothing, on disk when the block has ended
        writing.write("POST", "Group", "x", resource)
    written.current()                        # a Store with every commit in it
"""

from fhir_kb.store.index import IndexRows
from fhir_kb.store.interface import Field, Index, Reader, Rows, Store
from fhir_kb.store.journal.opening import journal_path, open_journal
from fhir_kb.store.resource import Entry, StoredResource
from fhir_kb.store.snapshot.holder import SnapshotHolder
from fhir_kb.store.snapshot.reader import Snapshot
from fhir_kb.store.snapshot.writer import Written, in_row_order, write_snapshot
from fhir_kb.store.written.store import WrittenStore

__all__ = [
    "Entry",
    "Field",
    "Index",
    "IndexRows",
    "Reader",
    "Rows",
    "Snapshot",
    "SnapshotHolder",
    "Store",
    "StoredResource",
    "Written",
    "WrittenStore",
    "in_row_order",
    "journal_path",
    "open_journal",
    "write_snapshot",
]
