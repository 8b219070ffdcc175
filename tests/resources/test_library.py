"""The manifest tells the digest of each resource, and of the form in which it is handed out."""

from base64 import b64decode
from hashlib import sha1

import pytest

from fhir_kb.facts import load_knowledge
from fhir_kb.formats import Json
from fhir_kb.resources.library import ManifestRow, build_manifest, with_digests
from fhir_kb.versions import VERSIONS

A, B, C = ("a" * 64, "b" * 64, "c" * 64)


@pytest.fixture
def manifest() -> Json:
    context = VERSIONS["r4"].context(load_knowledge())
    return build_manifest(
        context, [ManifestRow("Medication", "y", B), ManifestRow("Group", "x", A)]
    )


def lines(manifest: Json) -> bytes:
    content: str = manifest["content"][0]["data"]
    return b64decode(content)


def test_it_is_in_the_form_that_a_tool_checks(manifest: Json) -> None:
    assert lines(manifest) == f"{A}  Group/x\n{B}  Medication/y\n".encode()


def test_digests_of_another_form_take_the_place_of_the_releases(manifest: Json) -> None:
    """The rest stays, and the manifest's own hash is that of its new text."""
    found = with_digests(manifest, {"Medication/y": C, "Medication/unknown": C})
    assert lines(found) == f"{A}  Group/x\n{C}  Medication/y\n".encode()
    digest = sha1(lines(found), usedforsecurity=False).digest()
    assert b64decode(found["content"][0]["hash"]) == digest
    assert lines(manifest) == f"{A}  Group/x\n{B}  Medication/y\n".encode()
    assert {**found, "content": None} == {**manifest, "content": None}
