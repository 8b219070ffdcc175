"""What else the published definitions say wrongly, and what is used instead.

https://hl7.org/fhir/R4/updates.html

Element types, primitive patterns, search parameters and the names of value sets; the invariants
are in ``fhir_kb.definitions.corrections``. Each row says why.
"""

from collections.abc import Mapping

from fhir_kb.definitions.corrections import Correction

_DATE = (
    r"([0-9]([0-9]([0-9][1-9]|[1-9]0)|[1-9]00)|[1-9]000)"
    r"(-(0[1-9]|1[0-2])(-(0[1-9]|[1-2][0-9]|3[0-1])"
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
    Correction(
        "dateTime",
        _DATE
        + r"(T([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]{1,9})?)?)?"
        + r"(Z|(\+|-)((0[0-9]|1[0-3]):[0-5][0-9]|14:00)?)?)?",
        _DATE
        + r"(T([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]{1,9})?"
        + r"(Z|(\+|-)((0[0-9]|1[0-3]):[0-5][0-9]|14:00)))?)?)?",
        "As published, a time needs no offset, a date may have one, and the offset may be a sign.",
    ),
)

_SEARCH_PARAMETER = "http://hl7.org/fhir/SearchParameter/"


def _clinical_use(parameter: str, path: str, part: str) -> Correction:
    path = f"ClinicalUseDefinition.{path}"
    return Correction(
        f"{_SEARCH_PARAMETER}ClinicalUseDefinition-{parameter}",
        path,
        f"{path}.{part}",
        "Names a CodeableReference as a whole; R5 names the part that the type can be asked of.",
    )


SEARCH_EXPRESSIONS: tuple[Correction, ...] = (
    _clinical_use("contraindication", "contraindication.diseaseSymptomProcedure", "concept"),
    _clinical_use(
        "contraindication-reference", "contraindication.diseaseSymptomProcedure", "reference"
    ),
    _clinical_use("effect", "undesirableEffect.symptomConditionEffect", "concept"),
    _clinical_use("effect-reference", "undesirableEffect.symptomConditionEffect", "reference"),
    _clinical_use("indication", "indication.diseaseSymptomProcedure", "concept"),
    _clinical_use("indication-reference", "indication.diseaseSymptomProcedure", "reference"),
    Correction(
        _SEARCH_PARAMETER + "Ingredient-manufacturer",
        "Ingredient.manufacturer",
        "Ingredient.manufacturer.manufacturer",
        "Names the backbone element in place of the reference in it; R5 says so.",
    ),
    Correction(
        _SEARCH_PARAMETER + "Resource-in",
        "Resource.id",
        "",
        "Membership is stated by the group, list or care team, not by the member's id.",
    ),
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

BINDING_STRENGTHS: tuple[Correction, ...] = (
    Correction(
        "http://hl7.org/fhir/StructureDefinition/vitalsigns#Observation.component.value[x]",
        "required",
        "extensible",
        "A component may be no vital sign, as the flow of oxygen is; R4B says so.",
    ),
)
"""By the profile and the id of the element whose binding it is."""

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
