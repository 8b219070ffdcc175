"""All exports of one endpoint: begun, carried out, told of, cancelled, removed in time.

https://hl7.org/fhir/uv/bulkdata/STU2/export.html

The jobs are folders, so that they survive a restart and any number of processes may share them.
Each process has at most one thread at work here, only while there is work; whoever asks after an
unfinished job sees to it that somebody works on it.
"""

import fcntl
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock, Thread
from uuid import uuid4

from fhir_kb.errors import StoreUnavailable, TooManyCalls
from fhir_kb.export.job import Asked, Gone, State
from fhir_kb.export.job_folder import JobFolder, remove_unfinished
from fhir_kb.export.kept_files import KeptFiles
from fhir_kb.export.output import LINES_MOST
from fhir_kb.export.selecting import Selecting
from fhir_kb.export.writing import Cancelled, carry_out
from fhir_kb.store.instants import now
from fhir_kb.store.interface import Store
from fhir_kb.store.journal.interface import WritableStore

_LOG = logging.getLogger("fhir_kb.export")
WAIT_SECONDS = 5
"""When a client should ask again after a job, or after a refusal for too many."""


class Exports:
    """The exports in ``folder``, of what ``store`` gives when a job is begun.

    At most ``jobs_max`` are unfinished at once; the files of a finished one are kept for
    ``seconds``.
    """

    def __init__(
        self,
        folder: Path,
        store: Callable[[], Store],
        selecting: Selecting,
        written: WritableStore | None = None,
        *,
        jobs_max: int = 4,
        seconds: int = 86_400,
        lines_most: int = LINES_MOST,
    ) -> None:
        self._folder = folder
        self._store = store
        self._selecting = selecting
        self._written = written
        self._jobs_max = jobs_max
        self._seconds = seconds
        self._lines_most = lines_most
        self._lock = Lock()
        self._thread: Thread | None = None

    def begin(self, asked: Asked) -> str:
        """Begin a job and return its id.

        Refuses when too many are unfinished (TooManyCalls) or the disk takes no more
        (StoreUnavailable).
        """
        try:
            with self._held():
                self._remove_what_is_over()
                remove_unfinished(self._folder)
                KeptFiles(self._folder, self._store()).forget_others()
                unfinished = sum(job.is_open for job in self._jobs())
                if unfinished >= self._jobs_max:
                    raise TooManyCalls(
                        f"{unfinished} exports are being written; ask again when one is finished",
                        seconds=WAIT_SECONDS,
                    )
                id = uuid4().hex
                JobFolder.create(self._folder / id, asked, self._seconds)
        except OSError as error:
            raise StoreUnavailable(f"No export can be begun: {error.strerror}") from error
        self.resume()
        return id

    def state(self, id: str) -> State:
        """Return how far a job has come; of one that is unfinished somebody takes care."""
        job = self._job(id)
        if job is None:
            return Gone()
        if job.is_over(now()):
            job.remove()
        if job.is_open:
            self.resume()
        return job.state()

    def file(self, id: str, name: str) -> Path | None:
        """Return a file of a finished job; None when there is none of this name."""
        state = self.state(id)
        names = {file.name for file in getattr(state, "files", ())}
        path = self._folder / id / name
        return path if name in names and path.exists() else None

    def cancel(self, id: str) -> bool:
        """Remove a job, finished or not; False when there is none."""
        job = self._job(id)
        if job is None or job.asked is None:
            return False
        job.remove()
        return True

    def resume(self) -> None:
        """See to it that unfinished jobs are worked on, by this process or another."""
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                return
            if any(job.is_open for job in self._jobs()):
                self._thread = Thread(target=self._work, name="export", daemon=True)
                self._thread.start()

    def wait(self, seconds: float) -> None:
        """Wait until this process has nothing more to do, at most so long."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)

    def _work(self) -> None:
        """Carry out jobs until there is none left that nobody works on."""
        done = True
        while done:
            done = False
            for job in self._jobs():
                with job.claimed() as is_mine:
                    done = (is_mine and self._carry_out(job)) or done

    def _carry_out(self, job: JobFolder) -> bool:
        """Carry out a job; return whether that is over, in whatever way."""
        asked = job.asked
        if asked is None:
            return True
        try:
            carry_out(job, asked, self._store(), self._selecting, self._written, self._lines_most)
        except Cancelled:
            _LOG.info("an export was cancelled")
        except Exception as error:  # whatever it is: a job that nobody ends would be tried forever
            return not job.path.exists() or self._fail(job, error)
        return True

    def _fail(self, job: JobFolder, error: Exception) -> bool:
        _LOG.error("an export failed: %s", type(error).__name__)
        reason = error.strerror if isinstance(error, OSError) else "the store could not be read"
        try:
            job.fail(f"The export could not be written: {reason}")
        except OSError:
            # Where not even this can be written, the job is tried again when it is asked after.
            return False
        return True

    def _jobs(self) -> Iterator[JobFolder]:
        """Yield the jobs in the order in which they were begun."""
        try:
            folders = [path for path in self._folder.iterdir() if not path.name.startswith(".")]
        except FileNotFoundError:
            return
        jobs = [path for path in folders if path.is_dir()]
        for path in sorted(jobs, key=lambda path: (_begun(path), path.name)):
            yield JobFolder(path, self._seconds)

    def _job(self, id: str) -> JobFolder | None:
        if not (len(id) == 32 and set(id) <= set("0123456789abcdef")):
            return None
        return JobFolder(self._folder / id, self._seconds)

    def _remove_what_is_over(self) -> None:
        for job in self._jobs():
            if job.is_over(now()):
                job.remove()

    @contextmanager
    def _held(self) -> Iterator[None]:
        """Hold the lock by which only one process at a time begins a job."""
        self._folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _begun(path: Path) -> int:
    try:
        return (path / "asked.json").stat().st_mtime_ns
    except FileNotFoundError:
        return 0
