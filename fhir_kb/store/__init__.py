"""Resources kept as exact text, found by sets of rows.

https://hl7.org/fhir/R4/http.html

``Snapshot.open(path)`` reads an immutable file of knowledge, ``SnapshotHolder(path)`` follows a
file that is swapped whole, ``write_snapshot(path, entries, …)`` makes one. All readers follow
``interface.Store``::

    holder = SnapshotHolder(path)
    store = holder.current()                 # a Snapshot; keep it for the whole request
    store.read("MedicationKnowledge", "x")   # StoredResource | None, raises CorruptedResource
    store.total("MedicationKnowledge")       # int
    store.release, store.fingerprint         # texts
    store.rows_of_type(type)                 # Rows; store.resources(rows) reads their bodies
"""
