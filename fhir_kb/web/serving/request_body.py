"""Reads a request's body whole, within bounds of size and time, or refuses it.

https://www.rfc-editor.org/rfc/rfc9112#name-message-body-length

A body that ends too early, or whose chunks cannot be read, is never taken for a whole one.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from typing import Protocol

from fhir_kb.errors import RequestError, RequestTimeout, TooLarge
from fhir_kb.web.message import Header


class BodyProtocol(Protocol):
    """The part of RSGI's protocol that gives a body."""

    def __call__(self) -> Awaitable[bytes]:
        """Return the whole body."""
        ...

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield its pieces."""
        ...


async def read_body(
    protocol: BodyProtocol, header: Header, *, bytes_max: int, seconds: float
) -> bytes:
    """Return the body.

    Refuses one that is too large (TooLarge), whose length is unclear or that breaks off
    (RequestError), or that takes too long (RequestTimeout).
    """
    coding, length = header("transfer-encoding"), header("content-length")
    if coding is not None and coding.strip().lower() != "chunked":
        raise RequestError(f"Transfer-Encoding {coding[:40]!r} is not read here; send chunked")
    if coding is None and length is None:
        return b""
    try:
        async with asyncio.timeout(seconds):
            if coding is not None:
                return await _chunks(protocol, bytes_max)
            return await _announced(protocol, length or "", bytes_max)
    except TimeoutError:
        raise RequestTimeout(f"The body did not come within {seconds} seconds") from None


async def _announced(protocol: BodyProtocol, length: str, bytes_max: int) -> bytes:
    if not (length.isascii() and length.isdigit()):
        raise RequestError(f"Content-Length {length[:40]!r} is no number")
    if len(length) > 18 or int(length) > bytes_max:
        raise _too_large(bytes_max)
    if int(length) == 0:
        return b""
    try:
        body = await protocol()
    except RuntimeError:
        raise _broken() from None
    if len(body) != int(length):
        raise _broken()
    return body


async def _chunks(protocol: BodyProtocol, bytes_max: int) -> bytes:
    """Return the joined chunks.

    granian ends the pieces with one empty piece. It gives an empty piece for a chunk that cannot
    be read too, and for trailers, and then the one that ends: whatever follows an empty piece
    tells that this was no sound body.
    """
    pieces: list[bytes] = []
    size, ended = 0, False
    async for piece in protocol:
        if ended:
            raise _broken()
        ended = not piece
        size += len(piece)
        if size > bytes_max:
            raise _too_large(bytes_max)
        pieces.append(piece)
    if not ended:
        raise _broken()
    return b"".join(pieces)


def _too_large(bytes_max: int) -> TooLarge:
    return TooLarge(f"The body has more than {bytes_max} bytes, which is the most that is read")


def _broken() -> RequestError:
    return RequestError("The body broke off, or its chunks cannot be read; nothing was done")
