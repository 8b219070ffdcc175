"""Each file of profiles/ says who published what, under the name it is found by."""

from pathlib import Path

import pytest

from fhir_kb.formats import Json
from fhir_kb.formats.json import read_json
from fhir_kb.settings import CANONICAL
from fhir_kb.versions import VERSIONS

FOLDER = Path(__file__).resolve().parents[2] / "profiles"
FILES = sorted(FOLDER.glob("*/*.json"))
EACH_FILE = pytest.mark.parametrize(
    "file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem}"
)


def read(file: Path) -> Json:
    return read_json(file.read_bytes())


@EACH_FILE
def test_a_file_is_named_after_the_resource_it_holds(file: Path) -> None:
    resource = read(file)
    type, id = resource["resourceType"], resource["id"]
    assert file.name == f"{type}-{id}.json"
    assert resource["url"] == f"{CANONICAL}/{type}/{id}"


@EACH_FILE
def test_a_file_says_who_published_what_and_when(file: Path) -> None:
    resource = read(file)
    stated = {name: resource[name] for name in ("version", "status", "publisher", "date")}
    assert stated == {
        "version": "0.1.0",
        "status": "active",
        "publisher": "fhir_kb",
        "date": "2026-11-20",
    }
    assert resource["experimental"] is False
    assert resource["description"]


@pytest.mark.parametrize(
    "file",
    [file for file in FILES if file.name.startswith("Structure")],
    ids=lambda file: file.stem,
)
def test_a_profile_is_a_differential_of_its_type(file: Path) -> None:
    profile = read(file)
    assert profile["derivation"] == "constraint"
    assert profile["baseDefinition"] == (
        f"http://hl7.org/fhir/StructureDefinition/{profile['type']}"
    )
    assert "snapshot" not in profile
    assert "fhirVersion" not in profile, "it is filled in for the version it is published in"


def test_no_file_is_shadowed_by_one_of_its_name_in_every_version() -> None:
    """A shared file that each version replaces would never be read."""
    for name in {file.name for file in FILES if file.parent.name == "shared"}:
        assert any(
            not any((FOLDER / folder / name).exists() for folder in version.profile_folders[1:])
            for version in VERSIONS.values()
        ), name
