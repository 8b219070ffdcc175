"""Which version and which format a caller asks for.

https://hl7.org/fhir/R4/http.html#mime-type, https://hl7.org/fhir/R4/versioning.html#mt-version

``_format`` wins over Accept; of several acceptable types the one of the highest q-value wins.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from fhir_kb.errors import NotAcceptable

Format = Literal["json", "xml", "html"]

FORMATS: Mapping[str, Format] = {
    "json": "json",
    "application/fhir+json": "json",
    "application/json": "json",
    "text/json": "json",
    "application/*": "json",
    "*/*": "json",
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
    """Return what to answer with; refuse (NotAcceptable) what cannot be written here."""
    asked = format_parameter if format_parameter else accept
    ranges = sorted(_ranges(asked.replace(" ", "+") if format_parameter else asked), key=_order)
    for wanted in ranges:
        if wanted.quality > 0 and wanted.type in FORMATS:
            return Asked(FORMATS[wanted.type], wanted.fhir_version)
    if not asked.strip():
        return Asked("json", None)
    where = "_format" if format_parameter else "Accept"
    raise NotAcceptable(
        f"{where} asks for {asked!r}; this server writes application/fhir+json and "
        "application/fhir+xml (also json, xml, application/json, application/xml, text/html)"
    )


def _order(wanted: _Range) -> float:
    return -wanted.quality


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
    return "handling=strict" in prefer.replace(" ", "").lower().replace('"', "").split(",")
