"""FHIR R4B (4.3.0): R4 and its own rows. https://hl7.org/fhir/R4B/"""

from fhir_kb.resources import citation, clinical_use_definition, evidence, evidence_variable
from fhir_kb.versions.r4 import SHARED
from fhir_kb.versions.version import Version

R4B = Version(
    name="R4B",
    mount="r4b",
    number="4.3.0",
    mime="4.3",
    builders=(
        *SHARED,
        clinical_use_definition.build_r4b,
        citation.build_r4b,
        evidence.build_r4b,
        evidence_variable.build_r4b,
    ),
    profile_folders=("shared", "R4", "R4B"),
    package_dependencies={"hl7.fhir.r4b.core": "4.3.0"},
)
