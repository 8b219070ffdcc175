"""A release is whole, repeatable and current."""

import shutil
from pathlib import Path

import pytest

from fhir_kb.errors import KnowledgeError
from fhir_kb.facts import load_knowledge
from fhir_kb.publish.assemble import assemble
from fhir_kb.publish.coverage import carriers
from fhir_kb.publish.release import build_release, ensure_release, read_manifest
from fhir_kb.versions import VERSIONS, Version


@pytest.fixture(scope="module", params=VERSIONS)
def version(request: pytest.FixtureRequest) -> Version:
    return VERSIONS[request.param]


def test_every_fact_is_in_an_element_of_every_version(version: Version) -> None:
    """Nothing is lost in silence: what a version cannot say natively, an extension says."""
    knowledge = load_knowledge()
    found = carriers(assemble(version, knowledge))
    assert [fact for fact in knowledge.facts if fact not in found] == []


def test_the_same_facts_give_the_same_resources(version: Version) -> None:
    """A release can be built again and compared, byte for byte."""
    assert assemble(version, load_knowledge()) == assemble(version, load_knowledge())


def test_ids_are_the_same_in_every_version() -> None:
    """A link that holds in R4 holds in R5, for every type that both have."""
    built = {
        mount: {(r["resourceType"], r["id"]) for r in assemble(version, load_knowledge())}
        for mount, version in VERSIONS.items()
    }
    conformance = {"StructureDefinition", "ValueSet", "CodeSystem", "SearchParameter"}
    shared = {type for type, _ in built["r4"]} & {type for type, _ in built["r5"]}
    shared -= conformance | {"EvidenceVariable"}
    for type in shared:
        ids = [{id for kind, id in built[mount] if kind == type} for mount in VERSIONS]
        assert ids[0] == ids[1] == ids[2], type


def test_resources_are_dated_by_the_release(version: Version) -> None:
    """lastUpdated comes from the release, not from the clock of who built it."""
    knowledge = load_knowledge()
    stamps = {
        (resource["meta"]["versionId"], resource["meta"]["lastUpdated"])
        for resource in assemble(version, knowledge)
    }
    assert stamps == {(knowledge.release.version, knowledge.release.date)}


def test_every_resource_can_be_read_by_a_person(version: Version) -> None:
    """A narrative of its own, in XHTML, for each resource made from facts."""
    knowledge = load_knowledge()
    for resource in version.build(version.context(knowledge)):
        assert resource["text"]["status"] == "generated"
        assert resource["text"]["div"].startswith('<div xmlns="http://www.w3.org/1999/xhtml">')


def test_current_knowledge_is_not_built_again(built: Path) -> None:
    """A start with built knowledge answers at once."""
    written = {file.name: file.stat().st_mtime_ns for file in built.iterdir()}
    assert ensure_release(built) == read_manifest(built)
    assert {file.name: file.stat().st_mtime_ns for file in built.iterdir()} == written


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"release": "1"}'])
def test_a_broken_manifest_is_none(content: bytes, tmp_path: Path) -> None:
    """A half-written folder is built anew at the next start."""
    (tmp_path / "manifest.json").write_bytes(content)
    assert read_manifest(tmp_path) is None


def test_a_missing_snapshot_means_a_new_build(built: Path, tmp_path: Path) -> None:
    """The manifest alone is not the knowledge."""
    folder = tmp_path / "knowledge"
    shutil.copytree(built, folder)
    (folder / "r5.sqlite").unlink()
    assert ensure_release(folder) == read_manifest(built)
    assert (folder / "r5.sqlite").exists()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """An operator reads which folder, and that it cannot be written."""
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(KnowledgeError, match="file"):
        build_release(file)
