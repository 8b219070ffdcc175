"""Bulk export: texts as they are stored, against the same export with each one parsed and written.

Run: python -m benchmarks.export [--number 20000]

The resources are those of the knowledge, under many ids. Both ways read a snapshot with its
checksums, write the files of an export, force them to disk and send them into a socket that another
process empties (by the kernel, as the server does). Times are CPU time of this process for all of
that; medians of five interleaved rounds. The memory is the most that the process ever had, building
the snapshot included.
"""

import argparse
import platform
import resource
import socket
import time
from collections.abc import Iterator
from multiprocessing import Process
from pathlib import Path
from shutil import rmtree
from statistics import median
from tempfile import TemporaryDirectory

import orjson

from fhir_kb.export import Asked
from fhir_kb.export.job_folder import JobFolder
from fhir_kb.export.writing import carry_out
from fhir_kb.facts import load_knowledge
from fhir_kb.formats.json import write_json
from fhir_kb.publish.assemble import assemble
from fhir_kb.publish.release import table_of
from fhir_kb.rest.operations.export_selection import selecting
from fhir_kb.search import Limits
from fhir_kb.store import Entry, IndexRows, Snapshot, StoredResource, write_snapshot
from fhir_kb.store.interface import Rows, Texts
from fhir_kb.versions import VERSIONS

ROUNDS = 5
BLOCK = 131_072
PLAIN = "as stored"


class Reserialised(Snapshot):
    """The same snapshot, each text parsed and written again on its way."""

    def bodies(self, rows: Rows) -> Iterator[Texts]:
        for type, texts, refused in super().bodies(rows):
            yield Texts(type, [orjson.dumps(orjson.loads(text)) for text in texts], refused)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--number", type=int, default=20_000)
    number = parser.parse_args().number
    print(f"Python {platform.python_version()}, {platform.machine()}, {number} resources")
    with TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "knowledge.sqlite"
        write_snapshot(path, _entries(number), version="R5", release="1")
        again: list[float] = []
        ways = {PLAIN: Snapshot(path), "re-serialised by orjson": Reserialised(path)}
        seconds: dict[str, list[float]] = {way: [] for way in ways}
        for round in range(ROUNDS):
            for way, store in ways.items():
                place = folder / f"{round}-{way[0]}"
                seconds[way].append(_exported(place / "first", store, number))
                if way == PLAIN:
                    again.append(_exported(place / "again", store, number))
                rmtree(place)
    times = {way: median(rounds) for way, rounds in seconds.items()}
    for way, taken in times.items():
        print(f"{way:24} {taken / number * 1e6:6.2f} us each, {number / taken:9,.0f} per second")
    plain, parsed = times.values()
    print(f"export as stored is {parsed / plain:.1f} times as fast (must 3, aim 4)")
    print(f"the next of the same state: {parsed / median(again):.0f} times as fast")
    print(f"memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def _entries(number: int) -> Iterator[Entry]:
    """Yield the knowledge again and again, each time under other ids."""
    resources = assemble(VERSIONS["r5"], load_knowledge())
    for position in range(number):
        resource = resources[position % len(resources)]
        id = f"{resource['id'][:50]}-{position}"
        type, updated = resource["resourceType"], resource["meta"]["lastUpdated"]
        body = write_json({**resource, "id": id})
        yield Entry(StoredResource.of(type, id, "1", updated, body), IndexRows())


def _exported(folder: Path, store: Snapshot, number: int) -> float:
    """Return the CPU seconds of one export into a socket; every resource must arrive."""
    version = VERSIONS["r5"]
    everything = selecting(table_of(version, frozenset(store.types)), version, Limits())
    asked = Asked("", tuple(store.types))
    job = JobFolder.create(folder, asked, 60)
    near, far = socket.socketpair()
    sink = Process(target=_sink, args=(far, near), daemon=True)
    sink.start()
    far.close()
    start = time.process_time()
    carry_out(job, asked, store, everything, None)
    files = getattr(job.state(), "files", ())
    for file in files:
        with (folder / file.name).open("rb", buffering=0) as opened:
            near.sendfile(opened)
    near.close()
    taken = time.process_time() - start
    sink.join()
    if sum(file.count for file in files) != number:
        raise SystemExit("not everything was exported")
    return taken


def _sink(far: socket.socket, near: socket.socket) -> None:
    near.close()
    while far.recv(BLOCK):
        pass


if __name__ == "__main__":
    main()
