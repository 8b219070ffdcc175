"""One finding of a validation: what is wrong, where, and what would be right.

https://hl7.org/fhir/R4/operationoutcome.html
"""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["fatal", "error", "warning", "information"]


@dataclass(frozen=True, slots=True)
class Issue:
    """One fault, or one thing that could not be checked.

    ``severity`` is ``fatal`` when the rest could not be looked at; ``fatal`` and ``error`` make a
    resource invalid. ``code`` is FHIR's issue type, ``message_id`` a slug that stays the same
    between releases (its row is in ``messages``). ``expression`` is a FHIRPath from the top of
    what was validated. ``line`` and ``column`` start at 1 and are None when no text was given.
    ``source`` is what asks for it: an invariant's key, or the canonical URL of a profile or of
    an extension; it is empty for the base specification.
    """

    severity: Severity
    code: str
    message_id: str
    message: str
    expression: str
    line: int | None = None
    column: int | None = None
    source: str = ""

    @property
    def is_error(self) -> bool:
        """Whether the issue makes a resource invalid."""
        return self.severity in ("fatal", "error")
