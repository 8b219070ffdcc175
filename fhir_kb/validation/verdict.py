"""A document and the verdict on it: what was validated, as which version, and what was found.

https://hl7.org/fhir/R4/validation.html
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from fhir_kb.definitions import load
from fhir_kb.errors import NotAcceptable
from fhir_kb.formats.location import Location
from fhir_kb.validation.issue import Fixed, Issue
from fhir_kb.validation.limits import DEFAULT_LIMITS, Limits
from fhir_kb.validation.stated_version import likely_release, stated_version
from fhir_kb.validation.validator import Validator
from fhir_kb.validation.walk import Conformance, Mode, Targets

VersionSource = Literal["told", "stated", "assumed"]
Outcome = Literal["valid", "invalid", "not checked"]

_NOT_CHECKED = frozenset({"too-large", "too-deep", "out-of-time", "asked-profile-not-known"})
"""Messages which say that the verdict is missing, not that the resource is wrong."""


@dataclass(frozen=True, slots=True)
class Document:
    """A resource as text; ``line`` is that of a file with one resource on each line.

    ``refused`` says why there is no text, where there is none.
    """

    name: str
    content: bytes
    line: int | None = None
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found in a document.

    ``release`` is what it was validated as; ``told`` by the caller, ``stated`` in the text, or
    ``assumed``. Issues have the lines of the file. ``refused`` says why nothing was checked.
    """

    name: str
    line: int | None
    release: str
    version_source: VersionSource
    issues: tuple[Issue, ...]
    seconds: float
    refused: str = ""

    @property
    def fhir_version(self) -> str | None:
        """The number of the version it was validated as, None where nothing was checked."""
        return load(self.release).version if self.release else None

    @property
    def outcome(self) -> Outcome:
        """Whether the document is valid; an error makes it invalid whatever was not checked."""
        faults = [issue for issue in self.issues if issue.is_error]
        if any(issue.message_id not in _NOT_CHECKED for issue in faults):
            return "invalid"
        return "not checked" if faults or self.refused else "valid"

    def count(self, *severities: str) -> int:
        """Return the number of issues of these severities."""
        return sum(issue.severity in severities for issue in self.issues)


@dataclass(frozen=True, slots=True)
class Inspection:
    """How documents are validated: as which release (None: as they say), against what, how far.

    ``conformance`` gives what is known beyond a release of the specification.
    """

    conformance: Callable[[str], Conformance]
    release: str | None = None
    profiles: Sequence[str] = ()
    mode: Mode = "standard"
    targets: Targets = "named"
    limits: Limits = DEFAULT_LIMITS

    def verdict(self, document: Document) -> Verdict:
        """Return the verdict on a document; nothing is raised."""
        start = time.perf_counter()
        if document.refused:
            return _unchecked(document, document.refused)
        try:
            release, source = self._release(document.content)
        except NotAcceptable as error:
            return _unchecked(document, error.message)
        validator = Validator(load(release), self.conformance(release))
        found = validator.validate(
            document.content,
            profiles=self.profiles,
            mode=self.mode,
            targets=self.targets,
            limits=self.limits,
        )
        issues = tuple(_in_file(issue, document.line) for issue in found)
        seconds = time.perf_counter() - start
        return Verdict(document.name, document.line, release, source, issues, seconds)

    def _release(self, content: bytes) -> tuple[str, VersionSource]:
        if self.release is not None:
            return self.release, "told"
        stated = stated_version(content)
        if stated is not None:
            return stated.release, "stated"
        return likely_release(content), "assumed"


def _unchecked(document: Document, reason: str) -> Verdict:
    return Verdict(document.name, document.line, "", "stated", (), 0.0, reason)


def _in_file(issue: Issue, line: int | None) -> Issue:
    """Return the issue with its place in the file and without the text it was found in."""
    place = issue.location
    if line is None or place is None:
        return issue.placed()
    return replace(issue, locate=Fixed(Location(line, place.column)))
