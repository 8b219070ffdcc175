"""One kind of message the validator can give.

https://hl7.org/fhir/R4/valueset-issue-type.html
"""

from dataclasses import dataclass

from fhir_kb.validation.issue import Severity


@dataclass(frozen=True, slots=True)
class Message:
    """A row of the table; ``text`` has the facts of the case in braces.

    ``strict`` is the severity in strict mode where it differs.
    """

    severity: Severity
    code: str
    text: str
    strict: Severity | None = None


def error(code: str, text: str) -> Message:
    """Return a message of what makes a resource invalid."""
    return Message("error", code, text)


def warning(code: str, text: str, strict: Severity | None = None) -> Message:
    """Return a message of what is probably wrong."""
    return Message("warning", code, text, strict)


def information(code: str, text: str, strict: Severity | None = None) -> Message:
    """Return a message of what was not checked, or is worth a look."""
    return Message("information", code, text, strict)
