"""What stands before Flask: answers that are ready, request ids, compression, counts and the log.

https://peps.python.org/pep-3333/
"""

from collections.abc import Iterable
from pathlib import Path
from time import perf_counter

from fhir_kb.web.content_coding import accepts_gzip, coded, level_of
from fhir_kb.web.fast_reads import FastReads
from fhir_kb.web.message import (
    STATUS_LINES,
    Application,
    Environ,
    FileBody,
    Header,
    Headers,
    Reply,
    StartResponse,
    header_of,
    run,
)
from fhir_kb.web.places import KEY, NOWHERE, Place
from fhir_kb.web.request_ids import HEADER, RequestIds
from fhir_kb.web.traffic import Traffic

_HEADER = HEADER.lower()


class Front:
    """Answers a request the fast way, or the slow way through ``application``; is itself WSGI."""

    def __init__(self, application: Application, reads: FastReads, traffic: Traffic) -> None:
        self._application = application
        self._reads = reads
        self._traffic = traffic
        self._ids = RequestIds()

    def fast(
        self, method: str, path: str, query: str, header: Header
    ) -> tuple[int, Headers, bytes] | None:
        """Return status, headers and body where a request can be answered at once, else None."""
        if method != "GET" and method != "HEAD":
            return None
        began = perf_counter()
        answered = self._reads.answer(path, query, header)
        if answered is None:
            return None
        reply, place, kept = answered
        id = self._ids.of(header(_HEADER))
        body = reply.body
        size = len(body) if method == "GET" else 0
        seconds = perf_counter() - began
        self._traffic.note((began, seconds, id, (method, place, reply.status, size, kept)))
        return reply.status, [*reply.headers, (HEADER, id)], body

    def slow(self, environ: Environ) -> Reply:
        """Return what the application replies."""
        began = perf_counter()
        method, header = environ["REQUEST_METHOD"], header_of(environ)
        asked = {**environ, "wsgi.file_wrapper": FileBody}
        if method == "HEAD":
            # Answered as GET, so that its headers are those of GET; the body stays here.
            asked["REQUEST_METHOD"] = "GET"
        reply = run(self._application, asked)
        place = asked.get(KEY, NOWHERE)
        if accepts_gzip(header("accept-encoding")):
            reply = coded(reply, level_of(place.route))
        if asked["REQUEST_METHOD"] == "GET":
            self._reads.keep(
                path_of(environ), environ.get("QUERY_STRING", ""), header, place, reply
            )
        return self._seen(reply, place, method, header(_HEADER), began, kept=False)

    def refused(self, reply: Reply, method: str, header: Header) -> Reply:
        """Return a reply that the server gave before anything was asked of the application."""
        return self._seen(reply, NOWHERE, method, header(_HEADER), perf_counter(), kept=False)

    def close(self) -> None:
        """Write what the log still waits for."""
        self._traffic.close()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer as a WSGI application."""
        method = environ["REQUEST_METHOD"]
        query = environ.get("QUERY_STRING", "")
        ready = self.fast(method, path_of(environ), query, header_of(environ))
        reply = Reply(*ready) if ready else self.slow(environ)
        start_response(STATUS_LINES[reply.status], reply.headers)
        if method == "HEAD":
            return []
        return FileBody(reply.file.open("rb")) if reply.file else [reply.body]

    def _seen(
        self,
        reply: Reply,
        place: Place,
        method: str,
        given_id: str | None,
        began: float,
        *,
        kept: bool,
    ) -> Reply:
        id = self._ids.of(given_id)
        size = (
            0 if method == "HEAD" else len(reply.body) if reply.file is None else _size(reply.file)
        )
        seconds = perf_counter() - began
        self._traffic.note((began, seconds, id, (method, place, reply.status, size, kept)))
        return Reply(reply.status, [*reply.headers, (HEADER, id)], reply.body, reply.file)


def path_of(environ: Environ) -> str:
    """Return the path as the text that it spells, where it is UTF-8."""
    path: str = environ.get("PATH_INFO", "")
    return path.encode("latin-1").decode("utf-8", "replace")


def _size(file: Path) -> int:
    return file.stat().st_size
