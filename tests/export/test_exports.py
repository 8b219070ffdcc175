"""Exports are jobs on disk: whole, shared by processes, never lost, and not kept for ever."""

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from pyroaring import BitMap
from written_world import TABLE, TYPES, WrittenWorld, entry, group, world

from fhir_kb.errors import TooManyCalls
from fhir_kb.export import Asked, Exports, Failed, Finished, Gone, Selecting, TypeFilter, Working
from fhir_kb.export.job_folder import JobFolder
from fhir_kb.export.output import Output
from fhir_kb.search import Limits, matching
from fhir_kb.store.instants import microseconds, now
from fhir_kb.store.interface import Rows, Store
from fhir_kb.store.journal.sqlite import SqliteJournal

ALL = Asked("http://x/$export", TYPES)


def rows(store: Store, filter: TypeFilter, base: str) -> Rows:
    return matching(store, TABLE, filter.type, parse_qsl(filter.query), Limits())[0]


def shortened(type: str, text: bytes, elements: tuple[str, ...]) -> bytes:
    return f"{type} {','.join(elements)} {len(text)}".encode()


SELECTING = Selecting(rows, shortened)


@pytest.fixture
def known(tmp_path: Path) -> WrittenWorld:
    entries = [entry(group(f"g{number:03}")) for number in range(120)]
    entries += [entry({"resourceType": "Organization", "id": "o", "name": "O"})]
    return world(tmp_path, SqliteJournal(tmp_path / "written.sqlite"), entries)


@pytest.fixture
def exports(known: WrittenWorld, tmp_path: Path) -> Callable[..., Exports]:
    def make(**options: int) -> Exports:
        return Exports(
            tmp_path / "export", known.written.current, SELECTING, known.written, **options
        )

    return make


def finished(exports: Exports, id: str) -> Finished:
    exports.wait(10)
    state = exports.state(id)
    assert isinstance(state, Finished), state
    return state


def lines(exports: Exports, id: str, kind: str = "output") -> list[bytes]:
    state = finished(exports, id)
    found: list[bytes] = []
    for file in state.files:
        if file.kind == kind:
            path = exports.file(id, file.name)
            assert path is not None
            content = path.read_bytes().splitlines()
            assert len(content) == file.count
            found += content
    return found


def test_every_stored_text_is_a_line(exports: Callable[..., Exports], known: WrittenWorld) -> None:
    """Bytes are those that a read gives, of curated and of written resources."""
    known.put(group("new", name="line\nbreak"), group("g001", name="changed"))
    known.delete("Group", "g002")
    service = exports()
    id = service.begin(ALL)
    store = known.written.current()
    rows = BitMap(row for type in TYPES for row in store.rows_of_type(type))
    assert sorted(lines(service, id)) == sorted(each.body for each in store.resources(rows))
    names = [(file.type, file.name) for file in finished(service, id).files]
    assert names == [
        ("Group", "Group-1.ndjson"),
        ("Organization", "Organization-1.ndjson"),
    ]


def test_a_long_type_is_cut_into_files(exports: Callable[..., Exports]) -> None:
    """No file grows without bound."""
    service = exports(lines_most=50)
    id = service.begin(Asked("x", ("Group",)))
    counts = [(file.name, file.count) for file in finished(service, id).files]
    assert counts == [("Group-1.ndjson", 50), ("Group-2.ndjson", 50), ("Group-3.ndjson", 20)]
    assert len(lines(service, id)) == 120


def test_since_takes_what_changed_and_tells_what_went(
    exports: Callable[..., Exports], known: WrittenWorld
) -> None:
    """A client that fetched before needs the changes, and the deletions, not all again."""
    begun = now()
    known.put(group("new"), group("g001", name="changed"), group("brief"))
    known.delete("Group", "g002")
    known.delete("Group", "brief")
    known.put(group("brief", name="back"))
    service = exports()
    id = service.begin(Asked("x", TYPES, begun))
    changed = b"".join(lines(service, id))
    assert [changed.count(b'"id":"%s"' % id) for id in (b"new", b"g001", b"brief")] == [1, 1, 1]
    assert b"g003" not in changed
    (deleted,) = lines(service, id, "deleted")
    assert b'{"method":"DELETE","url":"Group/g002"}' in deleted


def test_the_transaction_time_lies_before_later_writes(
    exports: Callable[..., Exports], known: WrittenWorld
) -> None:
    """Taken as the next _since, it must not leave out what was written meanwhile."""
    service = exports()
    id = service.begin(ALL)
    taken = microseconds(finished(service, id).transaction_time)
    known.put(group("later"))
    written = known.written.current().read("Group", "later")
    assert written is not None
    assert microseconds(written.last_updated) >= taken


def test_a_damaged_resource_is_told_and_the_rest_exported(
    exports: Callable[..., Exports], known: WrittenWorld
) -> None:
    """One bad page must not keep a hospital from its data."""
    path = known.folder / "knowledge.sqlite"
    content = path.read_bytes()
    spoilt = content.replace(b'"id": "g050"', b'"id": "g05X"')
    assert spoilt != content
    path.write_bytes(spoilt)
    service = exports()
    id = service.begin(ALL)
    (told,) = lines(service, id, "error")
    assert b"g050" in told
    assert len(lines(service, id)) == 120


def test_a_cancelled_export_is_gone(exports: Callable[..., Exports], tmp_path: Path) -> None:
    """Its files are removed too."""
    service = exports()
    id = service.begin(ALL)
    name = finished(service, id).files[0].name
    assert service.cancel(id)
    assert service.state(id) == Gone()
    assert service.file(id, name) is None
    assert not service.cancel(id)
    assert not list((tmp_path / "export").glob("*" + id))


@pytest.mark.parametrize(
    ("id", "name"),
    [
        ("../export", "asked.json"),
        ("0" * 32, "asked.json"),
        (None, "asked.json"),
        (None, "../../knowledge.sqlite"),
        (None, ""),
    ],
)
def test_no_other_file_is_given_out(
    exports: Callable[..., Exports], id: str | None, name: str
) -> None:
    """Only what a manifest names can be fetched."""
    service = exports()
    known_id = service.begin(ALL)
    finished(service, known_id)
    assert service.file(id or known_id, name) is None


def test_files_are_kept_for_their_time(exports: Callable[..., Exports], tmp_path: Path) -> None:
    """A disk must not fill up with exports that nobody fetched."""
    service = exports(seconds=60)
    id = service.begin(ALL)
    state = finished(service, id)
    assert state.expires > now()
    result = tmp_path / "export" / id / "result.json"
    old = time.time() - 61
    os.utime(result, (old, old))
    assert service.state(id) == Gone()
    assert not result.exists()


def test_too_many_at_once_are_refused(exports: Callable[..., Exports], tmp_path: Path) -> None:
    """A client in a loop must not fill the disk; a finished export counts no more."""
    service = exports(jobs_max=1)
    with JobFolder.create(tmp_path / "export" / ("a" * 32), ALL, 60).claimed() as is_mine:
        assert is_mine
        with pytest.raises(TooManyCalls, match="1 exports are being written"):
            service.begin(ALL)
        assert service.state("a" * 32) == Working("waiting")
    assert isinstance(service.state("a" * 32), Working | Finished)
    service.wait(10)
    service.begin(ALL)


def test_one_process_works_on_a_job(exports: Callable[..., Exports], tmp_path: Path) -> None:
    """Two at the same files would write nonsense."""
    job = JobFolder.create(tmp_path / "export" / ("b" * 32), ALL, 60)
    with job.claimed() as first, JobFolder(job.path, 60).claimed() as second:
        assert (first, second) == (True, False)


HALF = """
import os, sys, time
from pathlib import Path
from fhir_kb.export.job_folder import JobFolder
from fhir_kb.export.output import Output
job = JobFolder(Path(sys.argv[1]), 60)
with job.claimed() as is_mine:
    (job.path / "Group-1.ndjson").write_text("{half a li")
    print(is_mine, flush=True)
    time.sleep(60)
"""


def test_a_killed_process_leaves_its_job_to_the_next(
    exports: Callable[..., Exports], tmp_path: Path
) -> None:
    """A restart in the middle of an export loses nothing: the next process begins it anew."""
    job = JobFolder.create(tmp_path / "export" / ("c" * 32), ALL, 60)
    with subprocess.Popen(
        [sys.executable, "-c", HALF, str(job.path)], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"True\n"
        service = exports()
        assert isinstance(service.state("c" * 32), Working)
        service.wait(10)
        assert isinstance(service.state("c" * 32), Working)
        process.send_signal(signal.SIGKILL)
    assert isinstance(service.state("c" * 32), Working | Finished)
    assert len(lines(service, "c" * 32)) == 121


def test_a_disk_that_takes_no_more_fails_the_job(
    exports: Callable[..., Exports], tmp_path: Path
) -> None:
    """The client is told instead of asking for ever, and half a file does not stay."""
    service = exports()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4000, limits[1]))
    try:
        id = service.begin(ALL)
        service.wait(10)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert service.state(id) == Failed("The export could not be written: File too large")
    assert not list((tmp_path / "export" / id).glob("*.ndjson"))


def test_a_text_with_line_breaks_stays_one_line(tmp_path: Path) -> None:
    """Line breaks in JSON stand between elements only, where a blank means the same."""
    output = Output(tmp_path, "output", "Group")
    output.add([b'{"a":1}', b'{\n "b": 2\r\n}'])
    (file,) = output.close()
    assert (tmp_path / file.name).read_bytes() == b'{"a":1}\n{  "b": 2  }\n'
    assert file.count == 2


def test_a_state_is_written_once(
    exports: Callable[..., Exports], known: WrittenWorld, tmp_path: Path
) -> None:
    """The next export links to the files of the last, and still does when that is cancelled."""
    service = exports()
    first = service.begin(Asked("x", ("Group",)))
    before = lines(service, first)
    second = service.begin(ALL)
    assert lines(service, second)[: len(before)] == before
    files = [tmp_path / "export" / id / "Group-1.ndjson" for id in (first, second)]
    assert files[0].stat().st_ino == files[1].stat().st_ino
    service.cancel(first)
    third = service.begin(ALL)
    assert lines(service, third) == lines(service, second)


def test_another_state_is_written_anew(
    exports: Callable[..., Exports], known: WrittenWorld, tmp_path: Path
) -> None:
    """After a write the files of before would be wrong; they are not kept any more either."""
    service = exports()
    assert b"added" not in b"".join(lines(service, service.begin(ALL)))
    known.put(group("added"))
    assert b"added" in b"".join(lines(service, service.begin(ALL)))
    assert len(list((tmp_path / "export").glob(".kept-*"))) == 1


def people(number: int) -> TypeFilter:
    return TypeFilter("Group", f"_id=g{number:03}")


def test_filters_of_a_type_are_joined_by_or(
    exports: Callable[..., Exports], known: WrittenWorld
) -> None:
    """Types without a filter are whole; with _since both must be met."""
    service = exports()
    id = service.begin(Asked("x", TYPES, filters=(people(3), people(5), people(999))))
    counts = {file.type: file.count for file in finished(service, id).files}
    assert counts == {"Group": 2, "Organization": 1}
    begun = now()
    known.put(group("g005", name="changed"), group("g006", name="changed"))
    id = service.begin(Asked("x", ("Group",), begun, (people(3), people(5))))
    assert [b"g005" in line for line in lines(service, id)] == [True]


def test_a_part_is_never_kept_as_the_whole(exports: Callable[..., Exports]) -> None:
    """The next export links to files of the last only where those were of everything."""
    service = exports()
    filtered = Asked("x", ("Group",), filters=(people(3),))
    shortened = Asked("x", ("Group",), elements=("name",))
    assert len(lines(service, service.begin(filtered))) == 1
    assert lines(service, service.begin(shortened))[0].startswith(b"Group name ")
    assert len(lines(service, service.begin(ALL))) == 121
    assert len(lines(service, service.begin(filtered))) == 1
    assert lines(service, service.begin(shortened))[0].startswith(b"Group name ")


def test_a_job_is_read_as_it_was_begun(tmp_path: Path) -> None:
    """Another process carries out what this one was asked; older jobs have fewer words."""
    asked = Asked("x", ("Group",), 17, (people(3),), ("name", "Group.code"), "http://x")
    job = JobFolder.create(tmp_path / ("e" * 32), asked, 60)
    assert JobFolder(job.path, 60).asked == asked
    (job.path / "asked.json").write_text('{"request":"x","types":["Group"],"since":null}')
    assert JobFolder(job.path, 60).asked == Asked("x", ("Group",))


WORKER = """
import os, sys, time
from pathlib import Path
from test_exports import SELECTING
from written_world import world
from fhir_kb.export import Exports
from fhir_kb.store.journal.sqlite import SqliteJournal

class Telling(Exports):
    def _carry_out(self, job):
        tell("begins", job)
        time.sleep(0.02)
        done = super()._carry_out(job)
        tell("ends", job)
        return done

def tell(what, job):
    line = f"{os.getpid()} {what} {job.path.name}\\n".encode()
    os.write(log, line)

folder = Path(sys.argv[1])
log = os.open(folder / "log", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
written = world(folder, SqliteJournal(folder / "written.sqlite")).written
exports = Telling(folder / "export", written.current, SELECTING, written)
print("ready", flush=True)
sys.stdin.readline()
exports.resume()
exports.wait(20)
"""


def test_of_several_processes_one_takes_a_job(
    exports: Callable[..., Exports], known: WrittenWorld, tmp_path: Path
) -> None:
    """Workers of one server all look for work at the same time."""
    for number in range(6):
        JobFolder.create(tmp_path / "export" / (f"{number}" * 32), ALL, 60)
    places = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    environment = {**os.environ, "PYTHONPATH": places}
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
        )
        for _ in range(3)
    ]
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == b"ready\n"
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write(b"go\n")
        worker.stdin.flush()
    for worker in workers:
        worker.communicate(timeout=30)
        assert worker.returncode == 0
    told = [line.split() for line in (tmp_path / "log").read_text().splitlines()]
    taken = [(what, job) for _, what, job in told]
    assert sorted(taken) == sorted({(what, job) for _, what, job in told})
    assert len(taken) == 12
    service = exports()
    assert [len(lines(service, f"{number}" * 32)) for number in range(6)] == [121] * 6


def test_what_a_killed_process_left_half_made_is_removed(
    exports: Callable[..., Exports], tmp_path: Path
) -> None:
    """Files of a job that was being removed would fill the disk for ever."""
    half = [tmp_path / "export" / name for name in (".gone-" + "a" * 32, ".new-" + "b" * 32)]
    for folder in half:
        folder.mkdir(parents=True)
        (folder / "Group-1.ndjson").write_text("{}")
    service = exports()
    finished(service, service.begin(ALL))
    assert [folder.exists() for folder in half] == [False, False]


def test_a_start_goes_on_with_what_was_interrupted(
    exports: Callable[..., Exports], tmp_path: Path
) -> None:
    """Nobody has to ask after an export for it to be finished after a restart."""
    job = JobFolder.create(tmp_path / "export" / ("d" * 32), ALL, 60)
    (job.path / "Group-1.ndjson").write_text("{half a li")
    service = exports()
    service.resume()
    service.wait(10)
    assert not job.is_open
    assert len(lines(service, "d" * 32)) == 121
