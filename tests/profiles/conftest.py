"""Each FHIR version with everything that is published in it."""

from functools import cache

import pytest

from fhir_kb.facts import load_knowledge
from fhir_kb.formats import Json
from fhir_kb.publish.assemble import assemble
from fhir_kb.versions import VERSIONS, Version


@cache
def _assembled(mount: str) -> list[Json]:
    return assemble(VERSIONS[mount], load_knowledge())


@pytest.fixture(params=list(VERSIONS))
def version(request: pytest.FixtureRequest) -> Version:
    return VERSIONS[request.param]


@pytest.fixture
def published(version: Version) -> list[Json]:
    """Every resource of the version, ours and those made from facts."""
    return _assembled(version.mount)
