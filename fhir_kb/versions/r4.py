"""FHIR R4 (4.0.1). https://hl7.org/fhir/R4/"""

from fhir_kb.resources import (
    adverse_event,
    card_theme,
    code_set,
    concept_map,
    concept_system,
    detected_issue,
    document_reference,
    evidence,
    evidence_variable,
    group,
    medication,
    medication_knowledge,
    observation,
    organization,
    plan_definition,
    research_study,
    rule_plan,
)
from fhir_kb.versions.version import Version

SHARED = (
    medication_knowledge.build_r4,
    medication.build,
    detected_issue.build_r4,
    plan_definition.build_r4,
    adverse_event.build_r4,
    research_study.build_r4,
    group.build_r4,
    observation.build,
    organization.build_r4,
    document_reference.build,
    concept_system.build,
    concept_map.build_r4,
    code_set.build,
    rule_plan.build,
    card_theme.build,
)
"""What R4 and R4B write alike."""

R4 = Version(
    name="R4",
    mount="r4",
    number="4.0.1",
    mime="4.0",
    builders=(*SHARED, evidence.build_r4, evidence_variable.build_r4),
    profile_folders=("shared", "R4"),
    package_dependencies={"hl7.fhir.r4.core": "4.0.1"},
)
