"""What is found by places is what FHIRPath finds: in every resource at hand, for every parameter.

An entry that the quick way misses would make a resource unfindable without anyone noticing.
"""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fhir_kb.definitions import load
from fhir_kb.errors import MalformedContent
from fhir_kb.facts import load_knowledge
from fhir_kb.fhirpath import Node, compile_expression, types_of
from fhir_kb.formats import Json
from fhir_kb.formats.json import read_json
from fhir_kb.publish.assemble import assemble
from fhir_kb.search.place_tree import PlaceTree
from fhir_kb.search.places import places_of
from fhir_kb.versions import VERSIONS

ORACLE = Path(__file__).resolve().parents[3] / "shared" / "oracle"


def canonical(value: Any) -> str:
    """Return a text that is the same for equal decimals, as a union takes 1.0 and 1.00 for one."""
    if isinstance(value, dict):
        return str({key: canonical(each) for key, each in value.items()})
    if isinstance(value, list):
        return str([canonical(each) for each in value])
    return str(value.normalize()) if isinstance(value, Decimal) else repr(value)


def by_places(resource: Json, version: str) -> Iterator[tuple[str, list[str], list[str]]]:
    """Yield each parameter with what FHIRPath finds and what its places hold."""
    definitions = load(version)
    types = types_of(definitions)
    type = resource["resourceType"]
    for code, parameter in definitions.search_parameters(type).items():
        if not parameter.expression or parameter.components:
            continue
        places = places_of(parameter.expression, type, types)
        if places is None:
            continue
        expression = compile_expression(parameter.expression, definitions, type)
        nodes = expression.evaluate(Node(resource, type))
        evaluated = [(node.type, canonical(node.value)) for node in nodes if node.value is not None]
        tree = PlaceTree((place, place.type) for place in places)
        walked = [(place, canonical(value)) for place, value in tree.find(resource)]
        # A union leaves out what is equal; an index holds each value once anyway.
        yield code, sorted(map(str, set(evaluated))), sorted(map(str, set(walked)))


def files_at_hand(version: str) -> list[Path]:
    """Return the validator's test files, sound or not; those of a type this version has."""
    files = sorted((ORACLE / "validator" / "files").rglob("*.json"))
    return [path for path in files if resource_of(path, version)]


def resource_of(path: Path, version: str) -> Json | None:
    try:
        resource = read_json(path.read_bytes())
    except MalformedContent:
        return None
    return resource if resource.get("resourceType") in load(version).resource_types else None


@pytest.mark.parametrize("version", ["R4", "R4B", "R5"])
def test_our_resources_are_found_as_fhirpath_finds_them(version: str) -> None:
    resources = assemble(VERSIONS[version.lower()], load_knowledge())
    seen: Counter[str] = Counter()
    for resource in resources:
        seen[resource["resourceType"]] += 1
        if seen[resource["resourceType"]] > 3:
            continue
        for code, evaluated, walked in by_places(resource, version):
            assert evaluated == walked, (resource["resourceType"], resource["id"], code)


@pytest.mark.skipif(not ORACLE.exists(), reason="shared/oracle is not beside the repository")
@pytest.mark.parametrize("version", ["R4", "R4B", "R5"])
def test_foreign_resources_are_found_as_fhirpath_finds_them(version: str) -> None:
    files = files_at_hand(version)
    assert len(files) > 50
    for path in files:
        resource = resource_of(path, version)
        assert resource is not None
        for code, evaluated, walked in by_places(resource, version):
            assert evaluated == walked, (path.name, code)


@pytest.mark.parametrize("version", ["R4", "R4B", "R5"])
def test_nearly_every_expression_of_the_specification_has_places(version: str) -> None:
    """Each one that has none is evaluated for each resource, at fifty times the cost."""
    definitions = load(version)
    others = {
        parameter.expression
        for type in definitions.resource_types
        for parameter in definitions.search_parameters(type).values()
        if parameter.expression
        and not parameter.components
        and places_of(parameter.expression, type, types_of(definitions)) is None
    }
    assert len(others) <= 8, others
