"""The only way out: to allowed origins, bounded in time and bytes, never redirected.

https://cheatsheetseries.owasp.org/cheatsheets/Server_Side_Request_Forgery_Prevention_Cheat_Sheet.html

A host name is resolved once, every address it has is checked, and the connection goes to a
checked address: what is connected to is what was checked. A token is sent to its origin only.
"""

import ipaddress
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock, Timer
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from fhir_kb.errors import OutsideRefused, OutsideUnreachable

_PORTS = {"https": 443, "http": 80}
_CHUNK = 65_536

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve = Callable[[str, int], list[str]]


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host and port: what an allow-list names, exactly."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, url: str) -> "Origin":
        """Return the origin of a URL; refuse a URL that is not plain http or https."""
        try:
            parts = urlsplit(url)
            port = parts.port or _PORTS.get(parts.scheme, 0)
        except ValueError as error:
            raise OutsideRefused("the address is not a URL") from error
        if parts.scheme not in _PORTS or not parts.hostname or parts.username is not None:
            raise OutsideRefused("the address is not an http or https URL without credentials")
        return cls(parts.scheme, parts.hostname.lower(), port)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came back: the status, the media type and the whole body."""

    status: int
    media_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Outside:
    """A way out to some origins.

    ``origins`` may be reached, and no other; ``networks`` are address ranges that are allowed
    although they are not public (a hospital's own). ``seconds`` bounds a whole fetch, from the
    look-up of the name to the last byte; ``bytes_max`` bounds the body.
    """

    origins: frozenset[Origin]
    networks: tuple[Network, ...] = ()
    seconds: float = 5.0
    bytes_max: int = 8_000_000
    resolve: Resolve | None = None

    def get(self, url: str, *, accept: str, token: str | None = None) -> Fetched:
        """Return what a URL answers.

        Refuses (OutsideRefused) an origin or address that is not allowed, a redirect and a body
        that is too large; what cannot be had in time is OutsideUnreachable. Messages name the
        origin only: a path may tell of a patient.
        """
        headers = {"Accept": accept}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        return self._exchange("GET", url, headers, None)

    def post(self, url: str, body: bytes, *, media_type: str, accept: str) -> Fetched:
        """Return what a URL answers to a body; refuses what ``get`` refuses."""
        return self._exchange("POST", url, {"Accept": accept, "Content-Type": media_type}, body)

    def _exchange(
        self, method: str, url: str, headers: dict[str, str], body: bytes | None
    ) -> Fetched:
        origin = Origin.of(url)
        if origin not in self.origins:
            raise OutsideRefused(f"{_name(origin)} is not an origin this server may reach")
        deadline = time.monotonic() + self.seconds
        address = self._checked_address(origin)
        headers |= {"Accept-Encoding": "identity", "Host": _host(origin)}
        request = requests.Request(method, url, headers, data=body)
        try:
            return self._fetch(request, origin, address, deadline)
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            late = time.monotonic() >= deadline
            why = "did not answer in time" if late else "could not be reached"
            raise OutsideUnreachable(f"{_name(origin)} {why}") from error

    def _checked_address(self, origin: Origin) -> str:
        try:
            addresses = (self.resolve or _resolve)(origin.host, origin.port)
        except OSError as error:
            raise OutsideUnreachable(f"{_name(origin)} has no address") from error
        for text in addresses:
            if not self._may_reach(ipaddress.ip_address(text)):
                raise OutsideRefused(f"{_name(origin)} has an address that is not public")
        if not addresses:
            raise OutsideUnreachable(f"{_name(origin)} has no address")
        return addresses[0]

    def _may_reach(self, address: Address) -> bool:
        if any(address in network for network in self.networks):
            return True
        return _is_public(address)

    def _fetch(
        self, request: requests.Request, origin: Origin, address: str, deadline: float
    ) -> Fetched:
        with requests.Session() as session, _guard(deadline) as opened:
            session.trust_env = False
            session.mount(f"{origin.scheme}://", _PinnedAdapter(origin, address, opened))
            response = session.send(
                session.prepare_request(request),
                allow_redirects=False,
                stream=True,
                timeout=max(0.001, deadline - time.monotonic()),
            )
            if 300 <= response.status_code < 400:
                raise OutsideRefused(f"{_name(origin)} redirects; that is not followed")
            media_type = response.headers.get("Content-Type", "").partition(";")[0].strip()
            return Fetched(response.status_code, media_type, self._body(response, origin))

    def _body(self, response: requests.Response, origin: Origin) -> bytes:
        body = bytearray()
        while chunk := response.raw.read1(_CHUNK, decode_content=False):
            body += chunk
            if len(body) > self.bytes_max:
                raise OutsideRefused(f"{_name(origin)} sends more than {self.bytes_max} bytes")
        return bytes(body)


def _name(origin: Origin) -> str:
    return f"{origin.scheme}://{_host(origin)}"


def _host(origin: Origin) -> str:
    host = f"[{origin.host}]" if ":" in origin.host else origin.host
    return host if origin.port == _PORTS[origin.scheme] else f"{host}:{origin.port}"


def _resolve(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _is_public(address: Address) -> bool:
    """Return whether an address is public, looking through the ways to write IPv4 in IPv6."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or _translated(address)
        if inner is not None:
            return _is_public(inner)
        if address.teredo is not None:
            return False
    return address.is_global and not address.is_multicast


def _translated(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address inside a NAT64 address (RFC 6052)."""
    if address in ipaddress.IPv6Network("64:ff9b::/96"):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None


class _Opened:
    """The sockets of one fetch; after the deadline they are shut, whoever waits on them."""

    def __init__(self) -> None:
        self._sockets: list[socket.socket] = []
        self._lock = Lock()
        self._shut = False

    def add(self, sock: socket.socket) -> None:
        with self._lock:
            self._sockets.append(sock)
            if self._shut:
                _shut(sock)

    def shut(self) -> None:
        with self._lock:
            self._shut = True
            for sock in self._sockets:
                _shut(sock)


def _shut(sock: socket.socket) -> None:
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


@contextmanager
def _guard(deadline: float) -> Iterator[_Opened]:
    """Shut the sockets of a fetch at its deadline: a drip of bytes cannot prolong it."""
    opened = _Opened()
    timer = Timer(max(0.0, deadline - time.monotonic()), opened.shut)
    timer.daemon = True
    timer.start()
    try:
        yield opened
    finally:
        timer.cancel()


class _PinnedAdapter(HTTPAdapter):
    """Connects to one checked address, whatever the name would resolve to by now."""

    def __init__(self, origin: Origin, address: str, opened: _Opened) -> None:
        self._origin = origin
        self._address = address
        self._opened = opened
        super().__init__(max_retries=0)

    def get_connection_with_tls_context(self, *_: Any, **__: Any) -> HTTPConnectionPool:
        """Return a pool whose connections go to the checked address under the origin's name."""
        address, opened = self._address, self._opened

        class Pinned:
            """Mixed into urllib3's connections: only where they connect to is changed."""

            def _new_conn(self) -> socket.socket:
                self._dns_host = address
                sock: socket.socket = super()._new_conn()  # type: ignore[misc]  # the mixed-in one
                opened.add(sock)
                return sock

        secure = self._origin.scheme == "https"
        pool = (HTTPSConnectionPool if secure else HTTPConnectionPool)(
            self._origin.host, self._origin.port, maxsize=1
        )
        connection = HTTPSConnection if secure else HTTPConnection
        pool.ConnectionCls = type("PinnedConnection", (Pinned, connection), {})
        return pool
