"""Verdicts as lines that a person, an editor and a CI log can follow: ``file:line:column: …``."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from fhir_kb.validation.issue import Issue
from fhir_kb.validation.verdict import Verdict

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")


def report(verdicts: Iterable[Verdict]) -> Iterator[str]:
    """Yield the lines of each verdict as it comes, and the sum at the end.

    Each line says which version the document was validated as, and whence that was known. What
    could not be checked is said once for a document, at the first place it was met.
    """
    totals: Counter[str] = Counter()
    releases: Counter[str] = Counter()
    assumed: Counter[str] = Counter()
    for verdict in verdicts:
        yield from _lines(verdict)
        totals[verdict.outcome] += 1
        totals["errors"] += verdict.count("fatal", "error")
        totals["warnings"] += verdict.count("warning")
        if verdict.release:
            releases[_version(verdict)] += 1
        if verdict.version_source == "assumed":
            assumed[verdict.release] += 1
    for release, number in sorted(assumed.items()):
        yield (
            f"note: {_counted(number, 'resource')} validated as {release}, "
            "because nothing in the text names its FHIR version; --fhir tells it\n"
        )
    yield _sum(totals, releases)


def _sum(totals: Counter[str], releases: Counter[str]) -> str:
    number = totals["valid"] + totals["invalid"] + totals["not checked"]
    told = ", ".join(f"{number} {version}" for version, number in sorted(releases.items()))
    versions = f" ({told})" if releases else ""
    return (
        f"{_counted(number, 'resource')}{versions}: {totals['valid']} valid, "
        f"{totals['invalid']} invalid, {totals['not checked']} not checked; "
        f"{_counted(totals['errors'], 'error')}, {_counted(totals['warnings'], 'warning')}\n"
    )


def _lines(verdict: Verdict) -> Iterator[str]:
    if verdict.refused:
        yield f"{_place(verdict, None)}: not checked: {_plain(verdict.refused)}\n"
    times = Counter(_kind(issue) for issue in verdict.issues)
    for issue in verdict.issues:
        number = times.pop(_kind(issue), 0)
        if number:
            more = f" (and at {_counted(number - 1, 'more place')})" if number > 1 else ""
            version = f" ({_version(verdict)})" if verdict.release else ""
            yield f"{_place(verdict, issue)}: {_words(issue)}{more}{version}\n"


def _version(verdict: Verdict) -> str:
    """Return what the document was validated as, and whether it was told, stated or assumed."""
    return f"{verdict.release} {verdict.version_source}"


def _kind(issue: Issue) -> object:
    """Return what makes an issue one line: itself, or what it says if it is information."""
    return issue.message if issue.severity == "information" else id(issue)


def _place(verdict: Verdict, issue: Issue | None) -> str:
    line, column = (issue.line, issue.column) if issue is not None else (None, None)
    parts = (_plain(verdict.name), verdict.line if line is None else line, column)
    return ":".join(str(part) for part in parts if part is not None)


def _words(issue: Issue) -> str:
    source = f", {issue.source}" if issue.source and issue.source not in issue.message else ""
    where = f" at {issue.expression}" if issue.expression else ""
    return f"{issue.severity}: {_plain(issue.message)} [{issue.message_id}{source}]{where}"


def _plain(text: str) -> str:
    """Return the text without characters that command a terminal."""
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
