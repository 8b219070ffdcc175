"""Which version of FHIR a text says it is written in.

https://hl7.org/fhir/R4/versioning.html and https://hl7.org/fhir/R4/references.html#canonical

Said by ``fhirVersion`` of a conformance resource, by the version behind a profile of the
specification (``meta.profile``: ``http://hl7.org/fhir/StructureDefinition/Patient|4.0.1``), or by
the ``fullUrl`` of an entry or the ``self`` link of a Bundle from an endpoint like ours
(``…/fhir/r5/…``). The text is searched, not read: a version has to be known before XML can be
read, and what nobody can read may still say it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from fhir_kb.definitions import load
from fhir_kb.definitions.releases import RELEASES
from fhir_kb.errors import NotAcceptable

DEFAULT = "R4"
"""The release that is meant when neither the caller nor the text names one."""


@dataclass(frozen=True, slots=True)
class StatedVersion:
    """The release to validate against, and the words of the text that name it."""

    release: str
    words: str


# Each pattern begins with a text that is rare, and none may run on: what is sent may be hostile.
_NUMBER = re.compile(
    rb"""fhirVersion(?:"\s{0,9}:\s{0,9}\[?\s{0,99}|\s{1,9}value=)["']([^"']{1,20})["']"""
)
_CANONICAL = re.compile(rb"http://hl7\.org/fhir/StructureDefinition/\w{1,64}\|(\d\.\d)")
_ENDPOINT = re.compile(
    rb"""
    (?: "fullUrl"\s{0,9}:\s{0,9}" | <fullUrl\s{1,9}value=["']
      | "self"\s{0,9},\s{0,99}"url"\s{0,9}:\s{0,9}" | self"\s{0,9}/>\s{0,99}<url\s{1,9}value=["'] )
    https?://[^"'\s/]{1,200}/(?:[\w.~-]{1,99}/){0,9}?fhir/(r\d\w?)[/?]
    """,
    re.VERBOSE,
)
_RESOURCE_TYPE = re.compile(rb'"resourceType"\s*:\s*"(\w{1,64})"|<(\w{1,64})[\s>/]')


def stated_version(content: bytes) -> StatedVersion | None:
    """Return the release that the text names, None if it names none.

    ``fhirVersion`` is asked first, then profiles, then endpoints. Refuses (NotAcceptable) a
    ``fhirVersion`` of which there are no definitions.
    """
    for statement in _NUMBER.finditer(content):
        name = statement[1].decode("utf-8", "replace")
        release = release_of(name)
        if release is None:
            raise NotAcceptable(
                f"The resource is of FHIR {name}; known are {_known()}. "
                "--fhir validates it as one of these"
            )
        return StatedVersion(release, f"fhirVersion {name}")
    for statement in (*_profiles(content), *_ENDPOINT.finditer(content)):
        release = release_of(statement[1].decode())
        if release is not None:
            words = " ".join(statement[0].decode("utf-8", "replace").split())
            return StatedVersion(release, words)
    return None


def _profiles(content: bytes) -> Iterator[re.Match[bytes]]:
    """Yield the canonical URLs that stand in a ``meta.profile``."""
    for canonical in _CANONICAL.finditer(content):
        before = content[max(0, canonical.start() - 1000) : canonical.start()]
        opened = max(before.rfind(b'"profile"'), before.rfind(b"<profile"))
        if opened > max(before.rfind(b"]"), before.rfind(b"/>")):
            yield canonical


def _known() -> str:
    return ", ".join(f"{each.number} ({each.name})" for each in RELEASES.values())


def likely_release(content: bytes) -> str:
    """Return the default release, or the first that has the resource's type if that has not."""
    found = _RESOURCE_TYPE.search(content)
    name = (found[1] or found[2]).decode() if found else ""
    if name in load(DEFAULT).resource_types:
        return DEFAULT
    return next((each for each in RELEASES if name in load(each).resource_types), DEFAULT)


def release_of(name: str) -> str | None:
    """Return the release that ``4.0.1``, ``4.0``, ``4.0.0``, ``r4`` or ``R4`` names, or None."""
    for release in RELEASES.values():
        major_minor = release.number.rpartition(".")[0]
        if name.upper() == release.name or ".".join(name.split(".")[:2]) == major_minor:
            return release.name
    return None
