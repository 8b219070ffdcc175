"""What is served while it is measured: resources of 6 kB, in pages and very many.

The very many are built once into the folder that FHIR_KB_BENCHMARKS names, else into one that
goes with the run; FHIR_KB_BENCHMARK_RESOURCES says how many they are.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from benchmarks.search import entries, searched
from benchmarks.synthetic import TERMS, lines, sized
from fhir_kb.formats.json import read_json
from fhir_kb.publish.release import build_release
from fhir_kb.store import write_snapshot
from fhir_kb.store.snapshot.schema import FORMAT

SIZE = 6_000
MATCHES = 20
CODES = 200
SMALL = 20_000


def many_asked() -> int:
    """Return how many resources the large store shall have."""
    return int(os.environ.get("FHIR_KB_BENCHMARK_RESOURCES", SMALL))


def kept_folder(otherwise: Path) -> Path:
    """Return where what takes long to build is kept."""
    folder = Path(os.environ.get("FHIR_KB_BENCHMARKS", otherwise))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def curated(folder: Path) -> Path:
    """Return a data folder with the packaged knowledge."""
    build_release(folder)
    return folder


def many(folder: Path, kept: Path, number: int) -> Path:
    """Return a data folder whose R5 store holds ``number`` resources of 6,000 bytes.

    The store is built into the folder ``kept`` unless it is there.
    """
    target = folder / "many"
    store = kept / f"many-{number}-format-{FORMAT}.sqlite"
    build_release(target)
    if not store.exists():
        _write(store.with_suffix(".partial"), lines(number, SIZE), words=False)
        store.with_suffix(".partial").replace(store)
    _link(store, target)
    _read_through(store)
    return target


def pages(folder: Path) -> Path:
    """Return a data folder whose R5 store holds 20 resources of 6,000 bytes for each code."""
    target = folder / "pages"
    build_release(target)
    _write(folder / "pages.sqlite", page_bodies(), words=True)
    _link(folder / "pages.sqlite", target)
    return target


def page_bodies() -> Iterator[bytes]:
    """Yield resources of exactly 6,000 bytes, twenty of each code.

    They are made of elements that every version has: a server that passes over what it does not
    know is not measured by that.
    """
    for position, line in enumerate(lines(MATCHES * CODES)):
        resource = read_json(line)
        code = f"reaction-{position // MATCHES}"
        coding = {"system": f"{TERMS}/reaction", "code": code, "display": code}
        resource["code"] = {"coding": [coding], "text": code}
        yield sized(resource, SIZE, only="suspectEntity")


def _write(path: Path, bodies: Iterable[bytes], *, words: bool) -> None:
    made = entries(iter(bodies), searched(words=words))
    write_snapshot(path, made, version="R5", release="benchmark")


def _link(store: Path, folder: Path) -> None:
    """Put a store in the place of the knowledge in R5."""
    knowledge = folder / "r5.sqlite"
    knowledge.unlink()
    knowledge.symlink_to(store)


def _read_through(path: Path) -> None:
    """Have the file in memory, as a file is that nginx serves again and again."""
    with path.open("rb") as file:
        while file.read(1 << 22):
            pass
