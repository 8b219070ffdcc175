"""gzip where it is wanted and where it pays."""

import gzip

import pytest

from fhir_kb.web.content_coding import QUICK, SMALLEST, accepts_gzip, coded
from fhir_kb.web.message import Reply

BODY = b"a" * SMALLEST
TYPE = ("Content-Type", "application/fhir+json; fhirVersion=4.0; charset=utf-8")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, False),
        ("", False),
        ("gzip", True),
        ("br, GZIP;q=0.1", True),
        ("gzip;q=0", False),
        ("gzip;q=0.000, *", False),
        ("*", True),
        ("*;q=0", False),
        ("x-gzip", True),
        ("gzip;q=many", False),
        ("identity", False),
    ],
)
def test_what_a_header_allows(header: str | None, expected: bool) -> None:
    """https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3"""
    assert accepts_gzip(header) is expected


def test_a_reply_is_compressed_with_its_headers() -> None:
    """The length is that of what is sent."""
    reply = coded(Reply(200, [TYPE, ("Content-Length", str(len(BODY)))], BODY), QUICK)
    headers = dict(reply.headers)
    assert gzip.decompress(reply.body) == BODY
    assert headers["Content-Encoding"] == "gzip"
    assert headers["Content-Length"] == str(len(reply.body))


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, [TYPE], BODY[1:]),
        Reply(200, [("Content-Type", "image/png")], BODY),
        Reply(200, [TYPE, ("Content-Encoding", "br")], BODY),
        Reply(200, [TYPE, ("Cache-Control", "no-store")], BODY),
    ],
)
def test_some_replies_are_left_alone(reply: Reply) -> None:
    """Too small, packed already, or what must not be guessed from a length."""
    assert coded(reply, QUICK) is reply
