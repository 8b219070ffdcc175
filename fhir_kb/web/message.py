"""One HTTP exchange as plain values, whichever way a server hands it over.

https://peps.python.org/pep-3333/, https://www.rfc-editor.org/rfc/rfc9110
"""

from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

Environ = dict[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], object]
Application = Callable[[Environ, Any], Iterable[bytes]]
Headers = list[tuple[str, str]]
Header = Callable[[str], str | None]
"""Returns a request's header by its lower-case name, or None."""


class Reply(NamedTuple):
    """A whole reply; ``file`` is sent instead of ``body`` when there is one."""

    status: int
    headers: Headers
    body: bytes = b""
    file: Path | None = None


STATUS_LINES: Mapping[int, str] = MappingProxyType(
    {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}
)


def header_of(environ: Environ) -> Header:
    """Return how to ask for the headers of a WSGI request."""

    def header(name: str) -> str | None:
        key = name.upper().replace("-", "_")
        plain = key in ("CONTENT_TYPE", "CONTENT_LENGTH")
        value: str | None = environ.get(key if plain else f"HTTP_{key}")
        return value

    return header


class FileBody:
    """What an application returns to have a file sent by the server: ``wsgi.file_wrapper``."""

    def __init__(self, file: Any, block_size: int = 131_072) -> None:
        self.file = file
        self._block_size = block_size

    def __iter__(self) -> "FileBody":
        return self

    def __next__(self) -> bytes:
        block: bytes = self.file.read(self._block_size)
        if not block:
            raise StopIteration
        return block

    def close(self) -> None:
        """Close the file."""
        self.file.close()


def run(application: Application, environ: Environ) -> Reply:
    """Return what a WSGI application answers, as a whole."""
    begun: list[tuple[str, list[tuple[str, str]]]] = []

    def start(
        status: str, headers: list[tuple[str, str]], exception: object = None
    ) -> Callable[[bytes], None]:
        begun[:] = [(status, headers)]
        return lambda _: None

    parts = application(environ, start)
    try:
        if isinstance(parts, FileBody) and isinstance(name := parts.file.name, str):
            (status, headers) = begun[0]
            return Reply(int(status[:3]), headers, file=Path(name))
        body = b"".join(parts)
    finally:
        close = getattr(parts, "close", None)
        if close is not None:
            close()
    (status, headers) = begun[0]
    return Reply(int(status[:3]), headers, body)
