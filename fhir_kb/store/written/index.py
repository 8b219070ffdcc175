"""What written versions are found by, in memory: an index that only grows.

https://roaringbitmap.org/

Each version has a row of its own, so that nothing is ever taken out: which rows are in force is
said by a view (``views``). One thread may add while any number of others ask.
"""

from array import array
from collections.abc import Iterable, Mapping
from threading import Lock

from pyroaring import AbstractBitMap, BitMap

from fhir_kb.store.interface import Field, Link
from fhir_kb.store.journal.rows import unpacked_link
from fhir_kb.store.written.index_type import WrittenIndexOfType
from fhir_kb.store.written.intervals import WrittenIntervals
from fhir_kb.store.written.terms import NO_ROWS, WrittenTerms

FIRST_ROW = 2**31
"""The row of the version with number n is FIRST_ROW + n: above every row of a snapshot."""


class WrittenIndex:
    """Rows by value.

    ``first_row`` is the smallest row there can be, ``first_occurrence`` the number of the first
    occurrence of each composite: all of a store below are smaller. Packed rows wait until their
    type is searched, so that a start does not.
    """

    def __init__(self, first_row: int = FIRST_ROW, first_occurrence: int = FIRST_ROW) -> None:
        self.first_row = first_row
        self.first_occurrence = first_occurrence
        self._types: dict[str, WrittenIndexOfType] = {}
        self._rows_of_type: dict[str, BitMap] = {}
        self._identities: dict[int, tuple[str, str]] = {}
        self._waiting: dict[str, list[tuple[int, bytes]]] = {}
        self._lock = Lock()

    def add(self, row: int, type: str, id: str, packed: bytes) -> None:
        """Take in a version with its packed rows; row numbers rise from call to call."""
        self._identities[row] = type, id
        with self._lock:
            self._waiting.setdefault(type, []).append((row, packed))
        self._rows_of_type.setdefault(type, BitMap()).add(row)

    def rows_of_type(self, type: str) -> AbstractBitMap:
        """Return the rows of all versions of this type."""
        return self._rows_of_type.get(type, NO_ROWS)

    def identity(self, row: int) -> tuple[str, str]:
        """Return type and id of the resource of this row."""
        return self._identities[row]

    def links(self, row: int) -> tuple[Link, ...]:
        """Return the references that the version of this row holds."""
        type, _ = self._identities[row]
        return tuple(map(unpacked_link, self._of(type).links.get(row, ())))

    def present(self, type: str, parameter: str) -> AbstractBitMap:
        """Return the rows that hold any value under this parameter."""
        return self._of(type).present.get(parameter, NO_ROWS)

    def terms(self, field: Field) -> WrittenTerms | None:
        """Return the terms of a field; None when it has none."""
        return self._of(field.type).terms(field)

    def intervals(self, field: Field) -> Mapping[str, WrittenIntervals]:
        """Return the intervals of a field by unit key."""
        return self._of(field.type).intervals(field)

    def owners(self, type: str, parameter: str, occurrences: Iterable[int]) -> BitMap:
        """Return the rows that hold these occurrences of a composite."""
        owners = self._of(type).owners.get(parameter, array("I"))
        return BitMap(owners[occurrence - self.first_occurrence] for occurrence in occurrences)

    def _of(self, type: str) -> WrittenIndexOfType:
        """Return the index of a type, with everything in it that was waiting."""
        index = self._types.get(type)
        if index is None or self._waiting.get(type):
            with self._lock:
                index = self._types.setdefault(type, WrittenIndexOfType(self.first_occurrence))
                # They are waiting until all are in: others must not find a part.
                index.add(self._waiting.get(type, []))
                self._waiting[type] = []
        return index
