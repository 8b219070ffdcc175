"""An application that takes writes: the knowledge as it was built, with a journal of its own."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest
from flask import Flask
from flask.testing import FlaskClient

from fhir_kb.settings import Settings
from fhir_kb.versions import VERSIONS
from fhir_kb.web import create_app


@pytest.fixture(scope="session")
def writable_app(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder = copytree(built, tmp_path_factory.mktemp("written") / "knowledge")
    return create_app(Settings(data=folder, base_url="http://127.0.0.1:8080", writes="on"))


@pytest.fixture
def writer(writable_app: Flask) -> Iterator[FlaskClient]:
    with writable_app.test_client() as client:
        yield client


@pytest.fixture(params=VERSIONS)
def mount(request: pytest.FixtureRequest) -> str:
    return str(request.param)
