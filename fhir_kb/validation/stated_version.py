"""Which version of FHIR a text says it is written in.

https://hl7.org/fhir/R4/versioning.html and https://hl7.org/fhir/R4/references.html#canonical

Said by ``fhirVersion`` of a conformance resource, by the version behind a profile of the
specification (``meta.profile``: ``http://hl7.org/fhir/StructureDefinition/Patient|4.0.1``), or by
the ``fullUrl`` of an entry or the ``self`` link of a Bundle from an endpoint like ours
(``…/fhir/r5/…``). The text is searched, not read: a version has to be known before XML can be
read, and what nobody can read may still say it.
"""

import re
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


_STATEMENTS = re.compile(
    rb"""
      (?: "fhirVersion" \s*:\s*\[?\s* | <fhirVersion \s+ value= ) ["'](?P<number>[^"']{1,20})["']
    | (?: "profile" \s*:\s*\[[^\]]{0,2000}?" | <profile \s+ value=["'] )
      http://hl7\.org/fhir/StructureDefinition/\w+\|(?P<profile>\d+\.\d+)
    | (?: "fullUrl" \s*:\s*"
        | "relation" \s*:\s*"self" \s*,\s* "url" \s*:\s*"
        | <fullUrl \s+ value=["']
        | <relation \s+ value=["']self["'] \s*/>\s* <url \s+ value=["'] )
      https?://[^"'\s]{1,200}?/fhir/(?P<mount>r\d\w?)[/?]
    """,
    re.VERBOSE | re.IGNORECASE,
)
_RESOURCE_TYPE = re.compile(rb'"resourceType"\s*:\s*"(\w{1,64})"|<(\w{1,64})[\s>/]')


def stated_version(content: bytes) -> StatedVersion | None:
    """Return the first release that the text names, None if it names none.

    Refuses (NotAcceptable) a ``fhirVersion`` of which there are no definitions.
    """
    for statement in _STATEMENTS.finditer(content):
        kind = statement.lastgroup
        words = " ".join(statement[0].decode("utf-8", "replace").split())
        name = statement[statement.lastindex or 0].decode("utf-8", "replace")
        release = release_of(name)
        if release is not None:
            return StatedVersion(release, words)
        if kind == "number":
            known = ", ".join(f"{each.number} ({each.name})" for each in RELEASES.values())
            raise NotAcceptable(
                f"The resource is of FHIR {name}, which is not known here; known are {known}. "
                "--fhir validates it as one of them"
            )
    return None


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
