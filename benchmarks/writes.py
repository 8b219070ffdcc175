"""What a write, a look for others' writes and a start with many written versions cost."""

import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from threading import Thread
from time import perf_counter, process_time

from benchmarks.synthetic import lines
from fhir_kb.definitions import load
from fhir_kb.formats import Json
from fhir_kb.formats.json import read_json
from fhir_kb.search import Indexer, search, search_table
from fhir_kb.store import Snapshot, WrittenStore, open_journal, write_snapshot

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from postgresql import made, missing  # noqa: E402

TABLE = search_table("R5", load("R5"), ("AdverseEvent",))
INDEX = Indexer(TABLE).index
TIMES = 5
STARTED_WITH = 50_000
THREADS = 8


def main() -> None:
    events = [read_json(line) for line in lines(2000)]
    with TemporaryDirectory() as folder:
        measure("SQLite", Path(folder), "", events)
        start_with_many(Path(folder))
    if reason := missing():
        print(f"PostgreSQL: not measured, {reason}")
        return
    server = made()
    server.start()
    with TemporaryDirectory() as folder:
        measure("PostgreSQL", Path(folder), server.url, events)
    server.remove()


def opened(folder: Path, database: str) -> WrittenStore:
    path = folder / "knowledge.sqlite"
    if not path.exists():
        write_snapshot(path, [], version="R5", release="1")
    snapshot = Snapshot.open(path)
    return WrittenStore(lambda: snapshot, open_journal(folder, "r5", database), INDEX, "1")


def measure(engine: str, folder: Path, database: str, events: list[Json]) -> None:
    store = opened(folder, database)
    rates = [per_second(100, lambda: write(store, events[:100], 1)) for _ in range(TIMES)]
    print(f"{engine}: {median(rates):,.0f} commits/s of one 2 kB resource, one thread")
    rates = [per_second(800, lambda: together(store, events[:100])) for _ in range(TIMES)]
    print(f"{engine}: {median(rates):,.0f} commits/s of one resource, {THREADS} threads")
    rates = [per_second(2000, lambda: write(store, events, 200)) for _ in range(TIMES)]
    print(f"{engine}: {median(rates):,.0f} resources/s in transactions of 200")
    asks = [1e6 / per_second(5000, lambda: ask(store)) for _ in range(TIMES)]
    print(f"{engine}: {median(asks):.1f} µs to see that nothing was written")
    store.close()


def start_with_many(folder: Path) -> None:
    store = opened(folder, "")
    for first in range(0, STARTED_WITH, 2000):
        events = [read_json(line) for line in lines(2000, seed=first + 2)]
        for number, event in enumerate(events):
            event["id"] = f"event-{first + number}"
        write(store, events, 500)
    store.close()
    starts, searches = [], []
    for _ in range(TIMES):
        before = process_time()
        store = opened(folder, "")
        store.current().total("AdverseEvent")
        starts.append(process_time() - before)
        before = process_time()
        search(store.current(), TABLE, "AdverseEvent", [("code", "reaction-1")])
        searches.append(process_time() - before)
        store.close()
    print(
        f"SQLite: {median(starts):.2f} s CPU to start with {STARTED_WITH:,} written resources, "
        f"{median(searches):.2f} s for the first search"
    )


def write(store: WrittenStore, events: list[Json], together: int) -> None:
    for first in range(0, len(events), together):
        with store.transaction() as transaction:
            for event in events[first : first + together]:
                transaction.write("PUT", "AdverseEvent", event["id"], event)


def together(store: WrittenStore, events: list[Json]) -> None:
    threads = [Thread(target=write, args=(store, events, 1)) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def ask(store: WrittenStore) -> None:
    for _ in range(5000):
        store.current()


def per_second(number: int, act: Callable[[], None]) -> float:
    start = perf_counter()
    act()
    return number / (perf_counter() - start)


if __name__ == "__main__":
    main()
