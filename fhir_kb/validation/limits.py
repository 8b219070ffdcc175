"""What a validation may cost: beyond it the answer is a clear issue, never a hang.

https://hl7.org/fhir/R4/security.html
"""

from dataclasses import dataclass

from fhir_kb.formats.text import BYTES_MAX, DEPTH_MAX


@dataclass(frozen=True, slots=True)
class Limits:
    """The caps of one validation; each that is reached is named by a last issue.

    ``bytes`` and ``depth`` are of the content, ``issues`` of the answer, ``seconds`` of the time
    from the first look.
    """

    issues: int = 500
    bytes: int = BYTES_MAX
    depth: int = DEPTH_MAX
    seconds: float = 60.0


DEFAULT_LIMITS = Limits()
