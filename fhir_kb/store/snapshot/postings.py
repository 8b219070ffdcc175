"""Which rows hold which key: gathered while resources pass by, merged into one set per term.

https://roaringbitmap.org/

Lists of rows stay in memory for one batch of resources only. What fits into one batch is never
written twice; of more, each batch is spilled as compressed sets into a temporary table, and
SQLite's external sort brings the sets of a term together.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

from pyroaring import BitMap, FrozenBitMap

Terms = defaultdict[str, list[int]]
"""Rows by key, in any order; a row may come twice."""

Rows = BitMap | FrozenBitMap


class Postings:
    """Terms by field number, spilled batch by batch."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._fields: dict[int, Terms] = {}
        self._has_spilled = False
        connection.execute("CREATE TEMP TABLE posting (field INTEGER, key TEXT, rows BLOB)")

    def terms(self, field: int) -> Terms:
        """Return the terms of a field, to be added to until the batch is spilled."""
        return self._fields.setdefault(field, defaultdict(list))

    def spill(self) -> None:
        """Move this batch to the temporary table; lists that were handed out are dead then."""
        self._has_spilled = True
        self._connection.executemany(
            "INSERT INTO posting VALUES (?, ?, ?)",
            (
                (field, key, BitMap(rows).serialize())
                for field, terms in self._fields.items()
                for key, rows in terms.items()
            ),
        )
        self._fields.clear()

    def merged(self) -> Iterator[tuple[int, Iterator[tuple[str, Rows]]]]:
        """Yield each field with its terms in the order of their keys."""
        if not self._has_spilled:
            # Python compares texts by code point, SQLite by UTF-8: the order is the same.
            for number in sorted(self._fields):
                terms = self._fields[number]
                yield number, ((key, _set(terms[key])) for key in sorted(terms))
            return
        self.spill()
        cursor = self._connection.execute(
            "SELECT field, key, rows FROM posting ORDER BY field, key, rowid"
        )
        for field, of_field in groupby(cursor, key=itemgetter(0)):
            by_key = groupby(of_field, key=itemgetter(1))
            yield field, ((key, _union(rows for _, _, rows in parts)) for key, parts in by_key)


def _set(rows: list[int]) -> BitMap:
    found = BitMap(rows)
    if len(rows) > 1:
        found.run_optimize()
    return found


def _union(blobs: Iterable[bytes]) -> Rows:
    sets = [BitMap.deserialize(blob) for blob in blobs]
    rows = sets[0] if len(sets) == 1 else BitMap.union(*sets)
    if len(rows) > 1:
        rows.run_optimize()
    return rows
