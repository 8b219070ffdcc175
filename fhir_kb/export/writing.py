"""An export carried out: every text as it is stored, without parsing it.

https://hl7.org/fhir/uv/bulkdata/STU2/export.html#bulk-data-output-file-request
"""

from collections.abc import Callable, Iterator
from functools import partial
from math import inf
from time import monotonic

from pyroaring import BitMap

from fhir_kb.errors import CorruptedResource, DeletedResource
from fhir_kb.export.job import Asked, OutputFile, OutputKind
from fhir_kb.export.job_folder import JobFolder
from fhir_kb.export.kept_files import KeptFiles
from fhir_kb.export.output import LINES_MOST, Output
from fhir_kb.export.selecting import Selecting
from fhir_kb.formats.json import write_json
from fhir_kb.store.instants import instant_text, now
from fhir_kb.store.interface import Field, Rows, Store
from fhir_kb.store.journal.interface import WritableStore

_LOOK = 0.5
"""After so many seconds it is looked whether the job is still wanted, and told how far it is."""


class Cancelled(Exception):
    """The job was removed while it was worked on."""


def carry_out(
    job: JobFolder,
    asked: Asked,
    store: Store,
    selecting: Selecting,
    written: WritableStore | None,
    lines_most: int = LINES_MOST,
) -> None:
    """Write the files of a job and its result.

    A damaged resource is told in an error file, the others are exported. Raises Cancelled when
    the job was removed, OSError when a file cannot be written.
    """
    job.clear()
    kept = KeptFiles(job.path.parent, store)
    linked = _linked(kept, asked, job)
    transaction_time = instant_text(max(now(), store.newest))
    files = _Files(job, lines_most)
    try:
        missing = tuple(type for type in asked.types if type not in linked)
        rows = _rows(store, missing, asked, selecting)
        wanted = partial(selecting.texts, asked=asked)
        damaged = _write_resources(job, files, store, rows, wanted)
        for line in _deletions(store, written, asked):
            files.of("deleted", "Bundle").add([line])
        outputs = files.close()
    except BaseException:
        files.abandon()
        raise
    if not job.is_open:
        raise Cancelled
    outputs += [file for files_of_type in linked.values() for file in files_of_type]
    outputs.sort(key=lambda file: (file.kind, file.type))
    job.finish(transaction_time, outputs)
    if not damaged:
        for type in filter(asked.is_whole, missing):
            kept.keep(type, [file for file in outputs if file.type == type], job.path)


def _linked(kept: KeptFiles, asked: Asked, job: JobFolder) -> dict[str, list[OutputFile]]:
    """Return the files, by type, that an earlier export of this state has written already."""
    found = ((type, kept.link(type, job.path)) for type in filter(asked.is_whole, asked.types))
    return {type: files for type, files in found if files is not None}


class _Files:
    """All files of a job by kind and type."""

    def __init__(self, job: JobFolder, lines_most: int) -> None:
        self._job = job
        self._lines_most = lines_most
        self._outputs: dict[tuple[OutputKind, str], Output] = {}

    def of(self, kind: OutputKind, type: str) -> Output:
        """Return where lines of a kind and type are written."""
        output = self._outputs.get((kind, type))
        if output is None:
            output = Output(self._job.path, kind, type, self._lines_most)
            self._outputs[kind, type] = output
        return output

    def close(self) -> list[OutputFile]:
        """Return all files, forced to disk, in the order of kind and type."""
        return [file for key in sorted(self._outputs) for file in self._outputs[key].close()]

    def abandon(self) -> None:
        """Close all files."""
        for output in self._outputs.values():
            output.abandon()


def _write_resources(
    job: JobFolder,
    files: _Files,
    store: Store,
    rows: Rows,
    wanted: Callable[[str, list[bytes]], list[bytes]],
) -> bool:
    """Write what is wanted of these rows; return whether any was damaged."""
    damaged = False
    total, done, noted = len(rows), 0, monotonic()
    for type, texts, refused in store.bodies(rows):
        if refused:
            damaged = True
            files.of("error", "OperationOutcome").add([_outcome(each) for each in refused])
        if texts:
            files.of("output", type).add(wanted(type, texts))
        done += len(texts) + len(refused)
        if monotonic() - noted > _LOOK:
            if not job.path.exists():
                raise Cancelled
            job.note(f"{done} of {total} resources")
            noted = monotonic()
    return damaged


def _rows(store: Store, types: tuple[str, ...], asked: Asked, selecting: Selecting) -> Rows:
    """Return the rows of these types that meet the filters, of each those that changed since."""
    rows = BitMap()
    for type in types:
        found = selecting.rows_of(store, type, asked)
        if asked.since is not None:
            # Whoever has no index by date has nothing to leave out either.
            dates = store.intervals(Field(type, "_lastUpdated", "date")).get("")
            found = found & (BitMap() if dates is None else dates.ending(asked.since, inf))
        rows |= found
    return rows


def _deletions(store: Store, written: WritableStore | None, asked: Asked) -> Iterator[bytes]:
    """Yield a transaction Bundle for each resource that was deleted since, and is not back."""
    if written is None or asked.since is None:
        return
    page: str | None = None
    told: set[tuple[str, str]] = set()
    while True:
        history = written.history(since=asked.since, page=page)
        for version in history.versions:
            type, id = version.resource.type, version.resource.id
            if version.deleted and type in asked.types and (type, id) not in told:
                told.add((type, id))
                if _is_deleted(store, type, id):
                    yield _deletion(type, id)
        page = history.following
        if page is None:
            return


def _is_deleted(store: Store, type: str, id: str) -> bool:
    try:
        return store.read(type, id) is None
    except DeletedResource:
        return True


def _deletion(type: str, id: str) -> bytes:
    request = {"method": "DELETE", "url": f"{type}/{id}"}
    return write_json(
        {"resourceType": "Bundle", "type": "transaction", "entry": [{"request": request}]}
    )


def _outcome(refusal: CorruptedResource) -> bytes:
    issue = {"severity": "error", "code": refusal.code, "diagnostics": refusal.message}
    return write_json({"resourceType": "OperationOutcome", "issue": [issue]})
