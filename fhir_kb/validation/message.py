"""One kind of message the validator can give.

https://hl7.org/fhir/R4/valueset-issue-type.html
"""

from dataclasses import dataclass

from fhir_kb.validation.issue import Severity


@dataclass(frozen=True, slots=True)
class Message:
    """A row of the table; ``text`` has the facts of the case in braces."""

    severity: Severity
    code: str
    text: str
    strict: Severity | None = None
