"""The resources we publish, assembled once for each FHIR version that a test asks for."""

from collections.abc import Callable
from functools import cache

import pytest

from fhir_kb.facts import load_knowledge
from fhir_kb.formats import Json
from fhir_kb.publish.assemble import assemble
from fhir_kb.versions import VERSIONS

CONFORMANCE = frozenset({"CodeSystem", "SearchParameter", "StructureDefinition", "ValueSet"})


@pytest.fixture(scope="session")
def published() -> Callable[[str], list[Json]]:
    """The resources of a version by its mount."""

    @cache
    def resources(mount: str) -> list[Json]:
        return assemble(VERSIONS[mount], load_knowledge())

    return resources


@pytest.fixture(scope="session")
def specimen_types(published: Callable[[str], list[Json]]) -> Callable[[str], list[str]]:
    """The resource types that carry our knowledge, in a version."""

    def types(mount: str) -> list[str]:
        return sorted({resource["resourceType"] for resource in published(mount)} - CONFORMANCE)

    return types
