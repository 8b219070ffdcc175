"""The strict JSON reader and writer: nothing is guessed, nothing lost, decimals keep their digits.

https://hl7.org/fhir/R4/json.html and https://www.rfc-editor.org/rfc/rfc8259
"""

import json
from collections.abc import Callable
from decimal import Decimal
from json.encoder import encode_basestring
from types import NoneType
from typing import Any, NoReturn

from fhir_kb.errors import FhirKbError, MalformedContent, TooLarge
from fhir_kb.formats import Json
from fhir_kb.formats.json_faults import json_faults
from fhir_kb.formats.json_places import json_root
from fhir_kb.formats.json_tokens import (
    has_unfit_characters,
    offset_of_depth,
    without_broken_characters,
)
from fhir_kb.formats.location import Located, Location, Locator, location_after
from fhir_kb.formats.number import PrintedDecimal, number_text, read_number
from fhir_kb.formats.text import BYTES_MAX, DEPTH_MAX, depth_error, read_text


def read_json(data: bytes | str, *, max_bytes: int = BYTES_MAX, max_depth: int = DEPTH_MAX) -> Json:
    """Return the JSON object in ``data``; decimals are ``Decimal`` with their digits.

    Refuses with line and column: any encoding but UTF-8, a byte order mark, more than
    ``max_bytes`` bytes or ``max_depth`` levels, a key that stands twice in one object, NaN and
    Infinity, numbers beyond the bounds of ``number``, control characters and half surrogate
    pairs also as escapes, and whatever is not an object.
    """
    return _object_at_top(read_json_value(data, max_bytes=max_bytes, max_depth=max_depth))


def read_json_value(
    data: bytes | str, *, max_bytes: int = BYTES_MAX, max_depth: int = DEPTH_MAX
) -> Any:
    """Return the JSON value in ``data``, object or not; refuses what ``read_json`` refuses."""
    text = read_text(data, max_bytes=max_bytes, allow_bom=False)
    value, is_sound = _read(text, max_depth)
    if not is_sound:
        raise json_faults(text, max_faults=1)[0].error()
    return value


def read_json_located(
    data: bytes | str, *, max_bytes: int = BYTES_MAX, max_depth: int = DEPTH_MAX
) -> Located:
    """Return the JSON object in ``data``, its faults, and a function that finds lines.

    For validators: of a key that stands twice the last value is taken, NUL and half a surrogate
    pair become U+FFFD, a number that cannot be read stays text, and each is a fault. So is a
    control character, which stays. The kinds are ``duplicate-key``, ``broken-character``,
    ``control-character`` (HL7's validator only warns) and ``number``. A byte order mark is
    passed over. Text that is no JSON at all is still refused.
    """
    text = read_text(data, max_bytes=max_bytes, allow_bom=True)
    value, is_sound = _read(text, max_depth)
    faults = [] if is_sound else json_faults(text)
    if faults and has_unfit_characters(text):
        value = _decoded(_LENIENT, without_broken_characters(text), max_depth)

    def locate(offset: int) -> Location:
        return location_after(text[:offset])

    return Located(_object_at_top(value), faults, Locator(lambda: json_root(text), locate))


def write_json(value: Any, *, indent: int | None = None) -> bytes:
    """Return ``value`` as UTF-8 JSON: keys in their order, decimals with their own digits.

    Refuses a float, whose digits are not those that were written, and any type but str, int,
    bool, None, Decimal, dict and list.
    """
    try:
        text = _text(value) if indent is None else _indented(value, "\n", " " * indent)
        return text.encode()
    except KeyError as error:
        raise FhirKbError(
            f"{error} cannot be written as JSON; use str, int, bool, None, Decimal, dict or list"
        ) from None
    except UnicodeEncodeError as error:
        raise FhirKbError(f"A string holds half a surrogate pair: {error.reason}") from None


def _unique_keys(pairs: list[tuple[str, Any]]) -> Json:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise MalformedContent("A key stands twice in one object")
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise MalformedContent(f"{name} is not JSON")


def _number_or_text(text: str) -> int | Decimal | str:
    try:
        return read_number(text)
    except MalformedContent:
        return text


# Decoders are made once: json.loads with hooks would make one for each call.
_STRICT = json.JSONDecoder(
    object_pairs_hook=_unique_keys,
    parse_float=read_number,
    parse_int=read_number,
    parse_constant=_refuse_constant,
)
_LENIENT = json.JSONDecoder(
    parse_float=_number_or_text, parse_int=_number_or_text, parse_constant=str
)


def _read(text: str, max_depth: int) -> tuple[Any, bool]:
    """Return the value and whether the text is without fault; its syntax is right either way."""
    try:
        value = _decoded(_STRICT, text, max_depth)
    except TooLarge:
        raise
    except MalformedContent:
        # The quick parser does not say where; the scan does, once the syntax is known to be right.
        return _decoded(_LENIENT, text, max_depth), False
    return value, not has_unfit_characters(text)


def _decoded(decoder: json.JSONDecoder, text: str, max_depth: int) -> Any:
    try:
        value = decoder.decode(text)
    except json.JSONDecodeError as error:
        raise MalformedContent(
            f"The content is not JSON: {error.msg}", line=error.lineno, column=error.colno
        ) from None
    except RecursionError:
        # The C scanner guards its own stack, at about 1,000 levels.
        is_too_deep = True
    else:
        is_too_deep = _is_deeper(value, max_depth)
    if is_too_deep:
        raise depth_error(max_depth, text[: offset_of_depth(text, max_depth)])
    return value


def _is_deeper(value: Any, max_depth: int) -> bool:
    """Whether containers stand in more than ``max_depth`` others; goes level by level."""
    level = [value]
    for _ in range(max_depth):
        # Most values are strings: one comparison drops them.
        level = [
            child
            for parent in level
            for child in (
                parent.values() if type(parent) is dict else parent if type(parent) is list else ()
            )
            if type(child) is not str
        ]
        if not level:
            return False
    return any(isinstance(child, dict | list) for child in level)


_KINDS = {list: "an array", str: "a string", bool: "a boolean", NoneType: "null"}


def _object_at_top(value: Any) -> Json:
    if not isinstance(value, dict):
        kind = _KINDS.get(type(value), "a number")
        raise MalformedContent(
            f"The content is {kind}; a FHIR resource is an object", line=1, column=1
        )
    return value


def _object(value: Json) -> str:
    members = [
        f"{encode_basestring(key)}:{_WRITERS[type(member)](member)}"
        for key, member in value.items()
    ]
    return "{" + ",".join(members) + "}"


def _array(value: list[Any]) -> str:
    return "[" + ",".join([_WRITERS[type(item)](item) for item in value]) + "]"


_WRITERS: dict[type, Callable[[Any], str]] = {
    str: encode_basestring,
    int: str,
    bool: {True: "true", False: "false"}.__getitem__,
    NoneType: lambda _: "null",
    Decimal: number_text,
    PrintedDecimal: number_text,
    dict: _object,
    list: _array,
}


def _text(value: Any) -> str:
    return _WRITERS[type(value)](value)


def _indented(value: Any, margin: str, step: str) -> str:
    inner = margin + step
    if value and type(value) is dict:
        members = [
            f"{encode_basestring(key)}: {_indented(member, inner, step)}"
            for key, member in value.items()
        ]
        return "{" + inner + ("," + inner).join(members) + margin + "}"
    if value and type(value) is list:
        items = [_indented(item, inner, step) for item in value]
        return "[" + inner + ("," + inner).join(items) + margin + "]"
    return _text(value)
