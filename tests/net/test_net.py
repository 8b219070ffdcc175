"""The way out is narrow: exact origins, checked addresses, no redirect, bounded time and bytes."""

import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from fhir_kb.errors import OutsideRefused, OutsideUnreachable
from fhir_kb.net import Origin, Outside

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))
Serve = Callable[[socket.socket], None]


@pytest.fixture
def server() -> Iterator[Callable[[Serve], str]]:
    """Give a function that answers one connection on loopback as told, and returns its URL."""
    listeners = []

    def start(answer: Serve) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def run() -> None:
            try:
                connection, _ = listener.accept()
                with connection:
                    answer(connection)
            except OSError:
                return

        threading.Thread(target=run, daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}/x"

    yield start
    for listener in listeners:
        listener.close()


def way_out(url: str, **bounds: float) -> Outside:
    return Outside(frozenset({Origin.of(url)}), LOOPBACK, **bounds)  # type: ignore[arg-type]


def replying(text: bytes) -> Serve:
    def answer(connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(text)

    return answer


def test_an_answer_comes_back_whole(server: Callable[[Serve], str]) -> None:
    """Status, media type and bytes, nothing interpreted."""
    url = server(
        replying(b"HTTP/1.1 200 OK\r\nContent-Type: a/b; c=d\r\nContent-Length: 2\r\n\r\nhi")
    )
    fetched = way_out(url).get(url, accept="a/b")
    assert (fetched.status, fetched.media_type, fetched.body) == (200, "a/b", b"hi")


def test_the_token_and_the_name_are_sent_to_the_pinned_address(
    server: Callable[[Serve], str],
) -> None:
    """The connection goes to the address that was checked, under the name that was asked for."""
    seen: list[bytes] = []

    def answer(connection: socket.socket) -> None:
        seen.append(connection.recv(65_536))
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    port = server(answer).split(":")[2].split("/")[0]
    url = f"http://ehr.example.org:{port}/Patient/1"
    outside = Outside(frozenset({Origin.of(url)}), LOOPBACK, resolve=lambda *_: ["127.0.0.1"])
    outside.get(url, accept="*/*", token="secret")
    assert f"Host: ehr.example.org:{port}".encode() in seen[0]
    assert b"Authorization: Bearer secret" in seen[0]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1.example.org/",
        "https://ehr.example.org.evil.example/",
        "https://ehr.example.org:444/",
        "http://ehr.example.org/",
        "https://user@ehr.example.org/",
        "file:///etc/passwd",
        "gopher://ehr.example.org/",
        "https://ehr.example.org:port/",
        "//ehr.example.org/",
        "",
    ],
)
def test_only_the_exact_origin_may_be_reached(url: str) -> None:
    """A prefix, another port, another scheme or credentials are not the origin that was allowed."""
    outside = Outside(frozenset({Origin("https", "ehr.example.org", 443)}))
    with pytest.raises(OutsideRefused):
        outside.get(url, accept="*/*")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "fe80::1",
        "fd00::1",
        "::ffff:127.0.0.1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
    ],
)
def test_a_name_that_leads_inside_is_refused(address: str) -> None:
    """However the address is written, and even when a public one stands beside it."""
    url = "https://ehr.example.org/Patient/1"
    outside = Outside(frozenset({Origin.of(url)}), resolve=lambda *_: ["93.184.216.34", address])
    with pytest.raises(OutsideRefused, match="not public"):
        outside.get(url, accept="*/*")


def test_a_redirect_is_not_followed(server: Callable[[Serve], str]) -> None:
    """A token must not be carried to where a server points."""
    url = server(
        replying(b"HTTP/1.1 302 Found\r\nLocation: http://x.example/\r\nContent-Length: 0\r\n\r\n")
    )
    with pytest.raises(OutsideRefused, match="redirects"):
        way_out(url).get(url, accept="*/*", token="secret")


def test_a_large_body_is_refused(server: Callable[[Serve], str]) -> None:
    """The bound holds whatever Content-Length says."""
    url = server(replying(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + b"x" * 100_000))
    with pytest.raises(OutsideRefused, match="more than 1000 bytes"):
        way_out(url, bytes_max=1000).get(url, accept="*/*")


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"])
def test_a_drip_of_bytes_ends_at_the_deadline(start: bytes, server: Callable[[Serve], str]) -> None:
    """Each byte would renew a plain timeout; the deadline is for the whole fetch."""

    def drip(connection: socket.socket) -> None:
        connection.sendall(start)
        for _ in range(100):
            connection.sendall(b"H")
            time.sleep(0.02)

    url = server(drip)
    begun = time.monotonic()
    with pytest.raises(OutsideUnreachable):
        way_out(url, seconds=0.2).get(url, accept="*/*")
    assert time.monotonic() - begun < 1.5


def test_an_error_names_the_origin_only(server: Callable[[Serve], str]) -> None:
    """A path may tell of a patient; it stays out of messages."""
    url = server(lambda connection: connection.close()) + "?patient=sentinel"
    with pytest.raises(OutsideUnreachable) as refusal:
        way_out(url).get(url, accept="*/*")
    assert "sentinel" not in refusal.value.message
