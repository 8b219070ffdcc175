"""The store and its search: how fast a snapshot is built, read, and searched.

Run: python -m benchmarks.search [--number 100000]

Times are CPU time of this process; medians of several rounds. The build is compared with parsing
the same lines by orjson alone, the cost of a search at a million resources with that at a tenth.
"""

import argparse
import platform
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import orjson

from benchmarks.synthetic import TERMS, lines
from fhir_kb.formats.json import read_stored_json
from fhir_kb.publish.release import table_of
from fhir_kb.search import Indexer, SearchTable, search
from fhir_kb.search.words import TEXTS
from fhir_kb.store import Entry, Snapshot, StoredResource, write_snapshot
from fhir_kb.versions import VERSIONS

ROUNDS = 7
PARSED = 20_000
"""Lines that are parsed in each round."""
LARGE = 6_000
"""The bytes of a large resource."""
TYPES = frozenset({"AdverseEvent", "Group", "Medication", "Organization", "ResearchStudy"})

AND = "token AND reference AND date"
QUERIES = {
    AND: (
        ("code", f"{TERMS}/reaction|reaction-1"),
        ("study", "ResearchStudy/study-7"),
        ("date", "ge2015"),
        ("date", "lt2018"),
    ),
    "common token AND common token AND date": (
        ("category", f"{TERMS}/category|category-1"),
        ("seriousness", f"{TERMS}/seriousness|seriousness-1"),
        ("date", "ge2015"),
        ("date", "lt2018"),
    ),
    "token without its system": (("code", "reaction-1"),),
    "words": (("_content", "fever AND (neutrophils OR swell*)"),),
    "two sort keys": (("seriousness", "seriousness-1"), ("_sort", "code,-date")),
    "everything, sorted": (("_sort", "date"),),
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


def row(measure: str, value: str, must: str, aim: str) -> None:
    """Print one line of the table of what must be reached."""
    print(f"| {measure} | {value} | {must} | {aim} |")


def searched(*, words: bool) -> SearchTable:
    """Return the parameters of R5, with or without ``_text`` and ``_content``."""
    table = table_of(VERSIONS["r5"], TYPES)
    kept = {
        type: {code: each for code, each in known.items() if words or code not in TEXTS}
        for type, known in table.parameters.items()
    }
    return replace(table, parameters=kept)


def entries(bodies: Iterator[bytes], table: SearchTable) -> Iterator[Entry]:
    """Yield what a snapshot is built from: each line parsed and indexed."""
    indexer = Indexer(table)
    for body in bodies:
        resource = read_stored_json(body)
        updated = resource["meta"]["lastUpdated"]
        stored = StoredResource.of("AdverseEvent", resource["id"], "1", updated, body)
        yield Entry(stored, indexer.parts(resource), imported=True)


def _cpu_of(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def measure_build(path: Path, number: int, table: SearchTable, name: str, size: int = 0) -> None:
    making = _cpu_of(lambda: sum(map(len, lines(number, size))))
    some = list(lines(PARSED, size))
    # Each object is dropped at once: to keep them all would cost more than to parse them.
    each = cpu_microseconds(lambda: deque(map(orjson.loads, some), maxlen=0), 1) / PARSED
    parsing = each * number / 1e6
    # What it costs to make up the lines is no part of the build.
    building = -making + _cpu_of(
        lambda: write_snapshot(
            path, entries(lines(number, size), table), version="R5", release="benchmark"
        )
    )
    bodies = sum(map(len, some)) / PARSED
    row(
        f"build of a snapshot of {number:,} of {bodies / 1000:.1f} kB from lines, {name}, "
        "against orjson parsing them",
        f"{parsing / building:.3f} ({number / building:,.0f} resources/s of CPU)",
        "≥ 0.25",
        "≥ 0.5",
    )
    print(f"file: {path.stat().st_size / number / bodies:.2f} x the bodies")


def measure_reads(store: Snapshot, number: int) -> None:
    ids = [f"event-{position * 7919 % number:08}" for position in range(2000)]
    step = iter(ids * ROUNDS * 2)
    cold = cpu_microseconds(lambda: Snapshot.open(store.path).read("AdverseEvent", ids[0]), 5)
    print(f"open and first read: {cold:,.0f} us")
    each = cpu_microseconds(lambda: store.read("AdverseEvent", next(step)), 2000)
    print(f"read by id: {each:.1f} us")


def measure_searches(store: Snapshot, table: SearchTable) -> float:
    """Print each query's cost and return that of the one which has a goal."""
    warm = {}
    for name, pairs in QUERIES.items():
        total = 0

        def ask(pairs: tuple[tuple[str, str], ...] = pairs) -> int | None:
            return search(store, table, "AdverseEvent", pairs).total

        start = time.process_time()
        total = ask() or 0
        cold = (time.process_time() - start) * 1e6
        warm[name] = cpu_microseconds(ask, 50)
        print(f"{name}: {total:,} matches, cold {cold:,.0f} us, warm {warm[name]:,.0f} us")
    return warm[AND]


def main() -> None:
    """Build, read and search as many resources as are asked for, and a tenth of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=100_000)
    number = parser.parse_args().number
    print(f"{platform.machine()}, Python {platform.python_version()}, {number:,} resources")
    bare, table = searched(words=False), searched(words=True)
    costs = {}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "knowledge.db"
        for size in (0, LARGE):
            measure_build(path, min(number, 100_000), bare, "all search parameters", size)
        for size in (number // 10, number):
            print(f"-- {size:,} resources")
            measure_build(path, size, table, "and every word")
            store = Snapshot.open(path)
            measure_reads(store, size)
            costs[size] = measure_searches(store, table)
    name = "token AND reference AND date, page of 50 and accurate total, warm CPU"
    row(f"{name}, {number:,}", f"{costs[number] / 1000:.3f} ms", "≤ 0.5 ms", "≤ 0.2 ms")
    growth = costs[number] / costs[number // 10]
    row(f"growth of it from {number // 10:,}", f"{growth:.2f} ×", "≤ 4 ×", "≤ 3 ×")


if __name__ == "__main__":
    main()
