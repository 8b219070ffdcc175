"""Servers as processes, and the CPU time they take.

https://docs.kernel.org/scheduler/sched-stats.html

CPU time is of a server's whole process tree, from /proc/PID/task/*/schedstat: it stays true while
other work shares the machine, which requests per second do not.
"""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

STARTED_SECONDS = 120


@dataclass(frozen=True)
class Server:
    """A running server and how to stop it."""

    process: subprocess.Popen[bytes]
    port: int

    @property
    def cpu_seconds(self) -> float:
        """The CPU time that the server has taken so far."""
        return sum(_cpu_nanoseconds(pid) for pid in tree(self.process.pid)) / 1e9

    def memory(self) -> dict[int, int]:
        """The resident bytes of each process of the server."""
        return {pid: _resident(pid) for pid in tree(self.process.pid)}


def free_port() -> int:
    """Return a port that nobody listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(
    command: Sequence[str],
    port: int,
    path: str = "/",
    *,
    environment: Mapping[str, str] | None = None,
    core: int | None = 0,
) -> Iterator[Server]:
    """Run a server on one core until the block ends; it has answered at ``path`` by then."""
    pin = None if core is None else (lambda: os.sched_setaffinity(0, {core}))
    process = subprocess.Popen(
        command,
        env={**os.environ, **(environment or {})},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=pin,  # noqa: PLW1509  # Linux only, before any thread is started
    )
    try:
        _wait(process, port, path)
        yield Server(process, port)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def first_answer_seconds(
    command: Sequence[str], port: int, path: str, environment: Mapping[str, str]
) -> float:
    """Return how long it takes from starting a server to its first answer."""
    begun = time.perf_counter()
    with running(command, port, path, environment=environment, core=None):
        return time.perf_counter() - begun


def tree(pid: int) -> Iterator[int]:
    """Yield a process and all that descend from it."""
    yield pid
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        children = [child for task in tasks for child in (task / "children").read_text().split()]
    except FileNotFoundError:
        return
    for child in children:
        yield from tree(int(child))


def answered(port: int, path: str) -> bytes:
    """Return what a server answers to one GET."""
    asked = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n"
    with closing(socket.create_connection(("127.0.0.1", port), timeout=30)) as line:
        line.sendall(asked.encode())
        answer = b""
        while piece := line.recv(65_536):
            answer += piece
    return answer


def _wait(process: subprocess.Popen[bytes], port: int, path: str) -> None:
    deadline = time.monotonic() + STARTED_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with {process.returncode}")
        try:
            if b" 200 " in answered(port, path)[:20]:
                return
        except OSError:
            time.sleep(0.002)
    raise RuntimeError(f"{process.args!r} does not answer at {path}")


def _cpu_nanoseconds(pid: int) -> int:
    spent = 0
    for file in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        try:
            spent += int(file.read_text().split()[0])
        except (FileNotFoundError, ProcessLookupError):
            continue
    return spent


def _resident(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0
