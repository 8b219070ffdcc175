"""FHIR R5 (5.0.0). https://hl7.org/fhir/R5/"""

from fhir_kb.resources import (
    adverse_event,
    citation,
    clinical_use_definition,
    code_set,
    concept_system,
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
        research_study.build_r5,
        group.build_r5,
        observation.build,
        organization.build_r5,
        document_reference.build,
        concept_system.build,
        code_set.build,
        rule_plan.build,
        citation.build_r5,
        evidence.build_r5,
        evidence_variable.build_r5,
    ),
    profile_folders=("shared", "R5"),
    more_modifiers={"uri": ("contains",), "reference": ("text",)},
)
