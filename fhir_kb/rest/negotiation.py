"""Which version and which format a caller asks for.

https://hl7.org/fhir/R4/http.html#mime-type, https://hl7.org/fhir/R4/versioning.html#mt-version

``_format`` wins over Accept; of several acceptable types the one of the highest q-value wins.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from fhir_kb.errors import NotAcceptable

Format = Literal["json", "xml", "html"]

FORMATS: Mapping[str, Format] = {
    "json": "json",
    "application/fhir+json": "json",
    "application/json": "json",
    "text/json": "json",
    "xml": "xml",
    "application/fhir+xml": "xml",
    "application/xml": "xml",
    "text/xml": "xml",
    "html": "html",
    "text/html": "html",
}
MEDIA_TYPES: Mapping[Format, str] = {
    "json": "application/fhir+json",
    "xml": "application/fhir+xml",
    "html": "text/html",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """The format that was agreed on and the fhirVersion that was named, if any."""

    format: Format
    fhir_version: str | None


class _Range(NamedTuple):
    type: str
    quality: float
    fhir_version: str | None


def negotiate(accept: str, format_parameter: str | None) -> Asked:
    """Return what to answer with; refuse (NotAcceptable) what cannot be written here.

    A format is as wanted as the most specific range that covers it says; of formats that are
    wanted alike the one that was named first is taken, and JSON before the others.
    """
    asked = format_parameter if format_parameter else accept
    ranges = list(_ranges(asked.replace(" ", "+") if format_parameter else asked))
    if not asked.strip():
        return Asked("json", None)
    wishes = [wish for format in MEDIA_TYPES if (wish := _wish(format, ranges)) is not None]
    if wishes:
        best = min(wishes, key=lambda wish: (-ranges[wish.place].quality, wish.place))
        return Asked(best.format, ranges[best.place].fhir_version)
    where = "_format" if format_parameter else "Accept"
    raise NotAcceptable(
        f"{where} asks for {asked!r}; this server writes application/fhir+json and "
        "application/fhir+xml (also json, xml, application/json, application/xml, text/html)"
    )


class _Wish(NamedTuple):
    """A format and the place of the range that covers it."""

    format: Format
    place: int


def _wish(format: Format, ranges: Sequence[_Range]) -> _Wish | None:
    """Return how a format is wanted, None when it is not, or expressly not."""
    named = [place for place, range in enumerate(ranges) if FORMATS.get(range.type) == format]
    wanted = [place for place in named if ranges[place].quality > 0]
    if wanted:
        return _Wish(format, min(wanted, key=lambda place: (-ranges[place].quality, place)))
    written = MEDIA_TYPES[format]
    if any(ranges[place].type == written for place in named):
        return None
    for wildcard in (f"{written.partition('/')[0]}/*", "*/*"):
        for place, range in enumerate(ranges):
            if range.type == wildcard:
                return _Wish(format, place) if range.quality > 0 else None
    return None


def check_charset(accept_charset: str) -> None:
    """Refuse (NotAcceptable) an Accept-Charset that leaves no room for UTF-8."""
    ranges = {range.type: range.quality for range in _ranges(accept_charset)}
    if ranges and ranges.get("utf-8", ranges.get("*", 0.0)) <= 0:
        raise NotAcceptable(
            f"Accept-Charset asks for {accept_charset[:80]!r}; this server writes UTF-8"
        )


def _ranges(header: str) -> Iterator[_Range]:
    for part in header.split(","):
        type, *parameters = (piece.strip() for piece in part.split(";"))
        named = {
            key.strip().lower(): value.strip().strip('"')
            for key, _, value in (parameter.partition("=") for parameter in parameters)
        }
        if type:
            yield _Range(type.lower(), _quality(named.get("q", "1")), named.get("fhirversion"))


def _quality(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def prefers_strict(prefer: str) -> bool:
    """Return whether a Prefer header asks for ``handling=strict``."""
    return "handling=strict" in _preferences(prefer)


def prefers_lenient(prefer: str) -> bool:
    """Return whether a Prefer header asks for ``handling=lenient``."""
    return "handling=lenient" in _preferences(prefer)


def _preferences(prefer: str) -> list[str]:
    return prefer.replace(" ", "").lower().replace('"', "").split(",")
