"""FHIR R5 (5.0.0). https://hl7.org/fhir/R5/"""

from fhir_kb.resources import (
    adverse_event,
    clinical_use_definition,
    medication,
    medication_knowledge,
    plan_definition,
)
from fhir_kb.versions.version import Version

R5 = Version(
    name="R5",
    mount="r5",
    number="5.0.0",
    mime="5.0",
    builders=(
        medication_knowledge.build_r5,
        medication.build,
        clinical_use_definition.build_r5,
        plan_definition.build_r5,
        adverse_event.build_r5,
    ),
    profile_folders=("R5",),
)
