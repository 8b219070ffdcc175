"""Which written versions are in force: now, and at earlier numbers of the journal.

https://hl7.org/fhir/R4/http.html#paging
"""

from array import array
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

from pyroaring import AbstractBitMap, BitMap, FrozenBitMap

from fhir_kb.store.interface import Store
from fhir_kb.store.journal.interface import JournalEntry
from fhir_kb.store.written.index import FIRST_ROW


class Made(NamedTuple):
    """One version of a resource in the order in which they came to be."""

    sequence: int
    version_id: str
    deleted: bool

    @property
    def row(self) -> int:
        """The row of this version."""
        return FIRST_ROW + self.sequence


@dataclass(frozen=True, slots=True)
class View:
    """What is in force at one number of the journal.

    ``rows`` are the written rows in force, ``masked`` the rows below that written versions stand
    for. ``newest`` is the latest instant of any version, in microseconds since 1970 UTC.
    """

    sequence: int
    rows: AbstractBitMap
    masked: AbstractBitMap
    newest: int


class Masks:
    """How written resources meet the store below: one is masked, or hides what was written.

    A row below that ``is_curated`` stays in force whatever was written under its id before it
    became part of the knowledge.
    """

    def __init__(self, below: Store, is_curated: Callable[[int], bool]) -> None:
        self._below = below
        self._is_curated = is_curated
        self._sequences = array("Q")
        self._masked = array("I")
        self._seen = BitMap()
        self._hidden = BitMap()

    def add(self, sequence: int, type: str, id: str) -> None:
        """Take in a version; numbers rise from call to call."""
        row = self._below.row(type, id)
        if row is None:
            return
        if self._is_curated(row):
            self._hidden.add(FIRST_ROW + sequence)
        elif row not in self._seen:
            self._seen.add(row)
            self._sequences.append(sequence)
            self._masked.append(row)

    def masked(self, sequence: int) -> FrozenBitMap:
        """Return the rows below that were written over up to a number."""
        return FrozenBitMap(self._masked[: bisect_right(self._sequences, sequence)])

    def shown(self, rows: AbstractBitMap) -> FrozenBitMap:
        """Return the written rows without those that curated rows hide."""
        return FrozenBitMap(rows - self._hidden if self._hidden else rows)


class Timeline:
    """The versions of every resource by number; views of any number since ``kept_from``."""

    def __init__(self, kept_from: int = 0) -> None:
        self.kept_from = kept_from
        self.sequence = kept_from
        self._versions: dict[tuple[str, str], list[Made]] = {}
        self._current = BitMap()
        self._replaced_at = array("Q")
        self._replaced = array("I")
        self._sequences = array("Q")
        self._instants = array("q")

    @property
    def oldest(self) -> int:
        """The instant of the earliest version held here."""
        return self._instants[0] if self._instants else 2**63 - 1

    @property
    def current(self) -> int:
        """How many written resources are in force."""
        return len(self._current)

    def replaced_by(self, sequence: int) -> int:
        """Return how many of the versions held here were replaced at or before a number."""
        return bisect_right(self._replaced_at, sequence)

    def add(self, entry: JournalEntry) -> None:
        """Take in a version; numbers rise from call to call."""
        made = Made(entry.sequence, entry.version_id, entry.method == "DELETE")
        versions = self._versions.setdefault((entry.type, entry.id), [])
        if versions and not versions[-1].deleted:
            self._current.discard(versions[-1].row)
            self._replaced_at.append(entry.sequence)
            self._replaced.append(versions[-1].row)
        versions.append(made)
        if not made.deleted:
            self._current.add(made.row)
        self._sequences.append(entry.sequence)
        self._instants.append(entry.instant)
        self.sequence = entry.sequence

    def writes(self) -> list[tuple[int, str, str]]:
        """Return number, type and id of every version in the order of their numbers."""
        return sorted(
            (made.sequence, *identity)
            for identity, versions in self._versions.items()
            for made in versions
        )

    def latest(self, type: str, id: str, sequence: int) -> Made | None:
        """Return the latest version of a resource up to a number; None before the first."""
        versions = self._versions.get((type, id))
        if versions is None:
            return None
        if versions[-1].sequence <= sequence:
            return versions[-1]
        place = bisect_right(versions, sequence, key=attrgetter("sequence"))
        return versions[place - 1] if place else None

    def view(self, sequence: int, masks: Masks) -> View:
        """Return what is in force at a number between ``kept_from`` and ``sequence``."""
        rows = self._current
        if sequence < self.sequence:
            later = self.replaced_by(sequence)
            rows = rows | BitMap(self._replaced[later:])
            rows.remove_range(FIRST_ROW + sequence + 1, 2**32)
        number = bisect_right(self._sequences, sequence)
        newest = self._instants[number - 1] if number else 0
        return View(sequence, masks.shown(rows), masks.masked(sequence), newest)
