"""A process that writes without pause and tells each commit, until it is killed."""

import os
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from time import monotonic, sleep

from fhir_kb.errors import StoreUnavailable
from fhir_kb.formats import Json
from fhir_kb.formats.json import read_json
from fhir_kb.store import IndexRows, Snapshot, WrittenStore, write_snapshot
from fhir_kb.store.index import TokenEntry
from fhir_kb.store.journal.opening import open_journal

WRITERS = 2
PROCESSES = get_context("forkserver")
PROCESSES.set_forkserver_preload(["journal_writer"])

TOGETHER = 3
"""Resources that one transaction writes: a reader must never see one or two of them."""


def index(resource: Json) -> IndexRows:
    """Return rows that find a resource by the transaction that wrote it."""
    return IndexRows(tokens={"name": [TokenEntry(None, resource["name"])]})


def open_store(folder: Path, database: str, mount: str) -> WrittenStore:
    """Return the store of a folder with no knowledge in it."""
    path = folder / "knowledge.sqlite"
    if not path.exists():
        write_snapshot(path, [], version="R5", release="1")
    snapshot = Snapshot.open(path)
    return WrittenStore(lambda: snapshot, open_journal(folder, mount, database), index, "1")


def write(folder: Path, database: str, mount: str, name: str, times: int = 1_000_000) -> None:
    """Write ``times`` transactions; each that is committed is told by one line of a file.

    A transaction replaces what the one before it wrote. What cannot be written is tried again.
    """
    store = open_store(folder, database, mount)
    told = os.open(folder / f"{name}.told", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for number in range(times):
        transaction_name = f"{name}-{os.getpid()}-{number}"
        try:
            with store.transaction() as transaction:
                for place in range(TOGETHER):
                    organization = {
                        "resourceType": "Organization",
                        "name": transaction_name,
                        "alias": ["x" * 2000],
                    }
                    stored = transaction.write(
                        "PUT", "Organization", f"{name}-{place}", organization
                    )
        except StoreUnavailable:
            sleep(0.02)
            continue
        # One write, so that no kill leaves half a line, and no writer mixes with another.
        os.write(told, f"{transaction_name} {stored.version_id} {stored.digest}\n".encode())


def check(folder: Path, store: WrittenStore) -> int:
    """Hold what is stored to what was told, and return how many commits were told."""
    lines = [
        (file.stem, *line.split())
        for file in folder.glob("*.told")
        for line in file.read_text().splitlines()
    ]
    for name, transaction_name, version_id, digest in lines:
        found = store.version("Organization", f"{name}-{TOGETHER - 1}", version_id)
        assert found is not None, f"{transaction_name} was told and is lost"
        assert (found.digest, read_json(found.body)["name"]) == (digest, transaction_name)
    check_whole(store)
    return len(lines)


def check_whole(store: WrittenStore) -> None:
    """Hold that of each transaction everything is there or nothing."""
    numbers: dict[str, int] = {}
    page = store.history(limit=1000)
    versions = list(page.versions)
    while page.following is not None:
        page = store.history(page=page.following, limit=1000)
        versions += page.versions
    for version in versions:
        name = read_json(version.resource.body)["name"]
        numbers[name] = numbers.get(name, 0) + 1
    assert set(numbers.values()) <= {TOGETHER}
    sequences = [version.sequence for version in versions]
    assert sequences == list(range(len(versions), 0, -1))


def seen_whole(store: WrittenStore) -> bool:
    """Whether the current state has every transaction that it has any part of."""
    state = store.current()
    resources = state.resources(state.rows_of_type("Organization"))
    names = [read_json(resource.body)["name"] for resource in resources]
    return all(names.count(name) == TOGETHER for name in names)


def started(folder: Path, database: str, mount: str) -> list[BaseProcess]:
    """Return writers that have begun; they end with this process at the latest."""
    open_store(folder, database, mount).close()
    processes: list[BaseProcess] = [
        PROCESSES.Process(target=write, args=(folder, database, mount, f"writer-{n}"), daemon=True)
        for n in range(WRITERS)
    ]
    for process in processes:
        process.start()
    return processes


def killed(processes: list[BaseProcess]) -> None:
    """Kill the writers as kill -9 does."""
    for process in processes:
        assert process.is_alive(), "a writer gave up"
        process.kill()
        process.join()


def told(folder: Path) -> list[int]:
    """Return how many bytes each writer has told so far."""
    files = (folder / f"writer-{number}.told" for number in range(WRITERS))
    return [file.stat().st_size if file.exists() else 0 for file in files]


def wait_for_more(folder: Path) -> None:
    """Wait until every writer goes on telling of commits."""
    before, until = told(folder), monotonic() + 30
    while any(now < then + 500 for now, then in zip(told(folder), before, strict=True)):
        assert monotonic() < until, "a writer does not write"
        sleep(0.01)
