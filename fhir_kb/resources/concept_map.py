"""ConceptMap ``concept``: our own codes and the public codes of the same meaning.

https://hl7.org/fhir/R4/conceptmap.html, https://hl7.org/fhir/R5/conceptmap.html
"""

from collections.abc import Iterator

from fhir_kb.formats import Json
from fhir_kb.resources.canonical import machine_name
from fhir_kb.resources.concept_system import copyright_of, public_codings
from fhir_kb.resources.context import Context
from fhir_kb.resources.datatypes import CONCEPTS, present
from fhir_kb.resources.narrative import narrative
from fhir_kb.settings import CANONICAL

_TITLE = "Concepts and public codes"
_DESCRIPTION = "Each term of this knowledge base with the public codes that mean the same."


def build_r4(context: Context) -> Iterator[Json]:
    """Yield the map of R4 and R4B, which tells an equivalence."""
    yield _concept_map(context, "equivalence", "sourceCanonical")


def build_r5(context: Context) -> Iterator[Json]:
    """Yield the map of R5, which tells a relationship."""
    yield _concept_map(context, "relationship", "sourceScopeCanonical")


def _concept_map(context: Context, relation: str, scope: str) -> Json:
    release = context.knowledge.release
    concepts = sorted(context.knowledge.concepts.values(), key=lambda concept: concept.id)
    groups: dict[str, list[Json]] = {}
    for concept in concepts:
        own: dict[str, Json] = {}
        for coding in public_codings(context, [concept]):
            element = own.get(coding["system"])
            if element is None:
                element = {"code": concept.id, "display": concept.text, "target": []}
                own[coding["system"]] = element
                groups.setdefault(coding["system"], []).append(element)
            target = present(code=coding["code"], display=coding.get("display"))
            element["target"].append({**target, relation: "equivalent"})
    rows = [(system, f"{len(elements)} terms") for system, elements in sorted(groups.items())]
    return present(
        resourceType="ConceptMap",
        id="concept",
        text=narrative(_TITLE, rows, [_DESCRIPTION]),
        url=f"{CANONICAL}/ConceptMap/concept",
        version=release.version,
        name=machine_name("concept-map"),
        title=_TITLE,
        status="active",
        experimental=False,
        date=release.date,
        publisher="fhir_kb",
        description=_DESCRIPTION,
        copyright=copyright_of(groups),
    ) | {
        scope: f"{CANONICAL}/ValueSet/concept",
        "group": [
            {"source": CONCEPTS, "target": system, "element": elements}
            for system, elements in sorted(groups.items())
        ],
    }
