"""Our own profiles, extensions, terminology and search parameters, as they stand in files.

https://hl7.org/fhir/R4/conformance-module.html

A file that several versions share may speak of types and elements that one of them lacks. There
a profile or search parameter of an unknown type is left out, and an extension stands only where
the version has an element for it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.resources import files

from fhir_kb.definitions import Definitions
from fhir_kb.definitions.model import SearchParameter
from fhir_kb.formats import Json
from fhir_kb.formats.json import read_json
from fhir_kb.versions.conformance_narrative import with_narrative


def read_conformance(folders: Iterable[str], definitions: Definitions) -> tuple[Json, ...]:
    """Return what these folders of ``profiles`` hold for a version; a later folder's file wins.

    Each resource is given its narrative, a StructureDefinition the number of the FHIR version.
    """
    found: dict[str, Json] = {}
    for folder in folders:
        for file in sorted((files("fhir_kb.profiles") / folder).iterdir(), key=lambda f: f.name):
            if file.name.endswith(".json"):
                found[file.name] = read_json(file.read_bytes())
    fitted = (_fitted(resource, definitions) for resource in found.values())
    return tuple(with_narrative(resource) for resource in fitted if resource is not None)


def _fitted(resource: Json, definitions: Definitions) -> Json | None:
    """Return the resource as this version can have it, or None when it cannot."""
    fit = _FITS.get(resource["resourceType"])
    return fit(resource, definitions) if fit else resource


def _structure(resource: Json, definitions: Definitions) -> Json | None:
    contexts = [
        context
        for context in resource.get("context", [])
        if has_element(definitions, context["expression"])
    ]
    if definitions.type(resource["type"]) is None or ("context" in resource and not contexts):
        return None
    fitted = {**resource, "fhirVersion": definitions.version}
    return fitted | {"context": contexts} if contexts else fitted


def _search_parameter(resource: Json, definitions: Definitions) -> Json | None:
    base = [type for type in resource["base"] if type in definitions.resource_types]
    return {**resource, "base": base} if base else None


_FITS: Mapping[str, Callable[[Json, Definitions], Json | None]] = {
    "StructureDefinition": _structure,
    "SearchParameter": _search_parameter,
}


def has_element(definitions: Definitions, path: str) -> bool:
    """Return whether a version has a type (``Quantity``) or element (``ResearchStudy.arm``)."""
    name, *steps = path.split(".")
    shape = definitions.type(name)
    for step in steps:
        element = shape.elements.get(step.removesuffix("[x]")) if shape else None
        shape = definitions.type(element.types[0].code) if element else None
    return shape is not None


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
