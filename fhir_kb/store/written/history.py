"""History: what clients wrote, and the one version of everything that was there before.

https://hl7.org/fhir/R4/http.html#history
"""

import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from heapq import merge

from pyroaring import BitMap

from fhir_kb.errors import ExpiredPage, InvalidParameter
from fhir_kb.store.instants import microseconds
from fhir_kb.store.interface import Rows
from fhir_kb.store.journal.interface import HistoryPage, Journal, Version, VersionsAsked
from fhir_kb.store.pages import PAGE_BYTES, cut_page
from fhir_kb.store.snapshot.reader import Snapshot
from fhir_kb.store.written.index import FIRST_ROW

_LAYOUT = struct.Struct(">8sQQQ")

_FIRST_READ = 8
"""So many versions are read before it is known how large they are."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a page begins: below a number of the journal and below a row of the snapshot.

    ``up_to`` was the latest number when the first page was asked for.
    """

    up_to: int
    before: int
    below: int

    def behind(self, version: Version, row: int | None) -> "_Place":
        """Return the place of what follows this version."""
        if row is None:
            return replace(self, before=version.sequence)
        return replace(self, below=row)


def _size(version: Version) -> int:
    return len(version.resource.body)


class WrittenHistory:
    """The versions of a snapshot and of the journal above it as one sequence, newest first.

    ``masked`` are the rows of the snapshot that clients wrote over. A page ends early where the
    texts on it would be more than ``bytes_most``.
    """

    def __init__(
        self, snapshot: Snapshot, journal: Journal, masked: Rows, bytes_most: int = PAGE_BYTES
    ) -> None:
        self._snapshot = snapshot
        self._journal = journal
        self._masked = masked
        self._bytes_most = bytes_most
        self._origin = sha256(f"{snapshot.fingerprint}-{journal.identity}".encode()).digest()[:8]

    def page(self, asked: VersionsAsked, page: str | None, limit: int) -> HistoryPage:
        """Return one page; refuse a ``page`` that is none of ours, or is of older knowledge.

        The first page tells what ``asked.up_to`` is for those that follow.
        """
        place = _Place(asked.up_to, asked.up_to + 1, FIRST_ROW)
        if page is not None:
            place = self._read(page)
            asked = replace(asked, up_to=place.up_to)
        rows = self._rows(asked)
        both = merge(
            ((version, None) for version in self._written(asked, place.before, limit + 1)),
            self._held(rows, place.below),
            key=lambda shown: -microseconds(shown[0].resource.last_updated),
        )
        found, more = cut_page(both, limit, self._bytes_most, lambda each: _size(each[0]))
        for shown in found:
            place = place.behind(*shown)
        return HistoryPage(
            [version for version, _ in found],
            self._journal.count(asked) + len(rows),
            self._write(place) if more else None,
        )

    def _written(self, asked: VersionsAsked, before: int, limit: int) -> Iterator[Version]:
        """Yield written versions; large ones are read a few at a time, not a whole page ahead."""
        largest, left = self._bytes_most // _FIRST_READ, limit
        while left > 0:
            number = min(left, max(self._bytes_most // max(largest, 1), 1))
            found = self._journal.versions(asked, before=before, limit=number)
            yield from found
            if len(found) < number:
                return
            largest = max(map(_size, found))
            before, left = found[-1].sequence, left - number

    def _rows(self, asked: VersionsAsked) -> Rows:
        """Return the rows of the snapshot whose version is asked for."""
        rows = self._rows_of(asked.type, asked.id)
        if asked.since is not None:
            rows = self._between(rows, asked.since, None)
        if asked.at is not None:
            start, end = asked.at
            rows = self._between(rows, None, end)
            rows = rows - self._replaced_before(rows & self._masked, start, asked.up_to)
        return rows

    def _rows_of(self, type: str | None, id: str | None) -> Rows:
        if type is None:
            return BitMap().union(*map(self._snapshot.rows_of_type, self._snapshot.types))
        if id is None:
            return self._snapshot.rows_of_type(type)
        row = self._snapshot.row(type, id)
        return BitMap() if row is None else BitMap((row,))

    def _between(self, rows: Rows, first: int | None, last: int | None) -> Rows:
        """Return the rows updated between two instants, both included."""
        # Rows are numbered in the order of update.
        in_order = rows.to_array()
        start, end = 0, len(in_order)
        if first is not None:
            start = bisect_left(in_order, first, key=self._updated)
        if last is not None:
            end = bisect_left(in_order, last + 1, key=self._updated)
        return BitMap(in_order[start:end])

    def _updated(self, row: int) -> int:
        (resource,) = self._snapshot.resources([row])
        return microseconds(resource.last_updated)

    def _replaced_before(self, rows: Rows, start: int, up_to: int) -> Rows:
        """Return the rows that had been written over at an instant."""
        # Numbers have no gaps and instants never fall: those made by then are the first ones.
        made = up_to - self._journal.count(VersionsAsked(up_to, since=start + 1))
        identities = zip(rows, self._snapshot.identities(rows), strict=True)
        return BitMap(
            row
            for row, identity in identities
            if self._journal.count(VersionsAsked(made, *identity))
        )

    def _held(self, rows: Rows, below: int) -> Iterator[tuple[Version, int]]:
        ahead = BitMap(rows)
        ahead.remove_range(below, 2**32)
        for row in reversed(ahead.to_array()):
            (resource,) = self._snapshot.resources([row])
            yield Version(0, "PUT", resource), row

    def _write(self, place: _Place) -> str:
        packed = _LAYOUT.pack(self._origin, place.up_to, place.before, place.below)
        return urlsafe_b64encode(packed).decode()

    def _read(self, page: str) -> _Place:
        try:
            origin, *place = _LAYOUT.unpack(urlsafe_b64decode(page.encode("ascii")))
        except (ValueError, struct.error):
            raise InvalidParameter(
                "This page of a history is not one that this server named; follow its links"
            ) from None
        if origin != self._origin:
            raise ExpiredPage(
                "The knowledge was replaced since this history was first asked for; ask again"
            )
        # Numbers beyond those of a database are behind everything there is.
        return _Place(*(min(number, 2**62) for number in place))
