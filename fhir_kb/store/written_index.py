"""What written versions are found by, in memory: an index that only grows.

https://roaringbitmap.org/

Each version has a row of its own, so that nothing is ever taken out: which rows are in force is
said by a view (``written_views``). One thread may add while any number of others ask.
"""

from array import array
from collections.abc import Iterable, Mapping

from pyroaring import AbstractBitMap, BitMap

from fhir_kb.store.index import IndexRows
from fhir_kb.store.interface import Field, Link
from fhir_kb.store.keys import unit_key
from fhir_kb.store.terms import parameters_of, terms_of
from fhir_kb.store.written_intervals import WrittenIntervals
from fhir_kb.store.written_terms import NO_ROWS, WrittenTerms

FIRST_ROW = 2**31
"""The row of the version with number n is FIRST_ROW + n: above every row of a snapshot."""


class WrittenIndex:
    """Rows by value.

    ``first_row`` is the smallest row there can be, ``first_occurrence`` the number of the first
    occurrence of each composite: all of a store below are smaller.
    """

    def __init__(self, first_row: int = FIRST_ROW, first_occurrence: int = FIRST_ROW) -> None:
        self.first_row = first_row
        self.first_occurrence = first_occurrence
        self._terms: dict[Field, WrittenTerms] = {}
        self._intervals: dict[Field, dict[str, WrittenIntervals]] = {}
        self._present: dict[tuple[str, str], BitMap] = {}
        self._rows_of_type: dict[str, BitMap] = {}
        self._identities: dict[int, tuple[str, str]] = {}
        self._links: dict[int, tuple[Link, ...]] = {}
        self._owners: dict[tuple[str, str], array[int]] = {}

    def add(self, row: int, type: str, id: str, index: IndexRows) -> None:
        """Take in the rows of one version; row numbers rise from call to call."""
        self._identities[row] = type, id
        links = tuple(
            Link(code, *reference)
            for code, references in index.references.items()
            for reference in references
        )
        if links:
            self._links[row] = links
        for parameter in parameters_of(index):
            self._present.setdefault((type, parameter), BitMap()).add(row)
        self._add(type, row, index)
        for parameter, occurrences in index.composites.items():
            owners = self._owners.setdefault((type, parameter), array("I"))
            for components in occurrences:
                occurrence = self.first_occurrence + len(owners)
                for number, component in enumerate(components):
                    self._add(type, occurrence, component, parameter, number)
                owners.append(row)
        self._rows_of_type.setdefault(type, BitMap()).add(row)

    def rows_of_type(self, type: str) -> AbstractBitMap:
        """Return the rows of all versions of this type."""
        return self._rows_of_type.get(type, NO_ROWS)

    def identity(self, row: int) -> tuple[str, str]:
        """Return type and id of the resource of this row."""
        return self._identities[row]

    def links(self, row: int) -> tuple[Link, ...]:
        """Return the references that the version of this row holds."""
        return self._links.get(row, ())

    def present(self, type: str, parameter: str) -> AbstractBitMap:
        """Return the rows that hold any value under this parameter."""
        return self._present.get((type, parameter), NO_ROWS)

    def terms(self, field: Field) -> WrittenTerms | None:
        """Return the terms of a field; None when it has none."""
        return self._terms.get(field)

    def intervals(self, field: Field) -> Mapping[str, WrittenIntervals]:
        """Return the intervals of a field by unit key."""
        return self._intervals.get(field, {})

    def owners(self, type: str, parameter: str, occurrences: Iterable[int]) -> BitMap:
        """Return the rows that hold these occurrences of a composite."""
        owners = self._owners.get((type, parameter), ())
        return BitMap(owners[occurrence - self.first_occurrence] for occurrence in occurrences)

    def _add(
        self,
        type: str,
        owner: int,
        index: IndexRows,
        composite: str | None = None,
        component: int | None = None,
    ) -> None:
        for code, kind, key in terms_of(index):
            field = Field(type, composite or code, kind, component)
            terms = self._terms.get(field)
            if terms is None:
                terms = self._terms[field] = WrittenTerms()
            terms.add(key, owner)
        for code, dates in index.dates.items():
            column = self._column(Field(type, composite or code, "date", component), "", "q")
            for low, high in dates:
                column.add(owner, low, high)
        for code, quantities in index.quantities.items():
            field = Field(type, composite or code, "quantity", component)
            for low_end, high_end, *unit in quantities:
                column = self._column(field, unit_key(*unit), "d")
                column.add(owner, float(low_end), float(high_end))

    def _column(self, field: Field, unit: str, typecode: str) -> WrittenIntervals:
        units = self._intervals.get(field, {})
        if unit not in units:
            # Replaced whole: others may be going through the units of this field.
            units = {**units, unit: WrittenIntervals(typecode)}
            self._intervals[field] = units
        return units[unit]
