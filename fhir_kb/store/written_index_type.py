"""The index of one resource type's written versions, filled from their packed rows.

https://hl7.org/fhir/R4/search.html
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from pyroaring import BitMap

from fhir_kb.store.interface import Field
from fhir_kb.store.journal_rows import (
    LETTERS,
    LINKS,
    OCCURRENCE,
    PRESENT,
    record_name,
    unpacked_rows,
)
from fhir_kb.store.written_intervals import WrittenIntervals
from fhir_kb.store.written_terms import WrittenTerms

_DATE, _QUANTITY = LETTERS["date"], LETTERS["quantity"]


class _Gathered(defaultdict[str, list[int]]):
    """Owners by key, in the order in which they came."""

    def __init__(self) -> None:
        super().__init__(list)

    def add(self, keys: Iterable[str], owner: int) -> None:
        """Take in one owner of several keys."""
        for key in keys:
            self[key].append(owner)


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

    def add(self, versions: Iterable[tuple[int, bytes]]) -> None:
        """Take in versions with their packed rows; row numbers rise from call to call."""
        # Gathered in lists first: to extend a set many times costs far more than once.
        present = _Gathered()
        terms: dict[str, _Gathered] = {}
        for row, packed in versions:
            owner = row
            for name, *values in unpacked_rows(packed):
                letter = name[0]
                if letter == PRESENT:
                    present.add(values, row)
                elif letter == LINKS:
                    if values:
                        self.links[row] = values
                elif letter == OCCURRENCE:
                    owner = self._add_occurrence(name[1:], row)
                elif letter == _DATE:
                    self._add_dates(name, owner, values)
                elif letter == _QUANTITY:
                    self._add_quantities(name, owner, values)
                else:
                    gathered = terms.get(name)
                    if gathered is None:
                        gathered = terms[name] = _Gathered()
                    gathered.add(values, owner)
        for code, rows in present.items():
            self.present.setdefault(code, BitMap()).update(rows)
        for name, gathered in terms.items():
            held = self._terms.setdefault(name, WrittenTerms())
            for key, owners in gathered.items():
                held.add(key, owners)

    def _add_occurrence(self, code: str, row: int) -> int:
        owners = self.owners.setdefault(code, array("I"))
        owners.append(row)
        return self._first_occurrence + len(owners) - 1

    def _add_dates(self, name: str, owner: int, values: Sequence[str]) -> None:
        column = self._column(name, "", "q")
        for low, high in zip(values[::2], values[1::2], strict=True):
            column.add(owner, int(low), int(high))

    def _add_quantities(self, name: str, owner: int, values: Sequence[str]) -> None:
        for unit, low, high in zip(values[::3], values[1::3], values[2::3], strict=True):
            self._column(name, unit, "d").add(owner, float(low), float(high))

    def _column(self, name: str, unit: str, typecode: str) -> WrittenIntervals:
        units = self._intervals.get(name, {})
        if unit not in units:
            # Replaced whole: others may be going through the units of this field.
            units = {**units, unit: WrittenIntervals(typecode)}
            self._intervals[name] = units
        return units[unit]
