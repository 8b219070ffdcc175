"""A body is whole or it is refused, whatever pieces it comes in."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from fhir_kb.errors import RequestError
from fhir_kb.web.serving.request_body import read_body


class Pieces:
    """Gives a body as granian does; an exception stands for what granian raises."""

    def __init__(self, *pieces: bytes, pause: float = 0.0) -> None:
        self._pieces = pieces
        self._pause = pause

    async def _whole(self) -> bytes:
        await asyncio.sleep(self._pause)
        return b"".join(self._pieces)

    def __call__(self) -> "asyncio.Future[bytes]":
        return asyncio.ensure_future(self._whole())

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            await asyncio.sleep(self._pause)
            yield piece


def read(pieces: Pieces, **headers: str) -> bytes:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return asyncio.run(read_body(pieces, sent.get, bytes_max=10, seconds=0.05))


@pytest.mark.parametrize(
    ("pieces", "headers", "expected"),
    [
        ((), {}, b""),
        ((b"ab", b"c"), {"content_length": "3"}, b"abc"),
        ((b"",), {"content_length": "0"}, b""),
        ((b"ab", b"c", b""), {"transfer_encoding": "Chunked"}, b"abc"),
        ((b"0123456789", b""), {"transfer_encoding": "chunked"}, b"0123456789"),
    ],
)
def test_a_whole_body_is_given(
    pieces: tuple[bytes, ...], headers: dict[str, str], expected: bytes
) -> None:
    """By its length or by its last chunk."""
    assert read(Pieces(*pieces), **headers) == expected


@pytest.mark.parametrize(
    ("pieces", "headers", "status"),
    [
        ((b"ab",), {"content_length": "3"}, 400),
        ((b"abc",), {"content_length": "three"}, 400),
        ((b"abc",), {"content_length": "٣"}, 400),
        ((b"abc",), {"content_length": "9" * 5000}, 413),
        ((b"abc",), {"content_length": "11"}, 413),
        ((b"ab", b"", b""), {"transfer_encoding": "chunked"}, 400),
        ((b"ab",), {"transfer_encoding": "chunked"}, 400),
        ((b"0123456789", b"x", b""), {"transfer_encoding": "chunked"}, 413),
        ((b"ab", b""), {"transfer_encoding": "gzip, chunked"}, 400),
    ],
)
def test_what_is_no_whole_body_is_refused(
    pieces: tuple[bytes, ...], headers: dict[str, str], status: int
) -> None:
    """Never cut, never handled as complete."""
    with pytest.raises(RequestError) as refusal:
        read(Pieces(*pieces), **headers)
    assert refusal.value.status == status


@pytest.mark.parametrize("header", [{"content_length": "2"}, {"transfer_encoding": "chunked"}])
def test_a_body_that_drips_is_refused(header: dict[str, str]) -> None:
    """The time is for the whole body, not for each piece of it."""
    with pytest.raises(RequestError) as refusal:
        read(
            Pieces(*[b"a"] * 9, pause=0.02)
            if "transfer_encoding" in header
            else Pieces(b"ab", pause=1),
            **header,
        )
    assert refusal.value.status == 408
