"""Narratives of our conformance resources: what a reader sees of a profile or a value set.

https://hl7.org/fhir/R4/narrative.html
"""

from collections.abc import Callable, Iterator, Mapping

from fhir_kb.formats import Json
from fhir_kb.resources.narrative import narrative


def with_narrative(resource: Json) -> Json:
    """Return the resource with its title, description and parts as its text."""
    title = resource.get("title") or f"Search parameter {resource['code']}"
    rows = _ROWS[resource["resourceType"]](resource)
    return {**resource, "text": narrative(title, rows, [resource["description"]])}


def _elements(resource: Json) -> Iterator[tuple[str, str | None]]:
    for element in resource["differential"]["element"]:
        yield element["id"], element.get("short")


def _codes(resource: Json) -> Iterator[tuple[str, str]]:
    for concept in resource["concept"]:
        yield concept["code"], f"{concept['display']}: {concept['definition']}"


def _included(resource: Json) -> Iterator[tuple[str, str]]:
    for include in resource["compose"]["include"]:
        codes = ", ".join(entry["code"] for entry in include.get("concept", []))
        yield include["system"], codes or "all codes"


def _search(resource: Json) -> Iterator[tuple[str, str]]:
    yield "Parameter", resource["code"]
    yield "Searches", ", ".join(resource["base"])
    yield "Type", resource["type"]
    yield "Expression", resource["expression"]


def _parameters(resource: Json) -> Iterator[tuple[str, str]]:
    for parameter in resource["parameter"]:
        yield f"{parameter['name']} ({parameter['use']})", parameter["documentation"]


_ROWS: Mapping[str, Callable[[Json], Iterator[tuple[str, str | None]]]] = {
    "StructureDefinition": _elements,
    "CodeSystem": _codes,
    "ValueSet": _included,
    "SearchParameter": _search,
    "OperationDefinition": _parameters,
}
