"""``$meta`` and ``$versions``: what is known of resources as records, and of the server."""

import pytest
from flask.testing import FlaskClient

from fhir_kb.formats import Json
from fhir_kb.versions import VERSIONS


def meta(client: FlaskClient, path: str) -> Json:
    body = client.get(f"/fhir/{path}/$meta").get_json(force=True)
    assert [parameter["name"] for parameter in body["parameter"]] == ["return"]
    found: Json = body["parameter"][0]["valueMeta"]
    return found


@pytest.mark.parametrize("mount", VERSIONS)
def test_the_meta_of_a_resource_is_its_own(client: FlaskClient, mount: str) -> None:
    """$meta on an instance is the resource's meta, nothing else."""
    resource = client.get(f"/fhir/{mount}/Medication/thalidomide").get_json(force=True)
    assert meta(client, f"{mount}/Medication/thalidomide") == resource["meta"]


@pytest.mark.parametrize("mount", VERSIONS)
def test_the_meta_of_a_type_unites_its_resources(client: FlaskClient, mount: str) -> None:
    """A client learns which profiles and tags it will meet before it searches."""
    bundle = client.get(f"/fhir/{mount}/AdverseEvent?_count=500").get_json(force=True)
    metas = [entry["resource"]["meta"] for entry in bundle["entry"]]
    found = meta(client, f"{mount}/AdverseEvent")
    assert set(found["profile"]) == {url for each in metas for url in each["profile"]}
    expected = {(tag["system"], tag["code"]) for each in metas for tag in each["tag"]}
    assert {(tag["system"], tag["code"]) for tag in found["tag"]} == expected


def test_the_meta_of_the_system_unites_its_types(client: FlaskClient) -> None:
    """Whatever a type has, the system has."""
    whole, part = meta(client, "r5"), meta(client, "r5/Observation")
    assert set(part["profile"]) < set(whole["profile"])
    assert all(tag in whole["tag"] for tag in part["tag"])


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("", ["4.0", "4.3", "5.0", "4.0"]),
        ("r4/", ["4.0", "4.0"]),
        ("r4b/", ["4.3", "4.3"]),
        ("r5/", ["5.0", "5.0"]),
    ],
)
def test_versions_are_those_of_the_url(client: FlaskClient, path: str, expected: list[str]) -> None:
    """/fhir negotiates and lists all with the default last; a mount serves its own version."""
    body = client.get(f"/fhir/{path}$versions").get_json(force=True)
    assert [parameter["valueCode"] for parameter in body["parameter"]] == expected
    assert body["parameter"][-1]["name"] == "default"
