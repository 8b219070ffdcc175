"""The server as a stranger on the network meets it: raw bytes in, raw bytes out.

https://www.rfc-editor.org/rfc/rfc9112
"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import urlsplit

import pytest

HOST = b"Host: kb.example\r\n"
READ = b"GET /fhir/r5/Medication/aspirin HTTP/1.1\r\n" + HOST
VALIDATE = b"POST /fhir/r5/Patient/$validate HTTP/1.1\r\n" + HOST
JSON = b"Content-Type: application/fhir+json\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
PATIENT = b'{"resourceType":"Patient"}'
BODY_MAX = 100_000
BODY_SECONDS = 1
HEADER_SECONDS = 1
STARTED_SECONDS = 60


@dataclass
class Server:
    """A running server and what it wrote."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def ask(self, *pieces: bytes, wait: float = 3.0, until: bytes | None = None) -> bytes:
        """Return what comes back for these pieces, to the end of the connection or of ``wait``."""
        with closing(socket.create_connection(("127.0.0.1", self.port), timeout=wait)) as line:
            for piece in pieces:
                line.sendall(piece)
            return received(line, until)


def received(line: socket.socket, until: bytes | None = None) -> bytes:
    answer = b""
    try:
        while piece := line.recv(65_536):
            answer += piece
            if until is not None and until in answer:
                break
    except (TimeoutError, ConnectionResetError):
        return answer
    return answer


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def started(built: Path, log: Path, *arguments: str) -> Server:
    port = free_port()
    environment = {
        **os.environ,
        "FHIR_KB_DATA": str(built),
        "FHIR_KB_BODY_BYTES_MAX": str(BODY_MAX),
        "FHIR_KB_BODY_SECONDS": str(BODY_SECONDS),
        "FHIR_KB_HEADER_SECONDS": str(HEADER_SECONDS),
    }
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "fhir_kb", "serve", "--port", str(port), *arguments],
            env=environment,
            stdout=file,
            stderr=subprocess.DEVNULL,
        )
    server = Server(process, port, log)
    deadline = time.monotonic() + STARTED_SECONDS
    while time.monotonic() < deadline:
        try:
            if b" 200 " in server.ask(b"GET /healthz HTTP/1.0\r\n\r\n"):
                return server
        except OSError:
            time.sleep(0.05)
    process.kill()
    raise AssertionError("the server did not start")


@pytest.fixture(scope="module")
def server(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = started(built, tmp_path_factory.mktemp("serve") / "log")
    yield server
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(20) == 0


def statuses(answer: bytes) -> list[int]:
    return [int(status) for status in re.findall(rb"HTTP/1\.[01] (\d{3}) ", answer)]


CLOSE = b"Connection: close\r\n"


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        pytest.param(READ + CLOSE + b"\r\n", 200, id="a read"),
        pytest.param(b"GET /healthz HTTP/1.0\r\n\r\n", 200, id="HTTP/1.0 without Host"),
        pytest.param(b"GET /healthz HTTP/1.1\r\n" + CLOSE + b"\r\n", 400, id="no Host"),
        pytest.param(
            b"GET /healthz HTTP/1.1\r\n" + HOST + HOST + CLOSE + b"\r\n", 400, id="two Hosts"
        ),
        pytest.param(
            b"GET /healthz HTTP/1.1\r\nHost: a/b\r\n" + CLOSE + b"\r\n", 400, id="no host name"
        ),
        pytest.param(
            VALIDATE + JSON + CHUNKED + b"\r\n3\r\nabc\r\nZZ\r\nabc\r\n0\r\n\r\n",
            400,
            id="bad chunk size after a chunk",
        ),
        pytest.param(
            VALIDATE + JSON + CHUNKED + b"\r\n-1\r\nabc\r\n0\r\n\r\n", 400, id="bad chunk size"
        ),
        pytest.param(
            VALIDATE + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde", 400, id="two lengths"
        ),
        pytest.param(VALIDATE + b"Content-Length: -1\r\n\r\n", 400, id="negative length"),
        pytest.param(
            VALIDATE + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400, id="gzip transfer"
        ),
        pytest.param(
            VALIDATE + JSON + b"Content-Length: 100001\r\n\r\n", 413, id="too large, announced"
        ),
        pytest.param(
            VALIDATE + JSON + CHUNKED + b"\r\n" + (b"8000\r\n" + b" " * 0x8000 + b"\r\n") * 4,
            413,
            id="too large, chunked",
        ),
        pytest.param(READ + b"X: " + b"a" * 70_000 + b"\r\n\r\n", 431, id="a large header"),
        pytest.param(
            READ + b"".join(b"X%d: a\r\n" % i for i in range(200)) + b"\r\n", 431, id="many headers"
        ),
        pytest.param(
            b"GET /fhir/r5/Medication?_id=" + b"a" * 20_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
            414,
            id="a long query",
        ),
        pytest.param(
            b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414, id="a long path"
        ),
        pytest.param(READ + b"X : a\r\n\r\n", 400, id="a space before the colon"),
        pytest.param(READ + b"X: a\r\n b\r\n\r\n", 400, id="a folded header"),
        pytest.param(b"\x16\x03\x01\x00 TLS\r\n\r\n", 400, id="TLS on a plain port"),
    ],
)
def test_each_request_has_its_one_status(request_: bytes, status: int, server: Server) -> None:
    """What can be understood in two ways is refused; nothing is cut and handled as complete."""
    assert statuses(server.ask(request_, until=b"\r\n\r\n")) == [status]


@pytest.mark.parametrize("order", [0, 1])
def test_no_second_request_hides_in_a_body(order: int, server: Server) -> None:
    """Content-Length beside Transfer-Encoding: the connection ends with the one answer."""
    lengths = [b"Content-Length: 4\r\n", CHUNKED]
    hidden = b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n"
    answer = server.ask(
        VALIDATE + JSON + lengths[order] + lengths[1 - order] + b"\r\n0\r\n\r\n" + hidden
    )
    assert len(statuses(answer)) == 1


@pytest.mark.parametrize("length", [b"Content-Length: 100\r\n\r\n{", CHUNKED + b"\r\n1\r\n{\r\n"])
def test_a_body_that_breaks_off_is_not_handled(length: bytes, server: Server) -> None:
    """Half an order for a drug must not be taken for an order."""
    with closing(socket.create_connection(("127.0.0.1", server.port), timeout=3)) as line:
        line.sendall(VALIDATE + JSON + length)
        line.shutdown(socket.SHUT_WR)
        assert statuses(received(line)) == [400]


@pytest.mark.parametrize("length", [b"Content-Length: 100\r\n\r\n{", CHUNKED + b"\r\n1\r\n{\r\n"])
def test_a_body_has_its_time(length: bytes, server: Server) -> None:
    """A sender that stops is told so, and its connection is free again."""
    begun = time.monotonic()
    answer = server.ask(VALIDATE + JSON + length, wait=BODY_SECONDS + 3)
    assert statuses(answer) == [408]
    assert BODY_SECONDS <= time.monotonic() - begun < BODY_SECONDS + 2


def test_headers_have_their_time(server: Server) -> None:
    """The connection of who never ends a request is closed."""
    begun = time.monotonic()
    server.ask(READ, wait=HEADER_SECONDS + 4)
    assert HEADER_SECONDS * 0.9 <= time.monotonic() - begun < HEADER_SECONDS + 3


def test_requests_sent_together_are_answered_in_order(server: Server) -> None:
    """https://www.rfc-editor.org/rfc/rfc9112#name-pipelining, whichever way each is answered."""
    paths = [b"/fhir/r5/Medication/aspirin", b"/fhir/r5/Nothing", b"/healthz", b"/fhir/r5/metadata"]
    asked = [
        b"GET %b HTTP/1.1\r\n%bX-Request-Id: n%d\r\n\r\n" % (path, HOST, number)
        for number, path in enumerate(paths)
    ]
    answer = server.ask(b"".join(asked), wait=2)
    assert statuses(answer) == [200, 404, 200, 200]
    assert re.findall(rb"x-request-id: (n\d)", answer) == [b"n0", b"n1", b"n2", b"n3"]


def test_head_leaves_the_connection_usable(server: Server) -> None:
    """A body after HEAD would be read as the next answer."""
    head = b"HEAD" + READ[3:] + b"\r\n"
    answer = server.ask(head + b"GET /healthz HTTP/1.1\r\n" + HOST + CLOSE + b"\r\n")
    assert statuses(answer) == [200, 200]
    first, _, rest = answer.partition(b"\r\n\r\n")
    assert int(re.findall(rb"content-length: (\d+)", first)[0]) > 500
    assert rest.startswith(b"HTTP/1.1 200")


def test_a_caller_may_wait_for_leave_to_send(server: Server) -> None:
    """https://www.rfc-editor.org/rfc/rfc9110#name-100-continue; without it when it is too large."""
    asking = VALIDATE + JSON + CLOSE + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n"
    with closing(socket.create_connection(("127.0.0.1", server.port), timeout=3)) as line:
        line.sendall(asking % len(PATIENT))
        assert statuses(received(line, b"\r\n\r\n")) == [100]
        line.sendall(PATIENT)
        assert statuses(received(line)) == [200]
    assert statuses(server.ask(asking % (BODY_MAX + 1))) == [413]


def test_a_chunked_body_is_read_whole(server: Server) -> None:
    """The same verdict as for the same body in one piece."""
    whole = server.ask(
        VALIDATE + JSON + CLOSE + b"Content-Length: %d\r\n\r\n" % len(PATIENT) + PATIENT
    )
    pieces = [b"%x;name=value\r\n%b\r\n" % (1, PATIENT[i : i + 1]) for i in range(len(PATIENT))]
    chunked = server.ask(VALIDATE + JSON + CLOSE + CHUNKED + b"\r\n", *pieces, b"0\r\n\r\n")
    assert statuses(chunked) == statuses(whole) == [200]
    assert whole.partition(b"\r\n\r\n")[2] == chunked.partition(b"\r\n\r\n")[2]


def test_a_header_sent_twice_counts_whole(server: Server) -> None:
    """Accept may come in several lines; the best of all of them is what is answered."""
    answer = server.ask(
        READ
        + b"Accept: application/fhir+json;q=0.1\r\nAccept: application/fhir+xml\r\n"
        + CLOSE
        + b"\r\n"
    )
    assert b"content-type: application/fhir+xml" in answer


def test_slow_callers_hold_nobody_up(server: Server) -> None:
    """Sixty that send slowly, more than there are threads; a read is answered at once.

    ``python -m benchmarks.connections`` does it with 1,900.
    """
    slow = []
    for number in range(60):
        line = socket.create_connection(("127.0.0.1", server.port), timeout=3)
        line.sendall(READ if number % 3 == 0 else VALIDATE + JSON + CHUNKED + b"\r\n1\r\n{\r\n")
        slow.append(line)
    begun = time.monotonic()
    healthy = [server.ask(READ + CLOSE + b"\r\n"), server.ask(b"GET /healthz HTTP/1.0\r\n\r\n")]
    spent = time.monotonic() - begun
    for line in slow:
        line.close()
    assert [statuses(answer) for answer in healthy] == [[200], [200]]
    assert spent < 1


def test_the_log_tells_of_requests_and_not_of_patients(server: Server) -> None:
    """Ids, queries and bodies stay out of it; the route, the status and the id are in it."""
    secret = b"Mueller1954"
    server.ask(
        b"GET /fhir/r5/Medication/"
        + secret
        + b"?code="
        + secret
        + b" HTTP/1.1\r\n"
        + HOST
        + CLOSE
        + b"X-Request-Id: to-be-found\r\n\r\n"
    )
    server.ask(VALIDATE + JSON + CLOSE + b"Content-Length: %d\r\n\r\n" % len(secret) + secret)
    server.ask(b"POST /cds-services/" + secret + b" HTTP/1.1\r\n" + HOST + CLOSE + b"\r\n")
    server.ask(b"GET /" + secret + b" HTTP/1.1\r\n" + HOST + CLOSE + b"\r\n")
    time.sleep(1)
    text = server.log.read_text()
    assert secret.decode() not in text
    [line] = [json.loads(line) for line in text.splitlines() if "to-be-found" in line]
    assert (line["path"], line["status"]) == ("/fhir/r5/Medication/{id}", 404)
    assert {"time", "level", "event", "method", "route", "microseconds", "bytes"} <= set(line)


def test_metrics_count_the_requests_of_all_workers(
    built: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whichever worker is asked, no request is missing, and SIGTERM lets none fall."""
    server = started(built, tmp_path_factory.mktemp("workers") / "log", "--workers", "2")
    for _ in range(20):
        assert statuses(server.ask(READ + CLOSE + b"\r\n")) == [200]
    time.sleep(2.5)
    for _ in range(4):
        text = server.ask(b"GET /metrics HTTP/1.0\r\n\r\n").decode()
        [count] = re.findall(r'fhir_kb_requests_total{route="read",.*status="200"} (\d+)', text)
        assert int(count) == 20
    with closing(socket.create_connection(("127.0.0.1", server.port), timeout=10)) as line:
        line.sendall(VALIDATE + JSON + b"Content-Length: %d\r\n\r\n" % len(PATIENT))
        time.sleep(0.2)
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        line.sendall(PATIENT)
        assert statuses(received(line)) == [200]
    assert server.process.wait(20) == 0


def test_a_file_of_an_export_is_sent_whole(server: Server) -> None:
    """The server sends it from the disk, by a way that nothing else takes."""
    with closing(HTTPConnection("127.0.0.1", server.port, timeout=10)) as line:

        def asked(method: str, path: str, **headers: str) -> tuple[HTTPResponse, bytes]:
            line.request(method, path, headers=headers)
            answer = line.getresponse()
            return answer, answer.read()

        begun, _ = asked("GET", "/fhir/r5/$export?_type=Medication", Prefer="respond-async")
        status = urlsplit(begun.headers["Content-Location"]).path
        deadline = time.monotonic() + 20
        told, manifest = asked("GET", status)
        while told.status == 202 and time.monotonic() < deadline:
            time.sleep(0.05)
            told, manifest = asked("GET", status)
        [output] = json.loads(manifest)["output"]
        path = urlsplit(output["url"]).path
        head, nothing = asked("HEAD", path)
        sent, body = asked("GET", path)
        # One connection has carried all of it: what is sent too much or too little would show.
        _, counted = asked("GET", "/fhir/r5/Medication?_summary=count")
        gone, _ = asked("DELETE", status)
    assert (head.headers["Content-Length"], nothing) == (str(len(body)), b"")
    assert sent.headers["Content-Type"] == "application/fhir+ndjson"
    resources = [json.loads(each) for each in body.splitlines()]
    assert len(resources) == output["count"] == json.loads(counted)["total"]
    assert {each["resourceType"] for each in resources} == {"Medication"}
    assert gone.status == 202
