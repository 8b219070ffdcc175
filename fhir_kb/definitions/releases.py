"""The three releases of the specification that are known here, and the packages they come from.

https://hl7.org/fhir/R4/versions.html

The packages are published by HL7 under CC0 1.0.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from fhir_kb.errors import NotAcceptable


@dataclass(frozen=True, slots=True)
class Package:
    """A published package: its name and the one version that is read."""

    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Release:
    """One release: ``core`` is the specification, ``extensions`` its extensions as maintained."""

    name: str
    number: str
    core: Package
    extensions: Package

    @property
    def pages(self) -> str:
        """The URL under which the specification can be read."""
        return f"http://hl7.org/fhir/{self.name}/"


_EXTENSIONS_R4 = Package("hl7.fhir.uv.extensions.r4", "5.3.0-ballot-tc1")
_EXTENSIONS_R5 = Package("hl7.fhir.uv.extensions.r5", "5.3.0-ballot-tc1")

RELEASES: Mapping[str, Release] = {
    "R4": Release("R4", "4.0.1", Package("hl7.fhir.r4.examples", "4.0.1"), _EXTENSIONS_R4),
    "R4B": Release("R4B", "4.3.0", Package("hl7.fhir.r4b.core", "4.3.0"), _EXTENSIONS_R4),
    "R5": Release("R5", "5.0.0", Package("hl7.fhir.r5.core", "5.0.0"), _EXTENSIONS_R5),
}

TERMINOLOGY = Package("hl7.terminology.r4", "7.0.1")
"""The code systems and value sets of terminology.hl7.org, which all releases share."""


def release(name: str) -> Release:
    """Return the release called ``name``; refuse any other than R4, R4B and R5."""
    try:
        return RELEASES[name]
    except KeyError:
        known = ", ".join(RELEASES)
        raise NotAcceptable(
            f"There are no definitions of FHIR {name!r}; there are {known}"
        ) from None
