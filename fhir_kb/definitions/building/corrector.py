"""Applies the corrections while the definitions are built.

https://hl7.org/fhir/R4/conformance-rules.html#constraints
"""

from fhir_kb.definitions.corrections import INVARIANTS, Correction
from fhir_kb.definitions.structure_corrections import (
    BINDING_STRENGTHS,
    DROPPED_CONSTRAINTS,
    ELEMENT_TYPES,
    MISSING_PARTS,
    PATTERNS,
    SEARCH_EXPRESSIONS,
)
from fhir_kb.errors import FhirKbError


class Corrector:
    """Answers what to use in place of a published text, and remembers which rows were met."""

    def __init__(self) -> None:
        rows = (*INVARIANTS, *PATTERNS, *SEARCH_EXPRESSIONS, *BINDING_STRENGTHS)
        self._rows = {(row.subject, row.published): row for row in rows}
        self._met: set[Correction] = set()

    def expression(self, key: str, published: str) -> str:
        """Return the expression to use for the constraint ``key``."""
        return self._corrected("*", self._corrected(key, published))

    def search_expression(self, url: str, published: str) -> str:
        """Return the expression to use for the search parameter ``url``."""
        return self._corrected(url, published)

    def part(self, url: str, base: str, published: str) -> str:
        """Return the part of a shared search parameter that is meant for ``base``."""
        return published or MISSING_PARTS.get((url, base), ("",))[0]

    def pattern(self, type_name: str, published: str | None) -> str | None:
        """Return the regular expression to use for a primitive type."""
        return published and self._corrected(type_name, published)

    def element_type(self, path: str, published: str) -> str:
        """Return the type to use for the element defined at ``path``."""
        return ELEMENT_TYPES[path][0] if path in ELEMENT_TYPES else published

    def strength(self, profile: str, element: str, published: str) -> str:
        """Return the strength to use for the binding of an element, by its id, in a profile."""
        return self._corrected(f"{profile}#{element}", published)

    def keeps_constraint(self, path: str, key: str) -> bool:
        """Return whether the constraint ``key`` holds for the element at ``path``."""
        return (path, key) not in DROPPED_CONSTRAINTS

    def require_all_met(self) -> None:
        """Refuse to go on when a row quotes a text that no release publishes."""
        unmet = [row.subject for row in self._rows.values() if row not in self._met]
        if unmet:
            raise FhirKbError(f"No release publishes what is corrected for {', '.join(unmet)}")

    def _corrected(self, subject: str, published: str) -> str:
        row = self._rows.get((subject, published))
        if row is None:
            return published
        self._met.add(row)
        return row.corrected
