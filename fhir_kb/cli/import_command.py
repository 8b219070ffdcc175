"""``fhir-kb import FILE…``: bulk data beside the curated knowledge, in one FHIR version.

https://hl7.org/fhir/uv/bulkdata/export.html

Exit status: 0 everything was loaded, 1 something was refused, 2 a file could not be read.
"""

import argparse
import gc
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from fhir_kb.cli.progress import Progress
from fhir_kb.errors import InvalidParameter
from fhir_kb.publish.import_check import ImportCheck
from fhir_kb.publish.importing import Import, Tally
from fhir_kb.publish.release import build_imports, ensure_release, imports_path, snapshot_path
from fhir_kb.settings import read_settings
from fhir_kb.store.snapshot.reader import Snapshot
from fhir_kb.store.snapshot.staging import Source, Staging
from fhir_kb.versions import VERSIONS, Version


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what is imported, into which version, and what it is checked for."""
    parser.epilog = (
        "A resource keeps its id: one without is refused, of one that comes twice in a file the "
        "first is kept, and of one that comes in a later file the later. What was interrupted "
        "goes on where it stopped when the command is given again."
    )
    parser.add_argument("file", nargs="*", type=Path, metavar="FILE")
    parser.add_argument("--fhir", choices=VERSIONS, required=True)
    parser.add_argument("--data", type=Path, default=read_settings().data, metavar="FOLDER")
    parser.add_argument(
        "--check",
        choices=("structure", "standard", "none"),
        default="structure",
        help="how far each resource is validated; none reads only its type, id and date",
    )
    parser.add_argument("--list", action="store_true", help="list the files imported so far")
    parser.add_argument(
        "--remove", metavar="NUMBER", type=int, help="take out what came from a listed file"
    )


def run(arguments: argparse.Namespace) -> int:
    """Import, list or remove; return the exit status."""
    version = VERSIONS[arguments.fhir]
    data: Path = arguments.data
    if not arguments.list:
        ensure_release(data, read_settings().systems_left_out)
    with closing(Staging(imports_path(data, version))) as staging:
        if arguments.list:
            return _list(staging)
        if arguments.remove is not None:
            _remove(staging, arguments.remove)
            tallies = []
        else:
            tallies = _import(staging, version, arguments)
        if staging.is_pending:
            _build(staging, version, data)
    return _status(tallies)


def _import(staging: Staging, version: Version, arguments: argparse.Namespace) -> list[Tally]:
    if not arguments.file and not staging.sources():
        raise InvalidParameter("Name at least one file to import")
    # What is loaded by now stays: the collector need not look at it again and again.
    gc.freeze()
    curated = Snapshot.open(snapshot_path(arguments.data, version))
    check = ImportCheck(version, curated, datetime.now(UTC), arguments.check)
    tallies = []
    for path in arguments.file:
        progress = Progress(sys.stderr, path.stat().st_size if path.is_file() else 0)

        def refuse(place: str, reason: str, progress: Progress = progress) -> None:
            progress.clear()
            print(f"{place}: {reason}", file=sys.stderr)

        def show(path: Path, done: int, progress: Progress = progress) -> None:
            progress.show(done, path.name)

        tally = Import(staging, check, refuse, show).file(path)
        progress.clear()
        print(_told(path, tally))
        tallies.append(tally)
    curated.close()
    return tallies


def _told(path: Path, tally: Tally) -> str:
    if tally.unread:
        return f"{path}: {tally.loaded} loaded, then it could not be read: {tally.unread}"
    if not tally.loaded and not tally.refused:
        return f"{path}: nothing new; it was imported before"
    return f"{path}: {tally.loaded} loaded, {tally.refused} refused"


def _build(staging: Staging, version: Version, data: Path) -> None:
    with closing(Snapshot.open(snapshot_path(data, version))) as before:
        known = frozenset(before.types)
    progress = Progress(sys.stderr, len(staging))

    def show(done: int) -> None:
        progress.show(done, "into the snapshot")

    try:
        total = build_imports(data, version, staging, read_settings().systems_left_out, show)
    finally:
        progress.clear()
    print(f"{version.mount}: {total} resources, {len(staging)} of them imported")
    fresh = sorted(staging.types - known)
    if fresh:
        print(
            f"{', '.join(fresh)}: new here. A server that runs reads and searches resources of "
            "these types when it is started again; all others it has from now on"
        )


def _list(staging: Staging) -> int:
    for source in staging.sources():
        print(_line(source))
    return 0


def _line(source: Source) -> str:
    state = "" if source.finished else f", interrupted behind line {source.line}"
    return (
        f"{source.number}\t{source.name}\t{source.loaded} loaded, {source.refused} refused{state}"
    )


def _remove(staging: Staging, number: int) -> None:
    known = [source.number for source in staging.sources()]
    if number not in known:
        listed = ", ".join(map(str, known)) or "none"
        raise InvalidParameter(f"No imported file has the number {number}; there are: {listed}")
    print(f"{staging.remove(number)} resources taken out")


def _status(tallies: list[Tally]) -> int:
    if any(tally.unread for tally in tallies):
        return 2
    return 1 if any(tally.refused for tally in tallies) else 0
