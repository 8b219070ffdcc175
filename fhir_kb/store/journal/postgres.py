"""The journal in a PostgreSQL database, for several servers that share what clients write.

https://www.postgresql.org/docs/15/explicit-locking.html#ADVISORY-LOCKS
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from time import monotonic, sleep
from typing import Any, NamedTuple

import psycopg

from fhir_kb.errors import CorruptedResource, StoreUnavailable
from fhir_kb.store.instants import now
from fhir_kb.store.journal.appending import JournalAppending
from fhir_kb.store.journal.interface import JournalEntry, Version, VersionsAsked
from fhir_kb.store.journal.postgres_connections import ONLY_READS, Connection, PostgresConnections
from fhir_kb.store.journal.postgres_schema import prepare_schema
from fhir_kb.store.journal.questions import ENTRIES, LATEST, NOT_REPLACED, SELECT, condition
from fhir_kb.store.journal.seal import Head, checked_entry, checked_version
from fhir_kb.store.resource import StoredResource

SETTLE_SECONDS = 5.0
"""How long a lost connection's transaction is asked after."""

ENTRIES_AT_ONCE = 5000
"""Bounds what is in memory at a start with many versions."""

_INSERT = f"INSERT INTO version VALUES ({', '.join(['%s'] * 12)})"  # noqa: S608


class _Latest(NamedTuple):
    """Number and instant of the latest version."""

    sequence: int
    instant: int


class PostgresJournal:
    """The journal in a database's schema ``fhir_kb_<mount>``; follows ``interface.Journal``."""

    def __init__(self, url: str, mount: str, *, clock: Callable[[], int] = now) -> None:
        schema = f"fhir_kb_{mount}"
        self._clock = clock
        self._lock = int.from_bytes(sha256(schema.encode()).digest()[:8], "big", signed=True)
        self._connections = PostgresConnections(url, schema)
        self._beginning = (
            "BEGIN ISOLATION LEVEL READ COMMITTED; "
            f"SELECT pg_advisory_xact_lock({self._lock}); {LATEST}"
        ).encode()
        with self._connections.writing(
            lambda connection: prepare_schema(connection, schema, self._lock)
        ) as (_, identity):
            self.identity = identity

    def sequence(self) -> int:
        """Return the number of the latest committed version, 0 for none."""
        (found,) = self._all("SELECT max(sequence) FROM version", ())
        return found[0] or 0

    def entries(self, after: int, *, replaced_after: int = 0) -> Iterator[JournalEntry]:
        """Yield the versions behind number ``after`` in order."""
        statement, more = (
            (ENTRIES + NOT_REPLACED, [replaced_after]) if replaced_after else (ENTRIES, [])
        )
        statement += f" ORDER BY sequence LIMIT {ENTRIES_AT_ONCE}"
        number = ENTRIES_AT_ONCE
        while number == ENTRIES_AT_ONCE:
            found = self._all(statement, [after, *more])
            yield from map(checked_entry, found)
            number = len(found)
            after = found[-1][0] if found else after

    def resources(self, sequences: Sequence[int]) -> list[StoredResource]:
        """Return the versions of these numbers in this order, each checked."""
        found = self._all(f"{SELECT} WHERE sequence = ANY(?)", [list(sequences)])
        by_number = {columns[0]: columns for columns in found}
        missing = [number for number in sequences if number not in by_number]
        if missing:
            raise CorruptedResource(
                f"Version number {missing[0]} is missing in the database; restore a backup"
            )
        return [checked_version(by_number[number]).resource for number in sequences]

    def version(self, type: str, id: str, version_id: str) -> Version | None:
        """Return one version, checked; None when there is none."""
        where = " WHERE type = ? AND id = ? AND version_id = ?"
        found = self._all(SELECT + where, (type, id, version_id))
        return checked_version(found[0]) if found else None

    def versions(self, asked: VersionsAsked, *, before: int | None, limit: int) -> list[Version]:
        """Return versions newest first, those below the number ``before`` that paging came to."""
        where, values = condition(asked, before)
        statement = f"{SELECT} WHERE {where} ORDER BY sequence DESC LIMIT ?"
        return [checked_version(columns) for columns in self._all(statement, [*values, limit])]

    def count(self, asked: VersionsAsked) -> int:
        """Return how many versions are asked for."""
        where, values = condition(asked)
        found = self._all(f"SELECT count(*) FROM version WHERE {where}", values)  # noqa: S608
        return found[0][0] if found else 0

    @contextmanager
    def transaction(self, not_before: int = 0) -> Iterator[JournalAppending]:
        """Take the writers' lock; commit when the block ends, roll back when it raises."""
        with self._connections.writing(self._begin) as (connection, latest):
            appending = JournalAppending(
                latest.sequence,
                max(latest.instant, not_before, self._clock()),
                lambda columns: connection.execute(_INSERT, columns),
            )
            yield appending
            self._commit(connection, appending.latest)

    def check_room(self) -> None:
        """Refuse (StoreUnavailable) a standby, and a database that only reads."""
        ((only_reads,),) = self._all("SELECT current_setting('transaction_read_only')", ())
        if only_reads == "on":
            raise StoreUnavailable(ONLY_READS)

    def close(self) -> None:
        """Free what is held; nothing may be asked afterwards."""
        self._connections.close()

    def _all(self, statement: str, values: Sequence[Any]) -> list[Any]:
        """Return all rows; text that cannot be stored is found nowhere."""
        if any(isinstance(value, str) and not _is_storable(value) for value in values):
            return []
        query = statement.replace("?", "%s").encode()

        def ask(connection: Connection) -> list[Any]:
            with connection.cursor(binary=True) as cursor:
                return cursor.execute(query, values).fetchall()

        return self._connections.ask(ask)

    def _begin(self, connection: Connection) -> _Latest:
        """Begin a transaction as the only writer; return what the last one committed."""
        # Sent as one: each statement sees what was committed before it, so that the last one
        # sees all that was there when the lock was had.
        cursor = connection.execute(self._beginning)
        while cursor.nextset():
            pass
        return _Latest(*(cursor.fetchone() or (0, 0)))

    def _commit(self, connection: Connection, latest: Head | None) -> None:
        try:
            connection.execute("COMMIT")
        except psycopg.OperationalError as error:
            if latest is None or not self._is_written(latest):
                raise StoreUnavailable("The database went away; nothing was written") from error

    def _is_written(self, latest: Head) -> bool:
        """Ask another connection what became of a transaction whose answer was lost."""
        until = monotonic() + SETTLE_SECONDS
        while True:
            try:
                # Behind the lock the lost transaction is over. Its number would not tell: a
                # database that crashed gives numbers that it forgot to others.
                with self._connections.writing(self._begin) as (connection, _):
                    found = connection.execute(
                        "SELECT 1 FROM version WHERE sequence = %s AND digest = %s",
                        (latest.sequence, latest.digest),
                    ).fetchone()
                    connection.execute("COMMIT")
                    return found is not None
            except StoreUnavailable as error:
                if monotonic() > until:
                    raise StoreUnavailable(
                        "The database went away while it was asked to commit; what was sent may "
                        "or may not have been written: read it before it is sent again"
                    ) from error
            sleep(0.1)


def _is_storable(text: str) -> bool:
    """Whether PostgreSQL takes the text: no NUL, and no half of a surrogate pair."""
    return "\0" not in text and text == text.encode("utf-8", "replace").decode()
