"""The connections of one process to a PostgreSQL database, made anew when it was away.

https://www.psycopg.org/psycopg3/docs/basic/usage.html, https://www.postgresql.org/docs/15/runtime-config-client.html
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg

from fhir_kb.errors import StoreError, StoreUnavailable

T = TypeVar("T")
ONLY_READS = "The database is a standby, or read-only; try again"

Connection = psycopg.Connection[tuple[Any, ...]]

CONNECT_SECONDS = 5
_LIMITS = {
    "lock_timeout": "10s",
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "60s",
}
_WIRE = {
    "connect_timeout": CONNECT_SECONDS,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
    "application_name": "fhir_kb",
}


class PostgresConnections:
    """The free connections to ``url``; one serves one thread at a time.

    Each looks for tables in ``schema`` alone.
    """

    def __init__(self, url: str, schema: str) -> None:
        self._url = url
        self._schema = schema
        # append and pop of a list are atomic: no lock is needed.
        self._free: list[Connection] = []
        self._process = os.getpid()
        self._inherited: list[Connection] = []

    def ask(self, question: Callable[[Connection], T]) -> T:
        """Return what a question that only reads is answered; asked twice when the first fails.

        The second time a new connection is asked: those that were open when the database was
        stopped are of no use, and are found out one by one.
        """
        with told():
            while self._free:
                connection = self._take()
                try:
                    answer = question(connection)
                except psycopg.OperationalError:
                    connection.close()
                    continue
                self._free.append(connection)
                return answer
            connection = self._connected()
            answer = question(connection)
            self._free.append(connection)
            return answer

    @contextmanager
    def writing(self, begin: Callable[[Connection], T]) -> Iterator[tuple[Connection, T]]:
        """Give a connection for one transaction, and what ``begin`` was answered on it.

        The connection is kept only when the block ends well.
        """
        with told():
            connection, answer = self._begun(begin)
            try:
                yield connection, answer
            except BaseException:
                connection.close()
                raise
            self._free.append(connection)

    def close(self) -> None:
        """Close all that are free."""
        while self._free:
            self._free.pop().close()

    def _begun(self, begin: Callable[[Connection], T]) -> tuple[Connection, T]:
        """Return a connection on which a transaction was begun; lost ones are passed over."""
        while True:
            is_new = not self._free
            connection = self._take()
            try:
                return connection, begin(connection)
            except BaseException as error:
                is_lost = isinstance(error, psycopg.OperationalError) and connection.broken
                connection.close()
                if is_new or not is_lost:
                    raise

    def _take(self) -> Connection:
        if self._process != os.getpid():
            # In a process that was forked a connection may neither be used nor closed.
            self._inherited, self._free = self._free, []
            self._process = os.getpid()
        return self._free.pop() if self._free else self._connected()

    def _connected(self) -> Connection:
        connection = psycopg.connect(self._url, autocommit=True, **_WIRE)  # type: ignore[arg-type]
        with connection.transaction():
            for name, value in {**_LIMITS, "search_path": self._schema}.items():
                connection.execute("SELECT set_config(%s, %s, false)", (name, value))
            ((waits, syncs),) = connection.execute(
                "SELECT current_setting('synchronous_commit'), current_setting('fsync')"
            )
            if waits == "off":
                connection.execute("SET synchronous_commit = on")
        if syncs == "off":
            connection.close()
            raise StoreError(
                "The database runs with fsync = off and would lose what it acknowledged; turn it on"
            )
        return connection


@contextmanager
def told() -> Iterator[None]:
    """Raise the store's errors for those of PostgreSQL; addresses and passwords are not told."""
    try:
        yield
    except psycopg.OperationalError as error:
        state = error.sqlstate or "no connection"
        raise StoreUnavailable(f"The database cannot be used now ({state}); try again") from error
    except psycopg.errors.ReadOnlySqlTransaction as error:
        raise StoreUnavailable(ONLY_READS) from error
    except psycopg.Error as error:
        what = error.diag.message_primary or type(error).__name__
        raise StoreError(f"The database refuses: {what}") from error
