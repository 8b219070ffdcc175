"""A WSGI application that does nothing but give the same headers and bytes: what granian costs.

Run: python -m benchmarks.serving.bare PORT FILE, with the headers of the answer in FILE.headers.
"""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from granian import Granian
from granian.constants import HTTPModes, Interfaces


def application(body: bytes, headers: list[tuple[str, str]]) -> Callable[..., list[bytes]]:
    """Return the application."""

    def answer(environ: dict[str, Any], start_response: Callable[..., object]) -> list[bytes]:
        start_response("200 OK", headers)
        return [body]

    return answer


def load(file: Path) -> Callable[..., list[bytes]]:
    """Return the application of a file."""
    lines = file.with_suffix(".headers").read_text().splitlines()
    pairs = [(name, value) for name, _, value in (line.partition(": ") for line in lines)]
    return application(file.read_bytes(), pairs)


def main() -> None:
    """Serve."""
    port, file = int(sys.argv[1]), Path(sys.argv[2])
    Granian(
        "bare",
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        blocking_threads=1,
        backlog=2048,
        backpressure=10_000,
        log_enabled=False,
    ).serve(target_loader=partial(load, file), wrap_loader=False)


if __name__ == "__main__":
    main()
