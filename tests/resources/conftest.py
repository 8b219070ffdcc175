"""The packaged knowledge, and a context in each FHIR version."""

import pytest

from fhir_kb.facts import Knowledge, load_knowledge
from fhir_kb.resources.context import Context


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    return load_knowledge()


@pytest.fixture(scope="session")
def r4(knowledge: Knowledge) -> Context:
    return Context(knowledge, "r4")


@pytest.fixture(scope="session")
def r5(knowledge: Knowledge) -> Context:
    return Context(knowledge, "r5")


@pytest.fixture(scope="session", params=["r4", "r5"])
def context(request: pytest.FixtureRequest, knowledge: Knowledge) -> Context:
    return Context(knowledge, request.param)
