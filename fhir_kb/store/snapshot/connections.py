"""Read-only connections to one snapshot, shared by any number of threads.

https://sqlite.org/threadsafe.html

A connection serves one thread at a time and is then free for the next, so that there are never
more of them than reads under way, whatever number of threads a server starts.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from weakref import finalize

from fhir_kb.errors import CorruptedResource
from fhir_kb.store.snapshot.schema import open_snapshot


class Connections:
    """The free connections to ``path``; closed when nobody holds the snapshot any more."""

    def __init__(self, path: Path) -> None:
        self._path = path
        # append and pop of a list are atomic: no lock is needed.
        self._free = [open_snapshot(path)]
        self.close = finalize(self, _close_all, self._free)

    def one(self, statement: str, values: Sequence[Any] = ()) -> Any:
        """Return the first row or None."""
        connection = self._take()
        try:
            return connection.execute(statement, values).fetchone()
        except sqlite3.DatabaseError as error:
            raise self._corrupted(error) from error
        except UnicodeEncodeError:
            return None
        finally:
            self._free.append(connection)

    def all(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        """Return all rows."""
        connection = self._take()
        try:
            return connection.execute(statement, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise self._corrupted(error) from error
        except UnicodeEncodeError:
            return []
        finally:
            self._free.append(connection)

    def each(self, statement: str, values: Sequence[Any] = ()) -> Iterator[Any]:
        """Yield the rows as they are read; close the iterator when it is left early."""
        connection = self._take()
        try:
            yield from connection.execute(statement, values)
        except sqlite3.DatabaseError as error:
            raise self._corrupted(error) from error
        except UnicodeEncodeError:
            return
        finally:
            self._free.append(connection)

    def _take(self) -> sqlite3.Connection:
        try:
            return self._free.pop()
        except IndexError:
            return open_snapshot(self._path)

    def _corrupted(self, error: sqlite3.Error) -> CorruptedResource:
        return CorruptedResource(
            f"The knowledge {self._path} cannot be read: {error}; build the knowledge again"
        )


def _close_all(free: list[sqlite3.Connection]) -> None:
    while free:
        free.pop().close()
