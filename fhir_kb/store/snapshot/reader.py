"""Reads a snapshot: resources by id or row, and sets of rows by value.

https://sqlite.org/uri.html

A snapshot never changes, so what was read and checked once may be kept: bodies, sets of rows and
sort orders are cached within bounds. All methods may be called from any thread.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pyroaring import FrozenBitMap

from fhir_kb.errors import ExpiredPage, StoreError
from fhir_kb.store.cache import ByteBoundedCache
from fhir_kb.store.interface import Field, Intervals, Link, Rows, SortOrder, Texts
from fhir_kb.store.keys import first_part_range
from fhir_kb.store.mixed_orders import order_read_through
from fhir_kb.store.resource import StoredResource
from fhir_kb.store.sealing import unsealed
from fhir_kb.store.snapshot.connections import Connections
from fhir_kb.store.snapshot.intervals import RowsCache, StoredIntervals
from fhir_kb.store.snapshot.records_file import RecordsFile
from fhir_kb.store.snapshot.schema import IMPORTED
from fhir_kb.store.snapshot.sort_orders import StoredOrder, reversed_order, unpacked
from fhir_kb.store.snapshot.stored_rows import StoredRows

NO_ROWS = FrozenBitMap()

BODIES_BYTES = 32_000_000
ROWS_BYTES = 32_000_000
ORDERS_BYTES = 32_000_000


class Snapshot:
    """One immutable file of knowledge in one FHIR version; follows ``interface.Store``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connections = Connections(path)
        manifest = dict(self._connections.all("SELECT name, value FROM manifest"))
        try:
            self.version: str = manifest["version"]
            self.release: str = manifest["release"]
            self.fingerprint: str = manifest["fingerprint"]
            self.newest = int(manifest["newest"])
        except (KeyError, ValueError):
            raise StoreError(
                f"The knowledge {path} was not written to its end; build the knowledge again"
            ) from None
        types = self._connections.all("SELECT type, name, rows FROM resource_type")
        self._rows_of_type = {name: _rows(blob, name) for _, name, blob in types}
        names = {number: name for number, name, _ in types}
        sets = self._connections.one("SELECT rows FROM row_set WHERE name = ?", (IMPORTED,))
        self.imported = NO_ROWS if sets is None else _rows(sets[0], IMPORTED)
        self._stored = StoredRows(RecordsFile(path), names, BODIES_BYTES)
        self._fields = {
            Field(*field): number
            for number, *field in self._connections.all(
                "SELECT field, type, parameter, kind, component FROM field"
            )
        }
        self._cache: RowsCache = ByteBoundedCache(ROWS_BYTES)
        self._orders: ByteBoundedCache[tuple[str, str, bool], StoredOrder] = ByteBoundedCache(
            ORDERS_BYTES
        )
        self._intervals: dict[int, Mapping[str, Intervals]] = {}

    @classmethod
    def open(cls, path: Path) -> "Snapshot":
        """Return the snapshot in ``path``; refuse (StoreError) a file that is none."""
        return cls(path)

    def close(self) -> None:
        """Close the file; nothing may be asked afterwards."""
        self._connections.close()

    @property
    def types(self) -> tuple[str, ...]:
        """The resource types held, in alphabetical order."""
        return tuple(sorted(self._rows_of_type))

    def is_curated(self, row: int) -> bool:
        """Whether clients may only read this row; what was imported they may change."""
        return row not in self.imported

    @property
    def origin(self) -> str:
        """The fingerprint: there is no other state of this knowledge."""
        return self.fingerprint

    @property
    def is_in_update_order(self) -> bool:
        """Rows are written in this order."""
        return True

    @property
    def sequence(self) -> int:
        """Return 0: nothing is committed to a snapshot."""
        return 0

    def at(self, sequence: int) -> "Snapshot":
        """Return the snapshot itself; refuse (ExpiredPage) any number but 0."""
        if sequence:
            raise ExpiredPage(
                "What was written when this search began is no longer served; search again"
            )
        return self

    def total(self, type: str) -> int:
        """Return the number of resources of this type; 0 for a type that is not held."""
        return len(self._rows_of_type.get(type, NO_ROWS))

    def read(self, type: str, id: str) -> StoredResource | None:
        """Return the resource, or None; refuse a corrupted one (CorruptedResource)."""
        return self._stored.read(type, id)

    def curated(self, type: str, id: str) -> StoredResource | None:
        """Return the resource if it is one that only a release changes, else None."""
        if self.imported:
            row = self._stored.row(type, id)
            if row is None or not self.is_curated(row):
                return None
        return self._stored.read(type, id)

    def rows_of_type(self, type: str) -> Rows:
        """Return the rows of all resources of this type."""
        return self._rows_of_type.get(type, NO_ROWS)

    def row(self, type: str, id: str) -> int | None:
        """Return the row of a resource, or None."""
        return self._stored.row(type, id)

    def resources(self, rows: Iterable[int]) -> list[StoredResource]:
        """Return the resources of these rows in this order; refuse a corrupted one."""
        return [self._stored.resource(row) for row in rows]

    def bodies(self, rows: Rows) -> Iterator[Texts]:
        """Yield the texts of these rows by type, in row order, each checked and none kept."""
        return self._stored.bodies(rows)

    def identities(self, rows: Iterable[int]) -> list[tuple[str, str]]:
        """Return type and id of the resources of these rows in this order."""
        return [self._stored.identity(row) for row in rows]

    def links(self, row: int) -> tuple[Link, ...]:
        """Return the references that the resource of this row holds."""
        return self._stored.links(row)

    def present(self, type: str, parameter: str) -> Rows:
        """Return the rows that hold any value, of any kind, under this parameter."""
        statement = "SELECT rows FROM presence WHERE type = ? AND parameter = ?"
        return self._cached(statement, (type, parameter))

    def term(self, field: Field, key: str) -> Rows:
        """Return the owners of exactly this key."""
        number = self._fields.get(field)
        if number is None:
            return NO_ROWS
        return self._cached("SELECT rows FROM term WHERE field = ? AND key = ?", (number, key))

    def term_start(self, field: Field, part: str) -> Rows:
        """Return the owners of the keys whose first part is ``part`` (see ``keys``)."""
        number = self._fields.get(field)
        if number is None:
            return NO_ROWS
        cached = self._cache.get((number, part, "start"))
        if cached is not None:
            return cached
        sets = [rows for _, rows in self.terms(field, *first_part_range(part))]
        rows = sets[0] if len(sets) == 1 else FrozenBitMap.union(NO_ROWS, *sets)
        self._cache.put((number, part, "start"), rows, 200 + len(rows.serialize()))
        return rows

    def keys(self, field: Field) -> Iterator[str]:
        """Return all keys of a field in order."""
        statement = "SELECT key FROM term WHERE field = ? ORDER BY key"
        for (key,) in self._connections.each(statement, (self._fields.get(field),)):
            yield key

    def terms(self, field: Field, first: str, below: str | None) -> Iterator[tuple[str, Rows]]:
        """Yield keys from ``first`` up to, but without, ``below`` (None: to the end) in order."""
        number = self._fields.get(field)
        if number is None:
            return
        statement = "SELECT key, rows FROM term WHERE field = ? AND key >= ?"
        values: tuple[Any, ...] = (number, first)
        if below is not None:
            statement, values = statement + " AND key < ?", (*values, below)
        for key, blob in self._connections.each(statement + " ORDER BY key", values):
            yield key, _rows(blob, field.parameter)

    def intervals(self, field: Field) -> Mapping[str, Intervals]:
        """Return a field's intervals by unit key (see ``keys``); dates and numbers have ``""``."""
        number = self._fields.get(field)
        if number is None:
            return {}
        if number not in self._intervals:
            self._intervals[number] = {
                unit: StoredIntervals(self._connections, self._cache, id, code, single, (low, high))
                for unit, id, code, single, low, high in self._connections.all(
                    "SELECT unit, id, typecode, single, firsts_low, firsts_high "
                    "FROM interval_series WHERE field = ? ORDER BY unit",
                    (number,),
                )
            }
        return self._intervals[number]

    def sort_order(self, type: str, parameter: str, *, descending: bool) -> SortOrder | None:
        """Return the order by smallest value, or largest value when descending; None without."""
        key = (type, parameter, descending)
        order = self._orders.get(key)
        if order is None:
            blobs = self._connections.one(
                "SELECT rows, ranks, ordered FROM sort_order "
                "WHERE type = ? AND parameter = ? AND descending = ?",
                key,
            )
            if blobs is not None:
                order = unpacked(blobs, parameter)
            elif descending:
                ascending = self.sort_order(type, parameter, descending=False)
                order = reversed_order(ascending) if isinstance(ascending, StoredOrder) else None
            if order is not None:
                self._orders.put(key, order, order.size)
        return order

    def mixed_order(self, types: tuple[str, ...], parameter: str, *, descending: bool) -> SortOrder:
        """Return the order of all these types together; see ``mixed_orders``, which keeps it."""
        return order_read_through(self, types, parameter, descending=descending)

    def owners(self, type: str, parameter: str, occurrences: Rows) -> Rows:
        """Return the rows that hold these occurrences of a composite."""
        found = self._connections.one(
            "SELECT rows FROM occurrence WHERE type = ? AND parameter = ?", (type, parameter)
        )
        if found is None:
            return NO_ROWS
        rows = array("I", bytes(unsealed(found[0], parameter)))
        return FrozenBitMap(map(rows.__getitem__, occurrences))

    def remembered(self, question: tuple[object, ...], find: Callable[[], Rows]) -> Rows:
        """Return what ``find`` gave for this question before, or ask it now."""
        rows = self._cache.get(question)
        if rows is None:
            rows = find()
            self._cache.put(question, rows, len(rows.serialize()) + len(repr(question)))
        return rows

    def _cached(self, statement: str, values: tuple[Any, ...]) -> Rows:
        rows = self._cache.get(values)
        if rows is None:
            found = self._connections.one(statement, values)
            rows = NO_ROWS if found is None else _rows(found[0], str(values[-1]))
            size = 200 if found is None else 200 + len(found[0])
            self._cache.put(values, rows, size)
        return rows


def _rows(blob: bytes, what: str) -> FrozenBitMap:
    return FrozenBitMap.deserialize(bytes(unsealed(blob, what)))
