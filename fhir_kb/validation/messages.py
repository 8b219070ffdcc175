"""Every message the validator can give: its stable id, severity, FHIR issue type and wording.

https://hl7.org/fhir/R4/valueset-issue-type.html
"""

from collections.abc import Mapping
from dataclasses import dataclass

from fhir_kb.validation.issue import Severity


@dataclass(frozen=True, slots=True)
class Message:
    """A row of the table; ``strict`` is the severity in strict mode where it differs."""

    severity: Severity
    code: str
    text: str
    strict: Severity | None = None


MESSAGES: Mapping[str, Message] = {}
