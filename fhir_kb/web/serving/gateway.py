"""From granian's requests to the application's, and back: the RSGI side of ``Front``.

https://github.com/emmett-framework/granian/blob/master/docs/spec/RSGI.md

A read that is ready is answered at once. Everything else first has its body read in the event
loop, so that a slow sender holds a connection and nothing else, and then takes a thread of a
bounded pool.
"""

import re
import sys
from asyncio import AbstractEventLoop
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any, Protocol

from fhir_kb.errors import RequestError, UrlTooLong
from fhir_kb.rest.outcome import error_response
from fhir_kb.settings import Settings
from fhir_kb.web.front import Front
from fhir_kb.web.message import Environ, Reply
from fhir_kb.web.replies import reply_of
from fhir_kb.web.serving.eager_loop import TurnOfTheLoop
from fhir_kb.web.serving.request_body import BodyProtocol, read_body

_HOST = re.compile(r"[A-Za-z0-9.\-_~%!$&'()*+,;=:\[\]]*").fullmatch


class Headers(Protocol):
    """RSGI's headers: names in lower case, one pair for each line that was sent."""

    def get(self, name: str) -> str | None:
        """Return the first value of a header."""
        ...

    def items(self) -> list[tuple[str, str]]:
        """Return every line."""
        ...

    def values(self) -> list[str]:
        """Return the value of every line that is text."""
        ...

    def __len__(self) -> int:
        """Return the number of different names."""
        ...


class Scope(Protocol):
    """RSGI's request, without its body."""

    http_version: str
    server: str
    client: str
    scheme: str
    method: str
    path: str
    query_string: str
    headers: Headers


class Gateway:
    """The RSGI application of one worker."""

    def __init__(self, front: Front, settings: Settings) -> None:
        self._front = front
        self._fast = front.fast
        self._settings = settings
        self._threads = ThreadPoolExecutor(settings.threads, thread_name_prefix="request")
        self._loop: AbstractEventLoop | None = None

    def __rsgi_init__(self, loop: AbstractEventLoop) -> None:
        self._loop = loop

    def __rsgi_del__(self, loop: AbstractEventLoop) -> None:
        self._threads.shutdown()
        self._front.close()

    async def __rsgi__(self, scope: Scope, protocol: Any) -> None:
        """Answer one request; until ``TurnOfTheLoop`` this may run in granian's own thread."""
        headers = scope.headers
        # A header that is sent twice is one value to whoever reads them joined: the slow way.
        if len(headers.values()) == len(headers):
            ready = self._fast(scope.method, scope.path, scope.query_string, headers.get)
            if ready is not None:
                protocol.response_bytes(*ready)
                return
        await TurnOfTheLoop()
        reply = await self._slow(scope, protocol)
        if reply.file is not None:
            protocol.response_file(reply.status, reply.headers, str(reply.file))
        else:
            protocol.response_bytes(reply.status, reply.headers, reply.body)

    async def _slow(self, scope: Scope, protocol: BodyProtocol) -> Reply:
        header = scope.headers.get
        settings = self._settings
        try:
            self._check(scope)
            body = await read_body(
                protocol,
                header,
                bytes_max=settings.body_bytes_max,
                seconds=settings.body_seconds,
            )
        except RequestError as refusal:
            return self._front.refused(_refusal(refusal), scope.method, header)
        assert self._loop is not None  # noqa: S101  # granian calls __rsgi_init__ first
        environ = environ_of(scope, body)
        return await self._loop.run_in_executor(self._threads, self._front.slow, environ)

    def _check(self, scope: Scope) -> None:
        """Refuse (RequestError) a request whose address cannot be understood in one way."""
        if len(scope.path) + len(scope.query_string) > self._settings.url_bytes_max:
            raise UrlTooLong(
                f"The URL has more than {self._settings.url_bytes_max} bytes. "
                "POST the parameters to _search instead."
            )
        hosts = [value for name, value in scope.headers.items() if name == "host"]
        missing = not hosts and scope.http_version != "1"
        if missing or len(hosts) > 1 or not all(_HOST(host) for host in hosts):
            raise RequestError("A request names its server in one Host header")


def _refusal(error: RequestError) -> Reply:
    """Return the outcome; what is left of the body is not waited for."""
    reply = reply_of(error_response(error))
    closing = [("Cache-Control", "no-store"), ("Connection", "close")]
    return Reply(reply.status, [*reply.headers, *closing], reply.body)


def environ_of(scope: Scope, body: bytes) -> Environ:
    """Return the WSGI environ of a request whose body was read.

    Header lines of one name are joined. A name with an underscore is left out: it could pass for
    one with a hyphen.
    """
    server_host, _, server_port = scope.server.rpartition(":")
    environ: Environ = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": server_host,
        "SERVER_PORT": server_port,
        "SERVER_PROTOCOL": "HTTP/1.0" if scope.http_version == "1" else "HTTP/1.1",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        if "_" in name or name in ("content-length", "transfer-encoding"):
            continue
        plain = name.upper().replace("-", "_")
        key = plain if name == "content-type" else f"HTTP_{plain}"
        environ[key] = f"{environ[key]},{value}" if key in environ else value
    return environ
