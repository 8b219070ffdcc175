"""FHIR R4 (4.0.1). https://hl7.org/fhir/R4/"""

from fhir_kb.resources import (
    adverse_event,
    detected_issue,
    medication,
    medication_knowledge,
    plan_definition,
)
from fhir_kb.versions.version import Version

BUILDERS = (
    medication_knowledge.build_r4,
    medication.build,
    detected_issue.build_r4,
    plan_definition.build_r4,
    adverse_event.build_r4,
)

R4 = Version(
    name="R4",
    mount="r4",
    number="4.0.1",
    mime="4.0",
    builders=BUILDERS,
    profile_folders=("R4",),
)
