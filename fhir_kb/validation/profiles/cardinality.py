"""How many of an element, or of a slice of it, a profile wants.

https://hl7.org/fhir/R4/profiling.html#cardinality
"""

from dataclasses import dataclass

from fhir_kb.fhirpath import Node
from fhir_kb.validation.walk import Walk


@dataclass(frozen=True, slots=True)
class Bound:
    """How many there must or may be, and the profile that says so."""

    number: int
    profile: str


@dataclass(frozen=True, slots=True)
class Cardinality:
    """The bounds of an element; None where the profile asks for no more than the specification.

    ``name`` is the element's, ``label`` its id in the profile.
    """

    name: str
    label: str
    min: Bound | None = None
    max: Bound | None = None

    def check(self, walk: Walk, parent: Node, number: int) -> None:
        """Report a number of nodes below ``parent`` that is out of bounds."""
        if self.min is not None and number < self.min.number:
            walk.report(
                "profile-min",
                parent,
                source=self.min.profile,
                element=self.label,
                min=self.min.number,
                number=number,
                profile=self.min.profile,
            )
        if self.max is not None and number > self.max.number:
            walk.report(
                "profile-max" if self.max.number else "profile-prohibits",
                parent,
                at=self.name,
                source=self.max.profile,
                element=self.label,
                max=self.max.number,
                number=number,
                profile=self.max.profile,
            )
