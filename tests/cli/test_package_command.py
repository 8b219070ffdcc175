"""``fhir-kb package`` writes the file that the server offers."""

from hashlib import sha256
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from fhir_kb.cli import main


def test_the_file_is_the_one_that_is_served(
    client: FlaskClient, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whichever way it is had, its checksum is the same; it is printed."""
    path = tmp_path / "package.tgz"
    assert main(["package", "--fhir", "r5", "--output", str(path)]) == 0
    content = path.read_bytes()
    assert content == client.get("/packages/fhir-kb.r5/latest").data
    assert f"sha256:{sha256(content).hexdigest()}" in capsys.readouterr().out


def test_a_place_that_takes_no_file_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The message names the place."""
    path = tmp_path / "none" / "package.tgz"
    assert main(["package", "--output", str(path)]) == 1
    assert str(path) in capsys.readouterr().err
