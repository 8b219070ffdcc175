"""One build of the packaged knowledge per test process, and the application that serves it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from fhir_kb.publish.release import build_release
from fhir_kb.settings import Settings
from fhir_kb.web import create_app


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-examples",
        action="store_true",
        help="write the answers and the tour of examples/ anew from what the program answers",
    )


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("knowledge")
    build_release(folder)
    return folder


@pytest.fixture(scope="session")
def app(built: Path) -> Flask:
    return create_app(Settings(data=built, base_url="http://127.0.0.1:8080"))


@pytest.fixture
def client(app: Flask) -> Iterator[FlaskClient]:
    with app.test_client() as client:
        yield client
