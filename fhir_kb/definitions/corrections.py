"""What the published definitions say wrongly, and what is used instead: one table each.

https://hl7.org/fhir/R4/conformance-rules.html#constraints

Each row quotes the published text, so that a row stops applying when its text is mended, and says
why the text is wrong. The tables are applied when the definitions are built.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from fhir_kb.errors import FhirKbError


@dataclass(frozen=True, slots=True)
class Correction:
    """The text ``published`` of a constraint, pattern or expression, and the one to use."""

    subject: str
    published: str
    corrected: str
    reason: str


EXPRESSIONS: tuple[Correction, ...] = (
    Correction(
        "que-12",
        "enableWhen.count() > 2 implies enableBehavior.exists()",
        "enableWhen.count() > 1 implies enableBehavior.exists()",
        "The rule is about more than one; R4B and R5 say so.",
    ),
)

PATTERNS: tuple[Correction, ...] = (
    Correction(
        "decimal",
        r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,17})?([eE][+-]?[0-9]{1,9}})?",
        r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,17})?([eE][+-]?[0-9]{1,9})?",
        "A stray brace: as published, no exponent could match.",
    ),
    Correction(
        "base64Binary",
        r"(\s*([0-9a-zA-Z\+/=]){4}\s*)+",
        r"\s*([0-9a-zA-Z+/=]{4}\s*)+",
        "Space may be taken by either of two neighbours: exponential time on text that fails.",
    ),
)

_SEARCH_PARAMETER = "http://hl7.org/fhir/SearchParameter/"

SEARCH_EXPRESSIONS: tuple[Correction, ...] = (
    Correction(
        _SEARCH_PARAMETER + "Observation-value-markdown",
        "Observation.value.ofType(markdown) | Observation.value.ofType(CodeableConcept).text",
        "Observation.value.ofType(string) | Observation.value.ofType(CodeableConcept).text",
        "An Observation's value may be a string, never markdown.",
    ),
    Correction(
        _SEARCH_PARAMETER + "Medication-form",
        "",
        "Medication.doseForm",
        "Published without an expression; R4 calls the element form.",
    ),
    Correction(
        _SEARCH_PARAMETER + "ImagingStudy-reason",
        "",
        "ImagingStudy.reason.concept",
        "Published without an expression; a token is found in the concept.",
    ),
    Correction(
        _SEARCH_PARAMETER + "MedicationKnowledge-packaging-cost",
        "",
        "MedicationKnowledge.packaging.cost.cost.ofType(Money)",
        "Published without an expression; the description says which cost is meant.",
    ),
    Correction(
        _SEARCH_PARAMETER + "MedicationKnowledge-packaging-cost-concept",
        "",
        "MedicationKnowledge.packaging.cost.cost.ofType(CodeableConcept)",
        "Published without an expression; the description says which cost is meant.",
    ),
)

MISSING_PARTS: Mapping[tuple[str, str], tuple[str, str]] = {
    (_SEARCH_PARAMETER + "clinical-date", "CareTeam"): (
        "CareTeam.period",
        "R5 lists CareTeam as a base and forgets its part; R4 has it.",
    ),
}
"""What a shared search parameter means for one of its resource types."""

UNDEFINED_COMPONENTS: Mapping[str, str] = {
    _SEARCH_PARAMETER + "DeviceDefinition-version": "string",
    _SEARCH_PARAMETER + "Encounter-period": "date",
    _SEARCH_PARAMETER + "Ingredient-denominator": "quantity",
    _SEARCH_PARAMETER + "Ingredient-numerator": "quantity",
    _SEARCH_PARAMETER + "Observation-value-string": "string",
    _SEARCH_PARAMETER + "ResearchStudy-actual": "token",
    _SEARCH_PARAMETER + "ResearchStudy-period": "date",
    _SEARCH_PARAMETER + "ResearchStudy-state": "token",
    _SEARCH_PARAMETER + "TestScript-artifact": "uri",
    _SEARCH_PARAMETER + "TestScript-conformance": "token",
    _SEARCH_PARAMETER + "TestScript-phase": "token",
}
"""Composites of R5 name these parameters, which do not exist; the type is that of the element."""

ELEMENT_TYPES: Mapping[str, tuple[str, str]] = {
    "Element.id": ("string", "R4B and R5 call it id; an element's id has no form."),
    "Resource.id": ("id", "R4 calls it string; its form is that of an id."),
}

DROPPED_CONSTRAINTS: Mapping[tuple[str, str], str] = {
    ("Base", "ele-1"): "A rule for elements; resources, which are Base too, do not state it.",
}

GROWING_CODE_SYSTEMS: Mapping[str, str] = {
    "http://dicom.nema.org/resources/ontology/DCM": (
        "Published as complete; DICOM adds codes several times a year."
    ),
}

RENAMED_VALUE_SETS: Mapping[str, str] = {
    "http://www.rfc-editor.org/bcp/bcp13.txt": "http://hl7.org/fhir/ValueSet/mimetypes",
    "http://terminology.hl7.org/ValueSet/v3-ConfidentialityClassification": (
        "http://terminology.hl7.org/ValueSet/v3-Confidentiality"
    ),
}
"""Canonicals that a release uses and no package defines, and the value set that is meant.

The first is the document R4 names instead of a value set; the second was renamed after R4B.
"""


class Corrector:
    """Applies the tables, and remembers which rows were met."""

    def __init__(self) -> None:
        rows = (*EXPRESSIONS, *PATTERNS, *SEARCH_EXPRESSIONS)
        self._rows = {(row.subject, row.published): row for row in rows}
        self._met: set[Correction] = set()

    def _corrected(self, subject: str, published: str) -> str:
        row = self._rows.get((subject, published))
        if row is None:
            return published
        self._met.add(row)
        return row.corrected

    def expression(self, key: str, published: str) -> str:
        """Return the expression to use for the constraint ``key``."""
        return self._corrected(key, published)

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

    def keeps_constraint(self, path: str, key: str) -> bool:
        """Return whether the constraint ``key`` holds for the element at ``path``."""
        return (path, key) not in DROPPED_CONSTRAINTS

    def require_all_met(self) -> None:
        """Refuse to go on when a row quotes a text that no release publishes."""
        unmet = [row.subject for row in self._rows.values() if row not in self._met]
        if unmet:
            raise FhirKbError(f"No release publishes what is corrected for {', '.join(unmet)}")
