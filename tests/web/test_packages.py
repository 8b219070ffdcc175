"""Packages are downloaded with the checksum that a registry would tell."""

from base64 import b64decode
from hashlib import sha1, sha256
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from fhir_kb.settings import Settings
from fhir_kb.versions import VERSIONS
from fhir_kb.web import create_app


@pytest.mark.parametrize("mount", VERSIONS)
def test_the_listing_leads_to_the_file(client: FlaskClient, mount: str) -> None:
    """npm and FHIR clients read the listing, follow its link and compare the checksums."""
    listing = client.get(f"/packages/fhir-kb.{mount}").get_json()
    version = listing["dist-tags"]["latest"]
    told = listing["versions"][version]
    assert told["dist"]["tarball"] == (
        f"http://127.0.0.1:8080/packages/fhir-kb.{mount}-{version}.tgz"
    )
    reply = client.get(told["dist"]["tarball"])
    assert reply.headers["Content-Type"] == "application/gzip"
    digest = sha256(reply.data).digest()
    assert b64decode(told["dist"]["integrity"].removeprefix("sha256-")) == digest
    assert b64decode(reply.headers["Repr-Digest"][9:-1]) == digest
    assert b64decode(reply.headers["Digest"].removeprefix("SHA-256=")) == digest
    assert told["dist"]["shasum"] == sha1(reply.data, usedforsecurity=False).hexdigest()
    assert client.get(f"/packages/fhir-kb.{mount}/{version}").data == reply.data
    known = {"If-None-Match": reply.headers["ETag"]}
    assert client.get(told["dist"]["tarball"], headers=known).status_code == 304


def test_the_link_has_the_address_that_the_caller_used(built: Path) -> None:
    """Without a setting of its own a server knows its name and port from nobody else."""
    client = create_app(Settings(data=built)).test_client()
    listing = client.get(
        "/packages/fhir-kb.r4",
        base_url="http://kb.example.org:8443",
        environ_overrides={"SERVER_NAME": "10.0.0.5", "SERVER_PORT": "9000"},
    ).get_json()
    (told,) = listing["versions"].values()
    assert told["dist"]["tarball"].startswith("http://kb.example.org:8443/packages/fhir-kb.r4-")


def test_all_packages_are_listed(client: FlaskClient) -> None:
    """One page tells which there are."""
    assert set(client.get("/packages").get_json()) == {f"fhir-kb.{mount}" for mount in VERSIONS}


@pytest.mark.parametrize(
    "path",
    ["fhir-kb.r3", "fhir-kb.r4-0.tgz", "none.tgz", "fhir-kb.r4/0", "fhir-kb.r3/latest"],
)
def test_what_there_is_not_is_not_found(client: FlaskClient, path: str) -> None:
    """A wrong version is never given out under another's name."""
    reply = client.get(f"/packages/{path}")
    assert reply.status_code == 404
    assert reply.get_json(force=True)["issue"][0]["code"] == "not-found"
