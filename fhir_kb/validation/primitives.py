"""What the value of each primitive type may be: FHIR's exact form, and what no pattern can say.

https://hl7.org/fhir/R4/datatypes.html#primitive

The patterns are those of the release's own definitions. Beside them stand the rules of the text:
days that the calendar has, ranges of numbers, lower-case UUIDs, absolute canonical URLs.
"""

import binascii
import re
from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from fhir_kb.definitions import TypeDefinition
from fhir_kb.formats.number import PrintedDecimal

STRING_MAX = 1_048_576
"""Characters of the longest string (1024 * 1024)."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a value: the id of a message, and the facts that fill its wording."""

    message_id: str
    facts: Mapping[str, Any] = field(default_factory=dict)


Faults = Iterator[Finding]


@dataclass(frozen=True, slots=True)
class Primitive:
    """One primitive type of one release.

    ``json_type`` is what JSON holds it as. ``accepts`` is quick and is asked about values of that
    type only: true means the value is right. Otherwise ``faults`` says what is wrong, which may
    be nothing.
    """

    name: str
    json_type: type
    accepts: Callable[[Any], object]
    faults: Callable[[Any], list[Finding]]


FORMS: Mapping[str, str] = {
    "base64Binary": "groups of four characters of A-Z a-z 0-9 + / with = at the end",
    "boolean": "true or false",
    "canonical": "an absolute URL, with |version or #fragment behind it if need be",
    "code": "words with single spaces between them and none at either end",
    "date": "YYYY, YYYY-MM or YYYY-MM-DD",
    "dateTime": "YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ss+zz:zz; a time needs its offset",
    "decimal": "a number such as 0.5 or 1.20e3, without + or leading zeros",
    "id": "1 to 64 characters of A-Z a-z 0-9 - and .",
    "instant": "YYYY-MM-DDThh:mm:ss.sss+zz:zz, to the second and with its offset",
    "integer": "a whole number between -2147483648 and 2147483647",
    "integer64": "a whole number of 64 bits, in JSON as a string",
    "markdown": "text",
    "oid": "urn:oid: and numbers with points between them",
    "positiveInt": "a whole number between 1 and 2147483647",
    "string": "text",
    "time": "hh:mm:ss, without an offset; 24:00 does not exist",
    "unsignedInt": "a whole number between 0 and 2147483647",
    "uri": "a URI without spaces",
    "url": "a URL without spaces",
    "uuid": "urn:uuid: and a UUID in lower case",
    "xhtml": "XHTML",
}

_JSON_TYPES: Mapping[str, type] = {
    "boolean": bool,
    "decimal": Decimal,
    "integer": int,
    "positiveInt": int,
    "unsignedInt": int,
}
_JSON_NAMES: Mapping[type, str] = {
    str: "a string",
    bool: "a boolean",
    float: "a number",
    int: "a number",
    Decimal: "a number",
    PrintedDecimal: "a number",
    list: "an array",
    dict: "an object",
}

_RANGES: Mapping[str, tuple[int, int]] = {
    "integer": (-(2**31), 2**31 - 1),
    "integer64": (-(2**63), 2**63 - 1),
    "positiveInt": (1, 2**31 - 1),
    "unsignedInt": (0, 2**31 - 1),
}

_PLAIN_URI = re.compile(r"(?!urn:|oid:|uuid:)\S+")
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:\S+")
_PLAIN_CANONICAL = re.compile(r"(?:https?://|#)\S+")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_OID = re.compile(r"[0-2](?:\.(?:0|[1-9][0-9]*))+")
_SPACE = re.compile(r"\s+")


def compile_primitive(definition: TypeDefinition) -> Primitive:
    """Return the checks of a primitive type, by its release's pattern and the rules of the text."""
    name = definition.name
    json_type = _JSON_TYPES.get(name, str)
    build = _BUILDERS.get(name, _by_pattern)
    accepts, explain = build(name, re.compile(definition.pattern or r"[\s\S]*"))

    def faults(value: Any) -> list[Finding]:
        kind = value.__class__
        if kind is not json_type:
            value = _as_number(value, json_type)
            if value is None:
                return [Finding("wrong-json-type", {"type": name, "kind": kind})]
        elif kind is str and not value:
            return [Finding("empty-string")]
        return list(explain(value))

    return Primitive(name, json_type, accepts, faults)


def json_name(kind: type) -> str:
    """Return how JSON calls a value of ``kind``: ``a string``, ``an array``, …."""
    return _JSON_NAMES.get(kind, "null")


Checks = tuple[Callable[[Any], object], Callable[[Any], Faults]]


_NUMBERS = (int, PrintedDecimal)


def _as_number(value: Any, json_type: type) -> Any:
    """Return ``value`` where JSON's numbers fit a type that is another in Python, or None."""
    if json_type is Decimal and value.__class__ in _NUMBERS:
        return Decimal(value)
    if json_type is int and isinstance(value, Decimal) and not value and not value.as_tuple()[2]:
        return 0
    return None


def _form(name: str, value: object) -> Finding:
    return Finding("primitive-form", {"type": name, "value": str(value), "form": FORMS[name]})


def _by_pattern(name: str, pattern: re.Pattern[str]) -> Checks:
    def explain(value: str) -> Faults:
        if not pattern.fullmatch(value):
            yield _form(name, value)

    return pattern.fullmatch, explain


def _text(name: str, pattern: re.Pattern[str]) -> Checks:
    def accepts(value: str) -> bool:
        return not value.isspace() and 0 < len(value) <= STRING_MAX

    def explain(value: str) -> Faults:
        if len(value) > STRING_MAX:
            yield Finding("text-too-long", {"length": len(value), "limit": STRING_MAX})
        if value.isspace():
            yield Finding("blank-text", {"type": name})

    return accepts, explain


def _anything(name: str, pattern: re.Pattern[str]) -> Checks:
    return bool, lambda value: iter(())


def _boolean(name: str, pattern: re.Pattern[str]) -> Checks:
    return lambda value: True, lambda value: iter(())


def _whole_number(name: str, pattern: re.Pattern[str]) -> Checks:
    lowest, highest = _RANGES[name]

    def accepts(value: int) -> bool:
        return lowest <= value <= highest

    def explain(value: int) -> Faults:
        if not lowest <= value <= highest:
            yield _form(name, value)

    return accepts, explain


def _long_number(name: str, pattern: re.Pattern[str]) -> Checks:
    lowest, highest = _RANGES[name]

    def accepts(value: str) -> bool:
        return (
            len(value) < 25 and bool(pattern.fullmatch(value)) and lowest <= int(value) <= highest
        )

    def explain(value: str) -> Faults:
        if not accepts(value):
            yield _form(name, value)

    return accepts, explain


def _decimal(name: str, pattern: re.Pattern[str]) -> Checks:
    def accepts(value: Decimal) -> object:
        return pattern.fullmatch(str(value))

    def explain(value: Decimal) -> Faults:
        if not accepts(value):
            yield _form(name, value)

    return accepts, explain


def _moment(name: str, pattern: re.Pattern[str]) -> Checks:
    fits = pattern.fullmatch

    def accepts(value: str) -> object:
        return fits(value) and (value[8:10] < "29" or _is_in_calendar(value))

    def explain(value: str) -> Faults:
        if not fits(value):
            yield _form(name, value)
        elif not accepts(value):
            yield Finding("no-such-day", {"value": value[:10]})

    return accepts, explain


def _is_in_calendar(value: str) -> bool:
    year, month, day = int(value[:4]), int(value[5:7]), int(value[8:10])
    return day <= monthrange(year, month)[1]


def _uri(name: str, pattern: re.Pattern[str]) -> Checks:
    def explain(value: str) -> Faults:
        if _SPACE.search(value):
            yield Finding("uri-space", {"value": value, "type": name})
        yield from _urn_faults(value)

    return _PLAIN_URI.fullmatch, explain


def _canonical(name: str, pattern: re.Pattern[str]) -> Checks:
    _, explain_uri = _uri(name, pattern)

    def explain(value: str) -> Faults:
        yield from explain_uri(value)
        if not value.startswith("#") and not _ABSOLUTE.match(value):
            yield Finding("relative-canonical", {"value": value})

    return _PLAIN_CANONICAL.fullmatch, explain


def _urn_faults(value: str) -> Faults:
    if value.startswith(("oid:", "uuid:")):
        yield Finding("bare-urn", {"value": value, "prefix": value.partition(":")[0]})
    elif value.startswith("urn:uuid:"):
        # A version or fragment may follow where the URL is a canonical one.
        if not _UUID.fullmatch(re.split("[|#]", value[9:])[0]):
            yield Finding("invalid-uuid", {"value": value})
    elif value.startswith("urn:oid:") and not _OID.fullmatch(re.split("[|#]", value[8:])[0]):
        yield Finding("invalid-oid", {"value": value})


def _base64(name: str, pattern: re.Pattern[str]) -> Checks:
    # R4 lets white space stand between the groups and R5 does not: their patterns say so.
    allows_space = bool(pattern.fullmatch("QUJD\nQUJD"))

    def explain(value: str) -> Faults:
        packed = _SPACE.sub("", value)
        if not _is_base64(packed):
            shown = value if len(value) < 100 else f"{value[:40]}…"
            yield _form(name, shown)
        elif packed != value and not allows_space:
            yield Finding("base64-space")

    return _is_base64, explain


def _is_base64(value: str) -> bool:
    # Decoding is ten times quicker than a pattern; images are among the longest values there are.
    try:
        binascii.a2b_base64(value, strict_mode=True)
    except ValueError:
        return False
    return not value.endswith("===")


_BUILDERS: Mapping[str, Callable[[str, re.Pattern[str]], Checks]] = {
    "base64Binary": _base64,
    "boolean": _boolean,
    "canonical": _canonical,
    "date": _moment,
    "dateTime": _moment,
    "decimal": _decimal,
    "instant": _moment,
    "integer": _whole_number,
    "integer64": _long_number,
    "markdown": _text,
    "positiveInt": _whole_number,
    "string": _text,
    "unsignedInt": _whole_number,
    "uri": _uri,
    "url": _uri,
    "xhtml": _anything,
}
