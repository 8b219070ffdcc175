"""The official examples: no error may be found in them that is not one.

https://hl7.org/fhir/R4/downloads.html

Not every example is right. ``known_faults.yaml`` lists what is wrong in which, and why; an error
outside the list fails, and a line of the list that no error meets is named.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import yaml

from benchmarks.conformance.measure import Measure
from fhir_kb.definitions import load
from fhir_kb.validation import Issue, Limits, Validator

PACKAGES: Mapping[str, tuple[str, str]] = {
    "R4": ("hl7.fhir.r4.examples", "4.0.1"),
    "R5": ("hl7.fhir.r5.examples", "5.0.0"),
}
_KNOWN = Path(__file__).parent / "known_faults.yaml"
_LIMITS = Limits(bytes=64_000_000, issues=100_000)


@dataclass
class KnownFault:
    """A fault of some examples: the files, the message, a part of its words, and what is wrong."""

    release: str
    files: tuple[str, ...]
    message: str
    words: str
    wrong: str
    met: int = 0

    def covers(self, release: str, file: str, issue: Issue) -> bool:
        return (
            release in self.release.split()
            and issue.message_id == self.message
            and self.words in issue.message
            and any(fnmatch(file, pattern) for pattern in self.files)
        )


def example_files(packages: Path | None, release: str) -> list[Path]:
    """Return the examples of a release among unpacked packages; nothing if they are not there."""
    if packages is None:
        return []
    name, version = PACKAGES[release]
    for folder in (packages / name / "package", packages / f"{name}#{version}" / "package"):
        if folder.is_dir():
            skipped = ("package.json", ".index.json")
            return sorted(file for file in folder.glob("*.json") if file.name not in skipped)
    return []


def how_to_get(release: str) -> str:
    """Return the commands that put the examples of a release where they are looked for."""
    name, version = PACKAGES[release]
    return f"npm pack {name}@{version}, unpack it into DIR/{name}, and call with FHIR_PACKAGES=DIR"


def measures(packages: Path | None) -> Iterator[Measure]:
    """Yield the errors in the examples of R4 and of R5 that are not known faults."""
    known = [_row(row) for row in yaml.safe_load(_KNOWN.read_text()) or ()]
    for release in PACKAGES:
        name = f"official examples of {release}"
        files = example_files(packages, release)
        if not files:
            yield Measure(name, missing=how_to_get(release))
            continue
        yield _measure(name, release, files, known)


def _measure(name: str, release: str, files: list[Path], known: list[KnownFault]) -> Measure:
    validator = Validator(load(release))
    unexplained: list[str] = []
    faulty = 0
    for file in files:
        issues = validator.validate(file.read_bytes(), limits=_LIMITS)
        errors = [issue for issue in issues if issue.is_error]
        faulty += bool(errors)
        for error in errors:
            fault = next((row for row in known if row.covers(release, file.name, error)), None)
            if fault is None:
                where = f"{file.name} {error.expression}"
                unexplained.append(f"{where}: {error.message} [{error.message_id}]")
            else:
                fault.met += 1
    rows = [row for row in known if release in row.release.split()]
    idle = [f"no longer met: {row.files} {row.message} {row.words}" for row in rows if not row.met]
    return Measure(
        name,
        f"{len(unexplained)} unexplained errors in {len(files)} "
        f"({faulty} have faults, by {len(rows)} lines of the list)",
        "0",
        not unexplained,
        [*unexplained, *idle],
    )


def _row(row: Mapping[str, Any]) -> KnownFault:
    files = row["files"]
    return KnownFault(
        row["release"],
        tuple(files) if isinstance(files, list) else (files,),
        row["message"],
        row.get("words", ""),
        row["wrong"],
    )
