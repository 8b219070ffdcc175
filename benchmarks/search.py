"""The store and its search: how fast a snapshot is built, read, and searched.

Run: python -m benchmarks.search [--number 100000]

Times are CPU time of this process; medians of several rounds.
"""

import argparse
import platform
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.synthetic import entries, table
from fhir_kb.search import SearchTable, search
from fhir_kb.store import Snapshot, write_snapshot

ROUNDS = 7

QUERIES = {
    "token AND reference AND date": (
        ("code", "http://terms.example.org|reaction-1"),
        ("study", "ResearchStudy/study-7"),
        ("date", "ge2015"),
        ("date", "lt2018"),
    ),
    "common token AND common token AND date": (
        ("category", "http://terms.example.org|medication"),
        ("seriousness", "http://terms.example.org|serious"),
        ("date", "ge2015"),
        ("date", "lt2018"),
    ),
    "token without its system": (("code", "reaction-1"),),
    "quantity": (("dose", "gt100||mg"), ("dose", "lt2000||mg")),
    "two sort keys": (("seriousness", "serious"), ("_sort", "code,-dose")),
    "everything, sorted": (("_sort", "dose"),),
    "a page of 50, no condition": (),
}


def cpu_microseconds(work: Callable[[], object], times: int) -> float:
    """Return the median over rounds of the mean CPU time of ``work``."""
    rounds = []
    for _ in range(ROUNDS):
        start = time.process_time()
        for _ in range(times):
            work()
        rounds.append((time.process_time() - start) / times * 1e6)
    return median(rounds)


def measure_build(path: Path, number: int) -> None:
    making = time.process_time()
    bodies = sum(len(entry.resource.body) for entry in entries(number))
    making = time.process_time() - making
    start = time.process_time()
    write_snapshot(path, entries(number), version="R5", release="benchmark")
    # What it costs to make up the resources is no part of the build.
    cpu = time.process_time() - start - making
    size = path.stat().st_size
    print(f"build: {number / cpu:,.0f} resources/s of CPU")
    print(f"file: {size / number:,.0f} bytes/resource, {size / bodies:.2f} x the bodies")


def measure_reads(store: Snapshot, number: int) -> None:
    ids = [f"event-{position * 7919 % number:08}" for position in range(2000)]
    step = iter(ids * ROUNDS * 2)
    cold = cpu_microseconds(lambda: Snapshot.open(store.path).read("AdverseEvent", ids[0]), 5)
    print(f"open and first read: {cold:,.0f} us")
    print(
        f"read by id: {cpu_microseconds(lambda: store.read('AdverseEvent', next(step)), 2000):.1f} us"
    )


def measure_searches(store: Snapshot, searched: SearchTable) -> None:
    for name, pairs in QUERIES.items():
        start = time.process_time()
        total = search(store, searched, "AdverseEvent", pairs).total
        cold = (time.process_time() - start) * 1e6
        warm = cpu_microseconds(lambda: search(store, searched, "AdverseEvent", pairs), 50)  # noqa: B023
        print(f"{name}: {total:,} matches, cold {cold:,.0f} us, warm {warm:,.0f} us")


def main() -> None:
    """Build, read and search as many resources as are asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=100_000)
    number = parser.parse_args().number
    print(f"{platform.machine()}, Python {platform.python_version()}, {number:,} resources")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "knowledge.db"
        measure_build(path, number)
        store = Snapshot.open(path)
        measure_reads(store, number)
        measure_searches(store, table())


if __name__ == "__main__":
    main()
