"""A FHIR server on loopback for one test: what it answers, and what it was asked."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

Answer = tuple[int, bytes]


@dataclass
class LoopbackEhr:
    """``answers`` are by resource type or by ``Type/id``; anything else is 404."""

    base: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    tokens: list[str | None] = field(default_factory=list)
    delay: float = 0.0
    raw: Callable[[Any], None] | None = None

    def answer(self, path: str) -> Answer:
        target = path.split("/fhir/", 1)[-1]
        plain = target.partition("?")[0]
        found = self.answers.get(target, self.answers.get(plain))
        if found is None:
            return 404, b'{"resourceType":"OperationOutcome","issue":[]}'
        if isinstance(found, tuple):
            return found
        return 200, json.dumps(found).encode()


@contextmanager
def loopback_ehr() -> Iterator[LoopbackEhr]:
    ehr = LoopbackEhr()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            ehr.asked.append(unquote(self.path))
            ehr.tokens.append(self.headers.get("Authorization"))
            time.sleep(ehr.delay)
            if ehr.raw is not None:
                ehr.raw(self.wfile)
                return
            status, body = ehr.answer(self.path)
            self.send_response(status)
            self.send_header("Content-Type", "application/fhir+json")
            self.send_header("Content-Length", str(len(body)))
            try:
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                return  # the client did not wait

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    ehr.base = f"http://127.0.0.1:{server.server_address[1]}/fhir"
    try:
        yield ehr
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
