"""A thousand idle connections and nine hundred slow ones: does a healthy caller notice?

Run: python -m benchmarks.connections [--idle 1000] [--slow 900] [--seconds 10]

A third of the slow ones never ends its headers, a third drips a body of a known length, a third
drips chunks. While they do, a read and /healthz are asked for on new connections all the time.
"""

import argparse
import resource
import socket
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.http import ours
from benchmarks.serving.data import curated
from benchmarks.serving.processes import answered

HOST = b"Host: kb.example\r\n"
POST = (
    b"POST /fhir/r5/Patient/$validate HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n"
)
BEGINNINGS = (
    (b"GET /healthz HTTP/1.1\r\n" + HOST, b"X: y\r\n"),
    (POST + b"Content-Length: 100000\r\n\r\n", b" "),
    (POST + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
)
PATHS = ("/healthz", "/fhir/r5/MedicationKnowledge/thalidomide", "/fhir/r5/Medication?code=1191")


def main() -> None:
    """Print the longest time that a healthy caller waited."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--idle", type=int, default=1000)
    parser.add_argument("--slow", type=int, default=900)
    parser.add_argument("--seconds", type=float, default=10)
    asked = parser.parse_args()
    wanted = asked.idle + asked.slow + 100
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(wanted, hard)), hard))
    with (
        TemporaryDirectory() as folder,
        ours(curated(Path(folder)), header_seconds=120, body_seconds=120) as server,
    ):
        idle = [opened(server.port) for _ in range(asked.idle)]
        slow = [opened(server.port) for _ in range(asked.slow)]
        for number, line in enumerate(slow):
            line.sendall(BEGINNINGS[number % 3][0])
        waited, failed = probe(server.port, slow, asked.seconds)
        open_still = sum(map(is_open, (*idle, *slow)))
    print(
        f"{asked.idle} idle and {asked.slow} slow connections, {open_still} open to the end: "
        f"{len(waited)} healthy requests, {failed} failed, longest {max(waited):.3f} s (must < 1 s)"
    )


def probe(port: int, slow: list[socket.socket], seconds: float) -> tuple[list[float], int]:
    """Return how long each healthy request took, and how many failed."""
    waited: list[float] = []
    failed = 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for path in PATHS:
            begun = time.monotonic()
            failed += not answered(port, path).startswith(b"HTTP/1.1 200")
            waited.append(time.monotonic() - begun)
        for number, line in enumerate(slow):
            line.sendall(BEGINNINGS[number % 3][1])
    return waited, failed


def opened(port: int) -> socket.socket:
    """Return a new connection."""
    return socket.create_connection(("127.0.0.1", port), timeout=10)


def is_open(line: socket.socket) -> bool:
    """Return whether the server has neither answered nor closed a connection."""
    line.setblocking(False)
    try:
        line.recv(1)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


if __name__ == "__main__":
    main()
