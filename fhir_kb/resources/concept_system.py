"""CodeSystem ``concept`` and its ValueSets: every term of the knowledge, made from the facts.

https://hl7.org/fhir/R4/codesystem.html, https://hl7.org/fhir/R4/valueset.html

A ValueSet ``concept-<group>`` holds the terms of one group under our own codes and under the
public codes that were checked, the ValueSet ``concept`` those of every group. The CodeSystem ties
our own and the public codes together by a property.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from fhir_kb.facts.fact import ConceptId
from fhir_kb.facts.source import Concept
from fhir_kb.formats import Json
from fhir_kb.resources.canonical import machine_name
from fhir_kb.resources.context import Context
from fhir_kb.resources.datatypes import CONCEPTS, codeable, present
from fhir_kb.resources.narrative import narrative
from fhir_kb.settings import CANONICAL

_PUBLISHER = "fhir_kb"
_NOTICES: Mapping[str, str] = {
    "http://snomed.info/sct": (
        "Holds SNOMED CT codes and terms of the Global Patient Set, used by permission of SNOMED "
        "International under the Creative Commons Attribution 4.0 International licence (CC BY "
        "4.0)."
    ),
    "http://loinc.org": (
        "This material contains content from LOINC (http://loinc.org). LOINC is copyright "
        "Regenstrief Institute, Inc. and the Logical Observation Identifiers Names and Codes "
        "(LOINC) Committee and is available at no cost under the license at "
        "http://loinc.org/license. LOINC® is a registered United States trademark of Regenstrief "
        "Institute, Inc."
    ),
    "http://www.whocc.no/atc": (
        "Holds single codes of the ATC classification of the WHO Collaborating Centre for Drug "
        "Statistics Methodology, Oslo."
    ),
}
"""What the owners of code systems ask to be said where their codes are listed."""


def build(context: Context) -> Iterator[Json]:
    """Yield the CodeSystem and the ValueSet of all concepts, then a ValueSet for each group."""
    concepts = sorted(context.knowledge.concepts.values(), key=lambda concept: concept.id)
    groups: dict[str, list[Concept]] = {}
    for concept in concepts:
        groups.setdefault(concept.group, []).append(concept)
    yield _code_system(context, concepts, groups)
    yield _value_set(
        context,
        "concept",
        "All concepts",
        "The terms of every group: our own codes, and the public codes of the same meaning.",
        concepts,
    )
    for group in sorted(groups):
        yield _value_set(
            context,
            f"concept-{group}",
            f"Concepts: {group.replace('-', ' ')}",
            f"The terms of the group {group}: our own codes, and public codes of the same meaning.",
            groups[group],
        )


def _code_system(
    context: Context, concepts: list[Concept], groups: Mapping[str, list[Concept]]
) -> Json:
    rows = [(group, ", ".join(member.text for member in groups[group])) for group in sorted(groups)]
    description = (
        "Every term of this knowledge base. A code stays the same for good; public codes of the "
        "same meaning are its property public-code."
    )
    opening = _opening(context, "CodeSystem", "concept", "Concepts", description, rows)
    return opening | present(
        copyright=copyright_of(_systems(public_codings(context, concepts))),
        caseSensitive=True,
        content="complete",
        count=len(concepts),
        property=[
            {
                "code": "group",
                "description": "What sort of thing the concept is",
                "type": "string",
            },
            {
                "code": "public-code",
                "description": "A code of a public system with the same meaning",
                "type": "Coding",
            },
        ],
        concept=[_definition(context, concept) for concept in concepts],
    )


def _definition(context: Context, concept: Concept) -> Json:
    same = [
        {"code": "public-code", "valueCoding": coding}
        for coding in public_codings(context, [concept])
    ]
    return present(
        code=concept.id,
        display=concept.text,
        definition=concept.definition,
        property=[{"code": "group", "valueString": concept.group}, *same],
    )


def _value_set(
    context: Context, id: str, title: str, description: str, concepts: list[Concept]
) -> Json:
    systems: dict[str, list[Json]] = {
        CONCEPTS: [{"code": concept.id, "display": concept.text} for concept in concepts]
    }
    public = public_codings(context, concepts)
    for coding in public:
        entry = {"code": coding["code"], "display": coding["display"]}
        systems.setdefault(coding["system"], []).append(entry)
    rows = [(concept.text, concept.id) for concept in concepts]
    opening = _opening(context, "ValueSet", id, title, description, rows)
    return opening | present(
        copyright=copyright_of(_systems(public)),
        compose={
            "include": [
                {"system": system, "concept": entries} for system, entries in systems.items()
            ]
        },
    )


def _opening(
    context: Context, type: str, id: str, title: str, description: str, rows: list[tuple[str, Any]]
) -> Json:
    release = context.knowledge.release
    return {
        "resourceType": type,
        "id": id,
        "text": narrative(title, rows, [description]),
        "url": f"{CANONICAL}/{type}/{id}",
        "version": release.version,
        "name": machine_name(id),
        "title": title,
        "status": "active",
        "experimental": False,
        "date": release.date,
        "publisher": _PUBLISHER,
        "description": description,
    }


def public_codings(context: Context, concepts: list[Concept]) -> list[Json]:
    """Return the public codings of concepts, as this version and deployment publishes them."""
    return [
        coding
        for concept in concepts
        for coding in codeable(context, ConceptId(concept.id))["coding"]
        if coding["system"] != CONCEPTS
    ]


def _systems(codings: list[Json]) -> Iterator[str]:
    return (coding["system"] for coding in codings)


def copyright_of(systems: Iterable[str]) -> str:
    """Return the notices that the owners of these code systems ask for."""
    return " ".join(_NOTICES[system] for system in dict.fromkeys(systems) if system in _NOTICES)
