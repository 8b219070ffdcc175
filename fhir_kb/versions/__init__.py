"""FHIR R4, R4B and R5: one frozen table each. Nothing outside compares versions.

https://hl7.org/fhir/versions.html
"""

from collections.abc import Mapping

from fhir_kb.errors import NotAcceptable
from fhir_kb.versions.r4 import R4
from fhir_kb.versions.r4b import R4B
from fhir_kb.versions.r5 import R5
from fhir_kb.versions.version import Version

VERSIONS: Mapping[str, Version] = {version.mount: version for version in (R4, R4B, R5)}
"""The versions by their mount, oldest first."""

DEFAULT = R4


def by_fhir_version(asked: str) -> Version:
    """Return the version that ``4.0``, ``4.0.1``, ``R4`` or ``r4`` names, or refuse it."""
    for version in VERSIONS.values():
        if asked.lower() in (version.mount, version.mime, version.number):
            return version
    known = ", ".join(f"{version.mime} ({version.name})" for version in VERSIONS.values())
    raise NotAcceptable(f"fhirVersion {asked!r} is not served; served are {known}")


__all__ = ["DEFAULT", "VERSIONS", "Version", "by_fhir_version"]
