"""The package is what other tools install: whole, indexed, and the same each time."""

import io
import json
import tarfile
from base64 import b64decode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from fhir_kb.facts import load_knowledge
from fhir_kb.publish.assemble import assemble
from fhir_kb.publish.package import Package, build_package
from fhir_kb.validation import Validator
from fhir_kb.validation.profiles import open_profiles
from fhir_kb.versions import VERSIONS


@pytest.fixture(scope="module", params=VERSIONS)
def mount(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def built(mount: str) -> Package:
    knowledge, version = load_knowledge(), VERSIONS[mount]
    release = knowledge.release
    return build_package(version, release.version, release.date, assemble(version, knowledge))


@pytest.fixture(scope="module")
def files(built: Package) -> dict[str, Any]:
    return dict(members(built.content))


def members(content: bytes) -> Iterator[tuple[str, Any]]:
    for name, text in contents(content):
        yield name, json.loads(text)


def contents(content: bytes) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        for member in archive.getmembers():
            file = archive.extractfile(member)
            assert file is not None
            yield member.name, file.read()


def test_the_manifest_says_what_it_is(mount: str, built: Package, files: dict[str, Any]) -> None:
    """Installers go by name, version, FHIR version and dependencies."""
    manifest = files["package/package.json"]
    number = VERSIONS[mount].number
    assert manifest["name"] == f"fhir-kb.{mount}"
    assert manifest["fhirVersions"] == [number]
    assert manifest["dependencies"] == {f"hl7.fhir.{mount}.core": number}
    assert built.file_name == f"fhir-kb.{mount}-{manifest['version']}.tgz"


@pytest.mark.parametrize("folder", ["package", "package/example"])
def test_the_index_names_every_file(folder: str, files: dict[str, Any]) -> None:
    """Loaders read the index only: what it leaves out is not there, what it adds is missing."""
    rows = {row["filename"]: row for row in files[f"{folder}/.index.json"]["files"]}
    held = {
        name.rpartition("/")[2]: content
        for name, content in files.items()
        if name.rpartition("/")[0] == folder and "resourceType" in content
    }
    assert rows.keys() == held.keys()
    for name, row in rows.items():
        assert row == {"filename": name} | {
            key: held[name][key] for key in row if key != "filename"
        }
        assert row.get("url") == held[name].get("url")


def test_every_resource_is_in(mount: str, files: dict[str, Any]) -> None:
    """Nothing of the release is left out of its package."""
    expected = {
        f"package/{each['resourceType']}-{each['id']}.json"
        for each in assemble(VERSIONS[mount], load_knowledge())
    }
    names = {name for name in files if not name.startswith("package/example/")}
    assert names - expected == {"package/package.json", "package/.index.json"}
    assert expected <= names


def test_an_example_holds_what_its_medicine_refers_to(files: dict[str, Any]) -> None:
    """A loader that wants one Bundle finds no reference that leads out of it."""
    bundle = files["package/example/Bundle-example-thalidomide.json"]
    held = [f"{e['resource']['resourceType']}/{e['resource']['id']}" for e in bundle["entry"]]
    assert held[0] == "MedicationKnowledge/thalidomide"
    assert "Medication/thalidomide" in held
    assert len(set(held)) == len(held)


def test_structure_definitions_have_snapshots(mount: str, files: dict[str, Any]) -> None:
    """What is derived from a profile, as by ``Parent`` in FSH, is made of its snapshot."""
    found = [
        content
        for name, content in files.items()
        if name.startswith("package/StructureDefinition-")
    ]
    assert {each["url"] for each in found} == VERSIONS[mount].profiles
    for each in found:
        ids = [element["id"] for element in each["snapshot"]["element"]]
        stated = [element["id"] for element in each["differential"]["element"]]
        assert ids[0] == each["type"]
        assert set(stated) < set(ids)


def test_the_manifest_has_the_digest_of_every_file(built: Package) -> None:
    """A snapshot changes a file; its digest in the release's Library must be that of the file."""
    texts = dict(contents(built.content))
    library = json.loads(texts["package/Library-release.json"])
    rows = b64decode(library["content"][0]["data"]).decode().splitlines()
    told = {row.partition("  ")[2]: row.partition("  ")[0] for row in rows}
    assert len(told) > 100
    found = {
        name: sha256(texts[f"package/{name.replace('/', '-')}.json"]).hexdigest() for name in told
    }
    assert found == told


def test_the_same_release_gives_the_same_bytes(mount: str, built: Package) -> None:
    """A checksum that is published must hold for whoever builds it again."""
    knowledge, version = load_knowledge(), VERSIONS[mount]
    release = knowledge.release
    resources = reversed(assemble(version, knowledge))
    again = build_package(version, release.version, release.date, resources)
    assert again.content == built.content


def test_our_validator_reads_it(mount: str, built: Package, tmp_path: Path) -> None:
    """A tester names the file and validates against its profiles."""
    path = tmp_path / built.file_name
    path.write_bytes(built.content)
    definitions = VERSIONS[mount].definitions
    profile = "https://fhir-kb.example.org/fhir/StructureDefinition/kb-organization"
    content = b'{"resourceType":"Organization","id":"x","name":"X"}'
    found = Validator(definitions, open_profiles(definitions, [str(path)])).validate(
        content, profiles=[profile]
    )
    assert any("kb-organization" in issue.message for issue in found if issue.severity == "error")
    assert not any("not known" in issue.message for issue in found)
