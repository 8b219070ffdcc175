"""Verdicts as JUnit XML, which every CI server shows as tests: one resource, one test.

https://github.com/testmoapp/junitxml
"""

import re
from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape, quoteattr

from fhir_kb.validation.issue import Issue
from fhir_kb.validation.verdict import Verdict

_UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def report(verdicts: Iterable[Verdict]) -> Iterator[str]:
    """Yield one suite: an invalid resource is a failure, one that was not checked an error."""
    cases = list(verdicts)
    failures = sum(verdict.outcome == "invalid" for verdict in cases)
    errors = sum(verdict.outcome == "not checked" for verdict in cases)
    seconds = sum(verdict.seconds for verdict in cases)
    sums = (
        f'tests="{len(cases)}" failures="{failures}" errors="{errors}" skipped="0" '
        f'time="{seconds:.3f}"'
    )
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<testsuites {sums}>\n<testsuite name="fhir-kb validate" {sums}>\n'
    for verdict in cases:
        yield from _case(verdict)
    yield "</testsuite>\n</testsuites>\n"


def _case(verdict: Verdict) -> Iterator[str]:
    name = verdict.name if verdict.line is None else f"{verdict.name}:{verdict.line}"
    group = f"fhir.{verdict.release}" if verdict.release else "fhir"
    yield f'<testcase name={_attribute(name)} classname="{group}" time="{verdict.seconds:.3f}">\n'
    yield from _properties(verdict)
    faults = [issue for issue in verdict.issues if issue.is_error]
    if verdict.outcome != "valid":
        element = "failure" if verdict.outcome == "invalid" else "error"
        words = "\n".join(_line(issue) for issue in faults) or verdict.refused
        message = f"{len(faults)} errors" if len(faults) > 1 else words.partition("\n")[0]
        yield (
            f"<{element} message={_attribute(message)} "
            f"type={_attribute(faults[0].message_id if faults else 'not-checked')}>"
            f"{_text(words)}</{element}>\n"
        )
    remarks = [issue for issue in verdict.issues if not issue.is_error]
    if remarks:
        words = "\n".join(_line(issue) for issue in remarks)
        yield f"<system-out>{_text(words)}</system-out>\n"
    yield "</testcase>\n"


def _properties(verdict: Verdict) -> Iterator[str]:
    """Yield which version the resource was validated as, and whence that was known."""
    if verdict.fhir_version is not None:
        yield (
            f'<properties>\n<property name="fhirVersion" value="{verdict.fhir_version}"/>\n'
            f'<property name="fhirVersionIs" value="{verdict.version_source}"/>\n</properties>\n'
        )


def _line(issue: Issue) -> str:
    place = f"line {issue.line}, column {issue.column}: " if issue.line is not None else ""
    where = f" at {issue.expression}" if issue.expression else ""
    return f"{place}{issue.severity}: {issue.message} [{issue.message_id}]{where}"


def _attribute(text: str) -> str:
    return quoteattr(_fit(text))


def _text(text: str) -> str:
    return escape(_fit(text))


def _fit(text: str) -> str:
    """Return the text with U+FFFD for what XML cannot hold."""
    return _UNFIT.sub("\ufffd", text)
