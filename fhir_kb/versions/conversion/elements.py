"""Which element of one version is which of another: R4 and R4B against R5.

https://hl7.org/fhir/R5/adverseevent.html, https://hl7.org/fhir/R5/researchstudy.html,
https://hl7.org/fhir/R5/medicationknowledge.html: what each calls renamed, moved or changed.

An element that is named here has the same meaning on both sides. One of the same name and place
has it too, unless it stands in ``OTHER_MEANING``.
"""

from collections.abc import Mapping

TYPES = frozenset({"AdverseEvent", "MedicationKnowledge", "ResearchStudy"})
"""The resource types whose elements were compared."""

RENAMED: tuple[tuple[str, str], ...] = (
    ("AdverseEvent.event", "AdverseEvent.code"),
    ("AdverseEvent.date", "AdverseEvent.occurrence"),
    ("AdverseEvent.resultingCondition", "AdverseEvent.resultingEffect"),
    (
        "AdverseEvent.suspectEntity.causality.assessment",
        "AdverseEvent.suspectEntity.causality.entityRelatedness",
    ),
    (
        "AdverseEvent.suspectEntity.causality.method",
        "AdverseEvent.suspectEntity.causality.assessmentMethod",
    ),
    ("MedicationKnowledge.synonym", "MedicationKnowledge.name"),
    ("MedicationKnowledge.doseForm", "MedicationKnowledge.definitional.doseForm"),
    ("MedicationKnowledge.intendedRoute", "MedicationKnowledge.definitional.intendedRoute"),
    ("MedicationKnowledge.ingredient", "MedicationKnowledge.definitional.ingredient"),
    (
        "MedicationKnowledge.drugCharacteristic",
        "MedicationKnowledge.definitional.drugCharacteristic",
    ),
    ("ResearchStudy.category", "ResearchStudy.studyDesign"),
    ("ResearchStudy.location", "ResearchStudy.region"),
    ("ResearchStudy.reasonStopped", "ResearchStudy.whyStopped"),
    ("ResearchStudy.arm", "ResearchStudy.comparisonGroup"),
)
"""(path before R5, path in R5)."""

OTHER_MEANING = frozenset({"ResearchStudy.status", "Meta.profile"})
"""Paths that both have, of which R5 says something else.

There, ``ResearchStudy.status`` is the status of the publication; and a profile is one of a single
version: that a resource meets it says nothing in another.
"""

FILLED: Mapping[str, str] = {
    "ResearchStudy.status": "progressStatus.where(actual.exists().not() or actual = true).state"
    ".coding.where(system = 'http://hl7.org/fhir/research-study-status').code.first()",
}
"""What an element before R5 that must be there is, as a FHIRPath expression over R5."""

NEWER = "R5"
