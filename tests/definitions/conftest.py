import pytest

from fhir_kb.definitions import Definitions, load


@pytest.fixture(params=["R4", "R4B", "R5"])
def definitions(request: pytest.FixtureRequest) -> Definitions:
    """The definitions of each release in turn."""
    return load(request.param)


@pytest.fixture
def r4() -> Definitions:
    return load("R4")


@pytest.fixture
def r4b() -> Definitions:
    return load("R4B")


@pytest.fixture
def r5() -> Definitions:
    return load("R5")
