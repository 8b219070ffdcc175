"""FHIR R4B (4.3.0): R4 and its own rows. https://hl7.org/fhir/R4B/"""

from fhir_kb.resources import clinical_use_definition
from fhir_kb.versions import r4
from fhir_kb.versions.version import Version

R4B = Version(
    name="R4B",
    mount="r4b",
    number="4.3.0",
    mime="4.3",
    builders=(*r4.BUILDERS, clinical_use_definition.build_r4b),
    profile_folders=("R4", "R4B"),
)
