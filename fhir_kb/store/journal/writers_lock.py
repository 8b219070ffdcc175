"""One writer at a time among all threads and processes that share a file.

https://sqlite.org/wal.html

SQLite before 3.51.3 can lose a write-ahead log that one connection resets by a commit while
another checkpoints it. Here each commit, and the checkpoint that follows it, happen under this
lock, so that the two never meet. The kernel frees the lock of a process that was killed.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from time import monotonic, sleep

from fhir_kb.errors import StoreUnavailable

_PAUSES = (0.0002, 0.0005, 0.001, 0.002, 0.005)
"""Seconds between two tries while another process writes; the last one repeats."""


class WritersLock:
    """The lock that a file named ``path`` stands for; made when missing, never removed."""

    def __init__(self, path: Path, seconds: float) -> None:
        self._path = path
        self._seconds = seconds
        self._thread = Lock()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock for a block; refuse (StoreUnavailable) when others keep it for too long."""
        until = monotonic() + self._seconds
        if not self._thread.acquire(timeout=self._seconds):
            raise self._busy()
        try:
            descriptor = self._open()
            try:
                self._lock_file(descriptor, until)
                yield
            finally:
                # Said, not left to the closing: a process forked meanwhile has the file open too.
                fcntl.flock(descriptor, fcntl.LOCK_UN)
                os.close(descriptor)
        finally:
            self._thread.release()

    def _open(self) -> int:
        try:
            return os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        except OSError as error:
            raise StoreUnavailable(
                f"{self._path} cannot be opened, so that nothing can be written: {error.strerror}"
            ) from error

    def _lock_file(self, descriptor: int, until: float) -> None:
        tries = 0
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if monotonic() > until:
                    raise self._busy() from None
                sleep(_PAUSES[min(tries, len(_PAUSES) - 1)])
                tries += 1

    def _busy(self) -> StoreUnavailable:
        return StoreUnavailable(
            f"Others have been writing for more than {self._seconds:g} s; try again"
        )
