"""Crashes below clients' writes: ``python -m benchmarks.durability [--kills 100]``.

Two processes write and tell each commit in a file of their own; then they, or the database below
them, are killed. Counted is what was told, what of it is lost, and what is there in part.
"""

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep

from fhir_kb.errors import StoreUnavailable

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from journal_writer import (  # noqa: E402
    WRITERS,
    check,
    killed,
    open_store,
    started,
    wait_for_more,
)
from postgresql import PostgreSQL, made, missing  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100, help="kills of the writers, per engine")
    parser.add_argument("--crashes", type=int, default=12, help="crashes of PostgreSQL")
    parser.add_argument("--failovers", type=int, default=6, help="failovers to a standby")
    asked = parser.parse_args()
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}")
    with TemporaryDirectory() as folder:
        kill_writers("SQLite", Path(folder), "", asked.kills)
    if reason := missing():
        print(f"PostgreSQL: not run, {reason}")
        return
    with running() as server, TemporaryDirectory() as folder:
        kill_writers("PostgreSQL", Path(folder), server.url, asked.kills)
    with running() as server, TemporaryDirectory() as folder:
        crash_database(Path(folder), server, asked.crashes)
    with TemporaryDirectory() as folder:
        fail_over(Path(folder), asked.failovers)


def kill_writers(engine: str, folder: Path, url: str, kills: int) -> None:
    """Kill both writers at once, as often as asked, and open again each time."""
    slowest = 0.0
    for _ in range(kills):
        processes = started(folder, url, "r5")
        wait_for_more(folder)
        killed(processes)
        start = monotonic()
        store = open_store(folder, url, "r5")
        store.current()
        slowest = max(slowest, monotonic() - start)
        store.close()
    tell(f"{engine}, {kills} × kill -9 of {WRITERS} writers", folder, url, slowest)


def crash_database(folder: Path, server: PostgreSQL, crashes: int) -> None:
    """Kill the database, or stop it at once, below writers that live on."""
    processes = started(folder, server.url, "r5")
    slowest = 0.0
    for number in range(crashes):
        wait_for_more(folder)
        (server.kill if number % 2 else lambda: server.stop("immediate"))()
        start = monotonic()
        server.start()
        slowest = max(slowest, answered(folder, server.url, start))
    killed(processes)
    tell(f"PostgreSQL, {crashes} × crash of the database", folder, server.url, slowest)


def fail_over(folder: Path, failovers: int) -> None:
    """Kill the first of two databases and promote the other, which every commit waited for."""
    first = made()
    first.start()
    standby = with_standby(first)
    processes: list[BaseProcess] = []
    slowest = 0.0
    for _ in range(failovers):
        url = both(first, standby)
        processes = started(folder, url, "r5")
        wait_for_more(folder)
        first.kill()
        start = monotonic()
        standby.run("pg_ctl", "-D", str(standby.data), "-w", "promote")
        standby.set("synchronous_standby_names", "")
        slowest = max(slowest, answered(folder, standby.url, start))
        wait_for_more(folder)
        killed(processes)
        first.remove()
        first, standby = standby, with_standby(standby)
    tell(f"PostgreSQL, {failovers} × failover to a standby", folder, first.url, slowest)
    standby.remove()
    first.remove()


def with_standby(first: PostgreSQL) -> PostgreSQL:
    """Return a copy that follows; from then on commits wait for it."""
    standby = made(first)
    standby.start()
    first.set("synchronous_standby_names", "*")
    return standby


def both(first: PostgreSQL, second: PostgreSQL) -> str:
    """Return the address of whichever of two databases takes writes."""
    hosts = f"host={first.folder},{second.folder}&port={first.port},{second.port}"
    return f"postgresql://fhir@/postgres?{hosts}&target_session_attrs=read-write"


@contextmanager
def running() -> Iterator[PostgreSQL]:
    server = made()
    server.start()
    try:
        yield server
    finally:
        server.remove()


def answered(folder: Path, url: str, start: float) -> float:
    """Return how long it took since ``start`` until a store answered again."""
    return waited(lambda: open_store(folder, url, "r5").close(), start)


def waited(ask: Callable[[], None], start: float) -> float:
    while True:
        try:
            ask()
        except StoreUnavailable:
            sleep(0.01)
        else:
            return monotonic() - start


def tell(what: str, folder: Path, url: str, slowest: float) -> None:
    store = open_store(folder, url, "r5")
    number = check(folder, store)
    store.close()
    print(f"{what}: {number} commits told, 0 lost, 0 in part; slowest recovery {slowest:.2f} s")


if __name__ == "__main__":
    main()
