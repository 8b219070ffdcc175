"""From bytes to text: UTF-8 and nothing else, up to a size.

https://www.rfc-editor.org/rfc/rfc3629
"""

from fhir_kb.errors import MalformedContent, TooLarge
from fhir_kb.formats.location import location_after

BYTES_MAX = 16_000_000
"""Largest text that is read when the caller does not say."""

DEPTH_MAX = 100
"""Most objects, arrays or elements inside each other; FHIR resources stay below 20."""

_BOM = "\ufeff"
_OTHER_ENCODINGS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")


def read_text(data: bytes | str, *, max_bytes: int, allow_bom: bool) -> str:
    """Return ``data`` as text without a byte order mark.

    Refuses more than ``max_bytes`` bytes, any encoding but UTF-8, half a surrogate pair and,
    unless ``allow_bom``, a byte order mark.
    """
    text = data if isinstance(data, str) else _decoded(data, max_bytes)
    if isinstance(data, str):
        _refuse_size(_size(data), max_bytes)
    if text.startswith(_BOM):
        if not allow_bom:
            raise MalformedContent(
                "The content begins with a byte order mark (EF BB BF); send it without one",
                line=1,
                column=1,
            )
        text = text.removeprefix(_BOM)
    if not text or text.isspace():
        raise MalformedContent("The content is empty; a FHIR resource is needed", line=1, column=1)
    return text


def depth_error(max_depth: int, before: str) -> TooLarge:
    """Return the error for nesting that passes ``max_depth`` after the text ``before``."""
    line, column = location_after(before)
    return TooLarge(
        f"The content is nested deeper than {max_depth} levels", line=line, column=column
    )


def _decoded(data: bytes, max_bytes: int) -> str:
    _refuse_size(len(data), max_bytes)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        start, reason = error.start, error.reason
    if data.startswith(_OTHER_ENCODINGS):
        raise MalformedContent("The content is UTF-16 or UTF-32; send UTF-8", line=1, column=1)
    line, column = location_after(data[:start].decode())
    raise MalformedContent(
        f"The content is not UTF-8: byte {data[start]:#04x}, {reason}", line=line, column=column
    )


def _size(text: str) -> int:
    if text.isascii():
        return len(text)
    try:
        return len(text.encode())
    except UnicodeEncodeError as error:
        line, column = location_after(text[: error.start])
        raise MalformedContent(
            f"The text holds half a surrogate pair, U+{ord(text[error.start]):04X}",
            line=line,
            column=column,
        ) from None


def _refuse_size(size: int, max_bytes: int) -> None:
    if size > max_bytes:
        raise TooLarge(f"The content has {size} bytes; at most {max_bytes} are read")
