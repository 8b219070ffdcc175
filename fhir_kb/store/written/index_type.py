"""The index of one resource type's written versions, filled from their packed rows.

https://hl7.org/fhir/R4/search.html
"""

from array import array
from collections import defaultdict
from collections.abc import Mapping, Sequence

from pyroaring import BitMap

from fhir_kb.store.interface import Field
from fhir_kb.store.journal.rows import (
    LETTERS,
    LINKS,
    OCCURRENCE,
    PRESENT,
    packed_records,
    record_name,
    values_of,
)
from fhir_kb.store.written.intervals import WrittenIntervals
from fhir_kb.store.written.terms import WrittenTerms

_TOGETHER = 5000
"""Versions that are taken in at once; bounds the memory that this takes."""

_DATE, _QUANTITY = LETTERS["date"], LETTERS["quantity"]


class WrittenIndexOfType:
    """Rows by value; ``first_occurrence`` numbers the first occurrence of each composite.

    ``present`` are the rows with any value by parameter, ``links`` the packed references by row,
    ``owners`` the rows of the occurrences by composite.
    """

    def __init__(self, first_occurrence: int) -> None:
        self.present: dict[str, BitMap] = {}
        self.links: dict[int, list[str]] = {}
        self.owners: dict[str, array[int]] = {}
        self._first_occurrence = first_occurrence
        self._terms: dict[str, WrittenTerms] = {}
        self._intervals: dict[str, dict[str, WrittenIntervals]] = {}

    def terms(self, field: Field) -> WrittenTerms | None:
        """Return the terms of a field; None when it has none."""
        return self._terms.get(record_name(field))

    def intervals(self, field: Field) -> Mapping[str, WrittenIntervals]:
        """Return the intervals of a field by unit key."""
        return self._intervals.get(record_name(field), {})

    def add(self, versions: Sequence[tuple[int, bytes]]) -> None:
        """Take in versions with their packed rows; row numbers rise from call to call."""
        for start in range(0, len(versions), _TOGETHER):
            # Many versions share a record as a whole: each is taken apart once.
            owners: defaultdict[str, list[int]] = defaultdict(list)
            for row, packed in versions[start : start + _TOGETHER]:
                owner = row
                for record in packed_records(packed):
                    if record[0] == OCCURRENCE:
                        owner = self._add_occurrence(record[1:], row)
                    else:
                        owners[record].append(owner)
            for record, of_record in owners.items():
                self._add_record(record, of_record)

    def _add_record(self, record: str, owners: Sequence[int]) -> None:
        name, *values = values_of(record)
        letter = name[0]
        if letter == PRESENT:
            for code in values:
                self.present.setdefault(code, BitMap()).update(owners)
        elif letter == LINKS:
            if values:
                self.links.update(dict.fromkeys(owners, values))
        elif letter == _DATE:
            column = self._column(name, "", "q")
            for low, high in zip(values[::2], values[1::2], strict=True):
                for owner in owners:
                    column.add(owner, int(low), int(high))
        elif letter == _QUANTITY:
            for unit, low, high in zip(values[::3], values[1::3], values[2::3], strict=True):
                column = self._column(name, unit, "d")
                for owner in owners:
                    column.add(owner, float(low), float(high))
        else:
            terms = self._terms.setdefault(name, WrittenTerms())
            for key in values:
                terms.add(key, owners)

    def _add_occurrence(self, code: str, row: int) -> int:
        owners = self.owners.setdefault(code, array("I"))
        owners.append(row)
        return self._first_occurrence + len(owners) - 1

    def _column(self, name: str, unit: str, typecode: str) -> WrittenIntervals:
        units = self._intervals.get(name, {})
        if unit not in units:
            # Replaced whole: others may be going through the units of this field.
            units = {**units, unit: WrittenIntervals(typecode)}
            self._intervals[name] = units
        return units[unit]
