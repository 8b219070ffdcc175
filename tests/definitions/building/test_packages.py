"""Reading published packages."""

import io
import json
import tarfile
from pathlib import Path

import pytest

from fhir_kb.definitions.building.packages import PackageFolder
from fhir_kb.definitions.releases import Package
from fhir_kb.errors import FhirKbError

PACKAGE = Package("example.package", "1.2.0")
FILES = {
    "package.json": {"name": "example.package", "version": "1.2.0"},
    "ValueSet-b.json": {"resourceType": "ValueSet", "id": "b"},
    "ValueSet-a.json": {"resourceType": "ValueSet", "id": "a"},
    "CodeSystem-a.json": {"resourceType": "CodeSystem", "id": "a"},
}


@pytest.fixture
def unpacked(tmp_path: Path) -> Path:
    folder = tmp_path / PACKAGE.name / "package"
    folder.mkdir(parents=True)
    for name, content in FILES.items():
        (folder / name).write_text(json.dumps(content))
    return tmp_path


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    with tarfile.open(tmp_path / "example.package-1.2.0.tgz", "w:gz") as archive:
        for name, content in FILES.items():
            data = json.dumps(content).encode()
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return tmp_path


@pytest.mark.parametrize("form", ["unpacked", "packed"])
def test_resources_of_one_type_come_in_the_order_of_their_names(
    form: str, request: pytest.FixtureRequest
) -> None:
    """The order decides the bytes of the tables; a file system has none."""
    packages = PackageFolder(request.getfixturevalue(form))
    assert [each["id"] for each in packages.resources(PACKAGE, "ValueSet")] == ["a", "b"]


def test_a_missing_package_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FhirKbError, match=r"built from example\.package 1\.2\.0; found none"):
        PackageFolder(tmp_path).resources(PACKAGE, "ValueSet")


def test_another_version_is_refused(unpacked: Path) -> None:
    """Tables must not change because a newer package lies about."""
    with pytest.raises(FhirKbError, match=r"example\.package 2\.0\.0; found 1\.2\.0"):
        PackageFolder(unpacked).resources(Package(PACKAGE.name, "2.0.0"), "ValueSet")
