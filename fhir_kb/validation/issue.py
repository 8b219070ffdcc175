"""One finding of a validation: what is wrong, where, and what would be right.

https://hl7.org/fhir/R4/operationoutcome.html
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

from fhir_kb.formats.location import Location

Severity = Literal["fatal", "error", "warning", "information"]


@dataclass(frozen=True, slots=True)
class Issue:
    """One fault, or one thing that could not be checked.

    ``severity`` is ``fatal`` when the rest could not be looked at; ``fatal`` and ``error`` make a
    resource invalid. ``code`` is FHIR's issue type, ``message_id`` a slug that stays the same
    between releases (its row is in ``messages``). ``expression`` is a FHIRPath from the top of
    what was validated. ``source`` is what asks for it: an invariant's key, or the canonical URL
    of a profile or of an extension; it is empty for the base specification.
    ``locate`` finds the expression in the text, if there was a text.
    """

    severity: Severity
    code: str
    message_id: str
    message: str
    expression: str
    source: str = ""
    locate: Callable[[str], Location] | None = field(default=None, repr=False, compare=False)

    @property
    def is_error(self) -> bool:
        """Whether the issue makes a resource invalid."""
        return self.severity in ("fatal", "error")

    @property
    def location(self) -> Location | None:
        """The line and column, from 1; None when no text was given.

        The text is looked through when this is first asked of any of its issues.
        """
        return self.locate(self.expression) if self.locate is not None else None

    @property
    def line(self) -> int | None:
        """The line of the location."""
        location = self.location
        return location.line if location is not None else None

    @property
    def column(self) -> int | None:
        """The column of the location, in characters."""
        location = self.location
        return location.column if location is not None else None

    def placed(self) -> "Issue":
        """Return the issue with its location found and the text let go."""
        location = self.location
        return self if location is None else replace(self, locate=Fixed(location))


@dataclass(frozen=True, slots=True)
class Fixed:
    """A location that is known already."""

    location: Location

    def __call__(self, _: str) -> Location:
        """Return the location, whatever is asked for."""
        return self.location
