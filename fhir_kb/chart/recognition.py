"""What a record was recognised as: the code sets it belongs to, and how that was told.

https://hl7.org/fhir/R4/terminologies.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from fhir_kb.facts.code_set import MemberCode

Confidence = Literal["code", "words"]
"""How a record was recognised: by a code, or only by the words beside it."""


@dataclass(frozen=True, slots=True)
class Recognition:
    """The sets that a record belongs to, and those of which it cannot be told.

    ``text`` are our words for what it is: for the narrowest set, of the category that was named
    first. ``term`` is what the code that told, ``member``, is called; empty if only words told.
    """

    sets: Mapping[str, Confidence] = field(default_factory=dict)
    unclear: frozenset[str] = frozenset()
    text: str = ""
    term: str = ""
    member: MemberCode | None = None

    @property
    def is_nothing_known(self) -> bool:
        """Return whether the record is surely of no code set."""
        return not self.sets and not self.unclear


NOTHING = Recognition()
"""What is of no code set."""
