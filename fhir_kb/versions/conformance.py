"""Our own profiles, extensions, terminology and search parameters, as they stand in files.

https://hl7.org/fhir/R4/conformance-module.html
"""

from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files

from fhir_kb.definitions.model import SearchParameter
from fhir_kb.formats import Json
from fhir_kb.formats.json import read_json


def read_conformance(folders: Iterable[str], number: str) -> tuple[Json, ...]:
    """Return the resources of these folders of ``profiles``; a later folder's file wins.

    A StructureDefinition is given the full FHIR version ``number`` it stands for here.
    """
    found: dict[str, Json] = {}
    for folder in folders:
        for file in sorted((files("fhir_kb.profiles") / folder).iterdir(), key=lambda f: f.name):
            if file.name.endswith(".json"):
                found[file.name] = read_json(file.read_bytes())
    return tuple(_for_version(resource, number) for resource in found.values())


def _for_version(resource: Json, number: str) -> Json:
    if resource["resourceType"] == "StructureDefinition":
        return {**resource, "fhirVersion": number}
    return resource


def own_search_parameters(
    resources: Iterable[Json],
) -> Mapping[str, tuple[SearchParameter, ...]]:
    """Return our search parameters by the resource type they search."""
    by_type: dict[str, list[SearchParameter]] = {}
    for type, parameter in _search_parameters(resources):
        by_type.setdefault(type, []).append(parameter)
    return {type: tuple(parameters) for type, parameters in by_type.items()}


def _search_parameters(resources: Iterable[Json]) -> Iterator[tuple[str, SearchParameter]]:
    for resource in resources:
        if resource["resourceType"] == "SearchParameter":
            for type in resource["base"]:
                yield (
                    type,
                    SearchParameter(
                        code=resource["code"],
                        url=resource["url"],
                        type=resource["type"],
                        expression=resource["expression"],
                        targets=tuple(resource.get("target", [])),
                        description=resource["description"],
                    ),
                )
