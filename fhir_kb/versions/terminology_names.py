"""How a version calls what the terminology operations take and give.

https://hl7.org/fhir/R4/conceptmap-operation-translate.html,
https://hl7.org/fhir/R5/conceptmap-operation-translate.html
"""

from collections.abc import Mapping
from dataclasses import dataclass

from fhir_kb.terminology.concept_map import EQUIVALENCES


@dataclass(frozen=True)
class TerminologyNames:
    """Names of parameters, and codes that differ.

    R4 turns a translation round by ``reverse``; R5 by naming the code as ``target_code``,
    ``target_coding`` or ``target_concept`` instead. ``relations`` are the codes of ``relation``,
    where they are not R5's own. ``infers_system`` says whether ``$validate-code`` may be asked to
    find the system of a code given without one, ``tells_code`` whether it names code, system and
    issues, and ``$lookup`` the definition, beside what every version tells.
    """

    source_code: str
    source_coding: str
    source_concept: str
    source_scope: str
    target_scope: str
    target_system: str
    relation: str
    origin: str
    target_code: str | None = None
    target_coding: str | None = None
    target_concept: str | None = None
    reverse: str | None = None
    relations: Mapping[str, str] | None = None
    infers_system: bool = False
    tells_code: bool = False


TERMINOLOGY_R4 = TerminologyNames(
    source_code="code",
    source_coding="coding",
    source_concept="codeableConcept",
    source_scope="source",
    target_scope="target",
    target_system="targetsystem",
    relation="equivalence",
    origin="source",
    reverse="reverse",
    relations={str(relationship): code for relationship, code in EQUIVALENCES.items()},
)
TERMINOLOGY_R5 = TerminologyNames(
    source_code="sourceCode",
    source_coding="sourceCoding",
    source_concept="sourceCodeableConcept",
    source_scope="sourceScope",
    target_scope="targetScope",
    target_system="targetSystem",
    relation="relationship",
    origin="originMap",
    target_code="targetCode",
    target_coding="targetCoding",
    target_concept="targetCodeableConcept",
    infers_system=True,
    tells_code=True,
)
