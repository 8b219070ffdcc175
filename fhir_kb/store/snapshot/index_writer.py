"""Turns the index rows of passing resources into the index tables of a snapshot.

https://hl7.org/fhir/R4/search.html
"""

import sqlite3
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from pyroaring import BitMap

from fhir_kb.store.index import IndexRows, Part, Parts
from fhir_kb.store.interface import Field, Kind
from fhir_kb.store.keys import SEPARATOR, unit_key
from fhir_kb.store.sealing import sealed
from fhir_kb.store.snapshot.interval_writer import IntervalSeries, write_intervals
from fhir_kb.store.snapshot.postings import Postings, Rows
from fhir_kb.store.snapshot.records import PART_SEPARATOR
from fhir_kb.store.snapshot.sort_order_writer import (
    TermOrder,
    write_shared_orders,
    write_term_order,
    write_value_orders,
)
from fhir_kb.store.snapshot.sort_orders import SORTED_KINDS
from fhir_kb.store.terms import terms_of

_UNITED = 1000
"""Sets that are brought into one at a time."""


class _Effect:
    """What the entries of a part come to in one file.

    ``rows`` are those of this batch which hold the part and were not told to its terms yet.
    ``is_plain`` says that there is nothing beside terms and links.
    """

    __slots__ = ("index", "intervals", "is_plain", "links", "rows", "type", "writer")

    def __init__(self, writer: "IndexWriter", type: str, index: IndexRows) -> None:
        self.writer = writer
        self.type = type
        self.index = index
        self.intervals: list[tuple[IntervalSeries, float, float]] = []
        self.is_plain = True
        self.links = ""
        self.rows: list[int] = []


class IndexWriter:
    """Collects index rows by field and writes the index tables at the end."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._fields: dict[tuple[str, str, Kind, int | None], int] = {}
        self._postings = Postings(connection)
        self._held: list[_Effect] = []
        self._presence: dict[tuple[str, str], BitMap] = {}
        self._series: dict[tuple[int, str], IntervalSeries] = {}
        self._dates: dict[tuple[str, str], IntervalSeries] = {}
        self._occurrences: dict[tuple[str, str], array[int]] = {}

    def add(self, type: str, row: int, index: IndexRows | Parts) -> str:
        """Take in the rows of one resource and return its links; rows rise from call to call."""
        if isinstance(index, IndexRows):
            index = Parts([Part(index)], [], [])
        links: list[str] = []
        held = self._held
        for part in index.shared:
            effect = part.effect
            if effect is None or effect.writer is not self:
                # Most parts that were not seen before will not be seen again: nothing is held.
                effect = part.effect = self._effect(type, part.rows)
                self._add_terms(type, part.rows, (row,))
            else:
                rows = effect.rows
                if not rows:
                    held.append(effect)
                rows.append(row)
            if effect.links:
                links.append(effect.links)
            if not effect.is_plain:
                for series, low, high in effect.intervals:
                    series.add(row, low, high)
                self._add_occurrences(type, row, part.rows)
        for code, low, high in index.dates:
            dates = self._dates.get((type, code))
            if dates is None:
                dates = self._dates_of(type, code)
            dates.add(row, low, high)
        for code, words in index.words:
            if words:
                terms = self._postings.terms(self._number(type, code, "word", None))
                for word in words:
                    terms[word].append(row)
        return PART_SEPARATOR.join(links)

    def spill(self) -> None:
        """Move what was gathered out of memory."""
        self._tell_terms()
        self._postings.spill()

    def finish(self) -> None:
        """Write all index tables."""
        self._tell_terms()
        fields = {number: Field(*field) for field, number in self._fields.items()}
        for number, terms in self._postings.merged():
            self._write_terms(number, fields[number], terms)
        write_shared_orders(self._connection, fields)
        self._write_series(fields)
        for owner, rows in self._occurrences.items():
            self._add_presence(*owner, [BitMap(rows)])
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

    def _tell_terms(self) -> None:
        """Add the rows of each part to all its terms at once."""
        for effect in self._held:
            self._add_terms(effect.type, effect.index, effect.rows)
            effect.rows = []
        self._held.clear()

    def _add_terms(
        self,
        type: str,
        index: IndexRows,
        owners: Sequence[int],
        composite: str | None = None,
        component: int | None = None,
    ) -> None:
        terms = self._postings.terms
        for code, kind, key in terms_of(index):
            number = self._number(type, composite or code, kind, component)
            terms(number)[key].extend(owners)

    def _effect(
        self,
        type: str,
        index: IndexRows,
        composite: str | None = None,
        component: int | None = None,
    ) -> _Effect:
        effect = _Effect(self, type, index)
        for code, dates in index.dates.items():
            number = self._number(type, composite or code, "date", component)
            series = self._intervals(number, "", "q")
            effect.intervals += [(series, low, high) for low, high in dates]
        for code, quantities in index.quantities.items():
            number = self._number(type, composite or code, "quantity", component)
            for low_end, high_end, *unit in quantities:
                series = self._intervals(number, unit_key(*unit), "d")
                effect.intervals.append((series, float(low_end), float(high_end)))
        effect.links = PART_SEPARATOR.join(
            SEPARATOR.join((code, link.type or "", link.id or "", link.url or ""))
            for code, references in index.references.items()
            for link in references
        )
        effect.is_plain = not effect.intervals and not index.composites
        return effect

    def _add_occurrences(self, type: str, row: int, index: IndexRows) -> None:
        for parameter, occurrences in index.composites.items():
            owners = self._occurrences.setdefault((type, parameter), array("I"))
            for components in occurrences:
                for number, component in enumerate(components):
                    self._add_terms(type, component, (len(owners),), parameter, number)
                    effect = self._effect(type, component, parameter, number)
                    for series, low, high in effect.intervals:
                        series.add(len(owners), low, high)
                owners.append(row)

    def _dates_of(self, type: str, code: str) -> IntervalSeries:
        number = self._number(type, code, "date", None)
        self._dates[type, code] = self._intervals(number, "", "q")
        return self._dates[type, code]

    def _number(self, type: str, parameter: str, kind: Kind, component: int | None) -> int:
        return self._fields.setdefault((type, parameter, kind, component), len(self._fields))

    def _intervals(self, field: int, unit: str, typecode: str) -> IntervalSeries:
        if (field, unit) not in self._series:
            self._series[field, unit] = IntervalSeries(typecode)
        return self._series[field, unit]

    def _add_presence(self, type: str, parameter: str, sets: Iterable[Rows]) -> None:
        present = self._presence.setdefault((type, parameter), BitMap())
        remaining = iter(sets)
        while some := list(islice(remaining, _UNITED)):
            present |= BitMap.union(*some)

    def _write_terms(self, number: int, field: Field, terms: Iterator[tuple[str, Rows]]) -> None:
        order = TermOrder() if field.kind in SORTED_KINDS and field.component is None else None
        united: list[Rows] = []

        def rows() -> Iterator[tuple[Any, ...]]:
            for key, rows in terms:
                if order is not None:
                    order.add(key, rows)
                if field.component is None:
                    united.append(rows)
                    if len(united) == _UNITED:
                        united[:] = [BitMap.union(*united)]
                yield number, key, sealed(rows.serialize())

        self._connection.executemany("INSERT INTO term VALUES (?, ?, ?)", rows())
        if field.component is None:
            self._add_presence(field.type, field.parameter, united)
        if order is not None:
            write_term_order(self._connection, number, field, order)

    def _write_series(self, fields: dict[int, Field]) -> None:
        by_field: dict[int, list[IntervalSeries]] = {}
        for id, ((number, unit), series) in enumerate(self._series.items()):
            write_intervals(self._connection, id, number, unit, series)
            by_field.setdefault(number, []).append(series)
        for number, all_series in by_field.items():
            field = fields[number]
            if field.component is None:
                sets = [BitMap(series.owners) for series in all_series]
                self._add_presence(field.type, field.parameter, sets)
                write_value_orders(self._connection, field, all_series)
