"""Turns the index rows of passing resources into the index tables of a snapshot.

https://hl7.org/fhir/R4/search.html
"""

import sqlite3
from array import array
from collections.abc import Callable, Iterator

from pyroaring import BitMap, FrozenBitMap

from fhir_kb.store.index import IndexRows
from fhir_kb.store.interface import Field, Kind
from fhir_kb.store.interval_writer import IntervalSeries, write_intervals
from fhir_kb.store.keys import unit_key
from fhir_kb.store.postings import Postings, Terms
from fhir_kb.store.snapshot_schema import sealed
from fhir_kb.store.sort_order_writer import write_term_orders, write_value_orders
from fhir_kb.store.terms import parameters_of, terms_of


class _TermsByKind(dict[tuple[str, Kind], Terms]):
    """The terms of one resource type or component, found by one look-up per value."""

    def __init__(self, new: Callable[[str, Kind], Terms]) -> None:
        super().__init__()
        self._new = new

    def __missing__(self, place: tuple[str, Kind]) -> Terms:
        self[place] = self._new(*place)
        return self[place]


class IndexWriter:
    """Collects index rows by field and writes the index tables at the end."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._fields: dict[tuple[str, str, Kind, int | None], int] = {}
        self._postings = Postings(connection)
        self._terms: dict[tuple[str, str | None, int | None], _TermsByKind] = {}
        self._presence: dict[tuple[str, str], BitMap] = {}
        self._series: dict[tuple[int, str], IntervalSeries] = {}
        self._occurrences: dict[tuple[str, str], array[int]] = {}

    def add(self, type: str, row: int, index: IndexRows) -> None:
        """Take in the rows of one resource; row numbers rise from call to call."""
        self._add(type, row, index)
        for parameter in parameters_of(index):
            if (type, parameter) not in self._presence:
                self._presence[type, parameter] = BitMap()
            self._presence[type, parameter].add(row)
        for parameter, occurrences in index.composites.items():
            owners = self._occurrences.setdefault((type, parameter), array("I"))
            for components in occurrences:
                for number, component in enumerate(components):
                    self._add(type, len(owners), component, parameter, number)
                owners.append(row)

    def spill(self) -> None:
        """Move what was gathered out of memory."""
        self._postings.spill()

    def finish(self) -> None:
        """Write all index tables."""
        self._postings.spill()
        for number, terms in self._postings.merged():
            self._write_terms(number, terms)
        fields = {number: Field(*field) for field, number in self._fields.items()}
        write_term_orders(self._connection, fields)
        self._write_series(fields)
        self._connection.executemany(
            "INSERT INTO presence VALUES (?, ?, ?)",
            ((*owner, sealed(rows.serialize())) for owner, rows in self._presence.items()),
        )
        self._connection.executemany(
            "INSERT INTO occurrence VALUES (?, ?, ?)",
            ((*owner, sealed(rows.tobytes())) for owner, rows in self._occurrences.items()),
        )
        self._connection.executemany(
            "INSERT INTO field VALUES (?, ?, ?, ?, ?)",
            ((number, *field) for number, field in fields.items()),
        )

    def _add(
        self,
        type: str,
        owner: int,
        index: IndexRows,
        composite: str | None = None,
        component: int | None = None,
    ) -> None:
        terms = self._terms.get((type, composite, component))
        if terms is None:
            terms = _TermsByKind(
                lambda code, kind: self._postings.terms(
                    self._number(type, composite or code, kind, component)
                )
            )
            self._terms[type, composite, component] = terms
        for code, kind, key in terms_of(index):
            terms[code, kind][key].append(owner)
        for code, dates in index.dates.items():
            number = self._number(type, composite or code, "date", component)
            for low, high in dates:
                self._intervals(number, "", "q").add(owner, low, high)
        for code, quantities in index.quantities.items():
            number = self._number(type, composite or code, "quantity", component)
            for low_end, high_end, *unit in quantities:
                series = self._intervals(number, unit_key(*unit), "d")
                series.add(owner, float(low_end), float(high_end))

    def _number(self, type: str, parameter: str, kind: Kind, component: int | None) -> int:
        return self._fields.setdefault((type, parameter, kind, component), len(self._fields))

    def _intervals(self, field: int, unit: str, typecode: str) -> IntervalSeries:
        if (field, unit) not in self._series:
            self._series[field, unit] = IntervalSeries(typecode)
        return self._series[field, unit]

    def _write_terms(self, field: int, terms: Iterator[tuple[str, FrozenBitMap]]) -> None:
        self._connection.executemany(
            "INSERT INTO term VALUES (?, ?, ?)",
            ((field, key, sealed(rows.serialize())) for key, rows in terms),
        )

    def _write_series(self, fields: dict[int, Field]) -> None:
        by_field: dict[int, list[IntervalSeries]] = {}
        for id, ((field, unit), series) in enumerate(self._series.items()):
            write_intervals(self._connection, id, field, unit, series)
            by_field.setdefault(field, []).append(series)
        for number, all_series in by_field.items():
            if fields[number].component is None:
                write_value_orders(self._connection, fields[number], all_series)
