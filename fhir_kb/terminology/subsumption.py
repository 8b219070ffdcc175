"""Whether one code includes another.

https://hl7.org/fhir/R4/codesystem-operation-subsumes.html
"""

from typing import Literal

from fhir_kb.errors import UnknownCode
from fhir_kb.terminology.library import Terminology
from fhir_kb.terminology.lookup import find

Subsumption = Literal["equivalent", "subsumes", "subsumed-by", "not-subsumed"]


def subsumes(terminology: Terminology, system: str, code_a: str, code_b: str) -> Subsumption:
    """Return how A stands to B.

    A system or code that is not held is refused, and so are two codes of a system of which only
    a part is held, unless that part shows the answer.
    """
    held, concept_a = find(terminology, system, code_a)
    _, concept_b = find(terminology, system, code_b)
    if concept_a.code == concept_b.code:
        return "equivalent"
    if held.is_a(concept_b.code, concept_a.code):
        return "subsumes"
    if held.is_a(concept_a.code, concept_b.code):
        return "subsumed-by"
    if not held.complete:
        raise UnknownCode(
            f"Only a part of {system} is held, which does not tell how {code_a!r} and {code_b!r} "
            "relate; ask a terminology server that has the whole of it"
        )
    return "not-subsumed"
