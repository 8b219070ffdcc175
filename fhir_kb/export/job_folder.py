"""The folder of one export: what was asked, the lock of who works on it, the files, the result.

https://man7.org/linux/man-pages/man2/flock.2.html

The result is written last and replaced whole: a folder without one is work to be done. The
kernel frees the lock of a process that died, so that the next one may begin anew.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path

from fhir_kb.errors import MalformedContent
from fhir_kb.export.job import (
    Asked,
    Failed,
    Finished,
    Gone,
    OutputFile,
    State,
    TypeFilter,
    Working,
)
from fhir_kb.formats import Json
from fhir_kb.formats.json import read_json, write_json

_ASKED = "asked.json"
_RESULT = "result.json"
_LOCK = "lock"
_PROGRESS = "progress.txt"
_NEW = ".new-"
_GONE = ".gone-"
_MICROSECONDS = 1_000_000


class JobFolder:
    """One job at ``path``; ``seconds`` is how long its files are kept once it is finished."""

    def __init__(self, path: Path, seconds: int) -> None:
        self.path = path
        self._seconds = seconds

    @classmethod
    def create(cls, path: Path, asked: Asked, seconds: int) -> "JobFolder":
        """Make the folder of a new job; it is there whole or not at all."""
        new = path.with_name(f"{_NEW}{path.name}")
        new.mkdir(parents=True)
        _write(new / _ASKED, write_json(_asked_json(asked)))
        new.rename(path)
        return cls(path, seconds)

    @property
    def asked(self) -> Asked | None:
        """What is to be exported; None when the job is gone."""
        content = _read(self.path / _ASKED)
        return None if content is None else _asked(content)

    @property
    def is_open(self) -> bool:
        """Whether the job is there and has no result yet."""
        return (self.path / _ASKED).exists() and not (self.path / _RESULT).exists()

    def state(self) -> State:
        """Return how far the job has come."""
        asked = self.asked
        if asked is None:
            return Gone()
        result = _read(self.path / _RESULT)
        if result is None:
            return Working(self._progress())
        if "failed" in result:
            return Failed(result["failed"])
        files = tuple(OutputFile(**each) for each in result["files"])
        return Finished(asked, result["transactionTime"], files, self._expires())

    @contextmanager
    def claimed(self) -> Iterator[bool]:
        """Say whether this caller may work on the job for a block: nobody else then does."""
        try:
            descriptor = os.open(self.path / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        except FileNotFoundError:
            yield False
            return
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield self.is_open
        finally:
            os.close(descriptor)

    def clear(self) -> None:
        """Remove what an earlier try has written."""
        for file in self.path.glob("*.ndjson"):
            file.unlink(missing_ok=True)

    def note(self, progress: str) -> None:
        """Say how far the work has come; lost with the process, which does no harm."""
        with suppress(OSError):
            (self.path / _PROGRESS).write_text(progress, encoding="utf-8")

    def finish(self, transaction_time: str, files: list[OutputFile]) -> None:
        """Write the result: from now on the job is done."""
        rows = [asdict(file) for file in files]
        _replace(self.path / _RESULT, {"transactionTime": transaction_time, "files": rows})

    def fail(self, reason: str) -> None:
        """Give the job up, and say why."""
        self.clear()
        _replace(self.path / _RESULT, {"failed": reason})

    def remove(self) -> None:
        """Remove the job; who works on it notices when it looks for its folder."""
        gone = self.path.with_name(f"{_GONE}{self.path.name}")
        with suppress(FileNotFoundError):
            self.path.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)

    def is_over(self, now: int) -> bool:
        """Return whether the time of a finished job is over."""
        return (self.path / _RESULT).exists() and self._expires() <= now

    def _expires(self) -> int:
        try:
            finished = (self.path / _RESULT).stat().st_mtime_ns // 1000
        except FileNotFoundError:
            return 0
        return finished + self._seconds * _MICROSECONDS

    def _progress(self) -> str:
        try:
            return (self.path / _PROGRESS).read_text(encoding="utf-8")
        except (FileNotFoundError, UnicodeDecodeError):
            return "waiting"


def remove_unfinished(folder: Path) -> None:
    """Remove jobs below ``folder`` of which a process died while it made or removed them.

    To be called only by who holds the right to make jobs: nobody else makes one meanwhile.
    """
    for pattern in (f"{_NEW}*", f"{_GONE}*"):
        for path in folder.glob(pattern):
            shutil.rmtree(path, ignore_errors=True)


def _asked_json(asked: Asked) -> Json:
    return {
        **asdict(asked),
        "types": list(asked.types),
        "filters": [asdict(each) for each in asked.filters],
        "elements": list(asked.elements),
    }


def _asked(content: Json) -> Asked:
    # What an earlier release began has neither filters nor elements.
    return Asked(
        content["request"],
        tuple(content["types"]),
        content["since"],
        tuple(TypeFilter(**each) for each in content.get("filters", ())),
        tuple(content.get("elements", ())),
        content.get("base", ""),
    )


def _read(path: Path) -> Json | None:
    try:
        return read_json(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError, MalformedContent):
        return None


def _replace(path: Path, content: Json) -> None:
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    _write(partial, write_json(content))
    partial.replace(path)


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
