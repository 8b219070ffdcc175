"""The store and its search: how fast a snapshot is built, read, and searched.

Run: python -m benchmarks.search [--number 100000]

Times are CPU time of this process; medians of several rounds. The build is compared with parsing
the same lines by orjson alone, the cost of a search at a million resources with that at a tenth.
"""

import argparse
import platform
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import orjson

from benchmarks.synthetic import TERMS, lines
from fhir_kb.publish.release import table_of
from fhir_kb.search import Indexer, SearchTable, search
from fhir_kb.search.words import TEXTS
from fhir_kb.store import Entry, Snapshot, StoredResource, write_snapshot
from fhir_kb.versions import VERSIONS

ROUNDS = 7
BUILDS, BUILT = 5, 50_000
"""Rounds of a build, and resources in each."""
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


def entries(bodies: Iterable[bytes], table: SearchTable) -> Iterator[Entry]:
    """Yield what a snapshot is built from: each line indexed.

    Its identity and its time are looked for at its beginning. Where resources are imported, they
    stand beside it.
    """
    indexer = Indexer(table)
    for body in bodies:
        texts = body.split(b'"', 18)
        type, id, updated = (texts[place].decode() for place in (3, 7, 17))
        stored = StoredResource.of(type, id, "1", updated, body)
        yield Entry(stored, indexer.parts(stored.type, body), imported=True)


def _cpu_of(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def measure_build(folder: Path, number: int, size: int = 0) -> None:
    """Print what a build takes against orjson reading the same file of lines, in turns."""
    source, path = folder / "lines.ndjson", folder / "built.db"
    with source.open("wb") as file:
        file.writelines(line + b"\n" for line in lines(number, size))
    tables = {
        "all search parameters": searched(words=False),
        "and every word": searched(words=True),
    }
    parsing: list[float] = []
    building: dict[str, list[float]] = {name: [] for name in tables}

    def parse() -> None:
        # Each object is dropped at once: to keep them all would cost more than to parse them.
        with source.open("rb") as file:
            deque(map(orjson.loads, file), maxlen=0)

    def build(name: str) -> None:
        with source.open("rb") as file:
            made = entries(map(bytes.rstrip, file), tables[name])
            write_snapshot(path, made, version="R5", release="benchmark")

    for _ in range(BUILDS):
        parsing.append(_cpu_of(parse))
        for name, times in building.items():
            path.unlink(missing_ok=True)
            times.append(_cpu_of(partial(build, name)))
    for name in tables:
        seconds = median(building[name])
        row(
            f"build of a snapshot of {number:,} of {source.stat().st_size / number / 1000:.1f} kB, "
            f"{name}, against orjson parsing the same lines",
            f"{median(parsing) / seconds:.3f} ({number / seconds:,.0f} resources/s of CPU)",
            "≥ 0.25",
            "≥ 0.5",
        )
    print(f"file: {path.stat().st_size / source.stat().st_size:.2f} x the lines")
    source.unlink()
    path.unlink()


def build_store(path: Path, number: int) -> Snapshot:
    """Return a store of so many small resources with every word."""
    made = entries(lines(number), searched(words=True))
    write_snapshot(path, made, version="R5", release="benchmark")
    return Snapshot.open(path)


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
    costs = {}
    with TemporaryDirectory() as folder:
        for size in (LARGE, 0):
            measure_build(Path(folder), min(number, BUILT), size)
        for count in (number // 10, number):
            print(f"-- {count:,} resources")
            store = build_store(Path(folder) / "knowledge.db", count)
            measure_reads(store, count)
            costs[count] = measure_searches(store, searched(words=True))
    name = "token AND reference AND date, page of 50 and accurate total, warm CPU"
    row(f"{name}, {number:,}", f"{costs[number] / 1000:.3f} ms", "≤ 0.5 ms", "≤ 0.2 ms")
    growth = costs[number] / costs[number // 10]
    row(f"growth of it from {number // 10:,}", f"{growth:.2f} ×", "≤ 4 ×", "≤ 3 ×")


if __name__ == "__main__":
    main()
