"""The CapabilityStatement promises what works, and nothing else."""

import pytest
from flask.testing import FlaskClient

from fhir_kb.formats import Json
from fhir_kb.versions import VERSIONS

VALUES = {
    "token": "x",
    "string": "x",
    "uri": "http://example.org/x",
    "reference": "Group/x",
    "date": "2020",
    "number": "1",
    "quantity": "1",
}


@pytest.fixture(params=VERSIONS)
def mount(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def statement(mount: str, client: FlaskClient) -> Json:
    body: Json = client.get(f"/fhir/{mount}/metadata").get_json(force=True)
    return body


def test_every_advertised_parameter_is_answered(
    mount: str, statement: Json, client: FlaskClient
) -> None:
    """No parameter is listed that the server would leave out or fail on."""
    for resource in statement["rest"][0]["resource"]:
        for parameter in resource["searchParam"]:
            if parameter["type"] in VALUES:
                query = f"{parameter['name']}={VALUES[parameter['type']]}&_count=0"
                reply = client.get(
                    f"/fhir/{mount}/{resource['type']}?{query}",
                    headers={"Prefer": "handling=strict"},
                )
                assert reply.status_code == 200, (resource["type"], parameter, reply.data)


def test_every_advertised_include_is_answered(
    mount: str, statement: Json, client: FlaskClient
) -> None:
    """_include and _revinclude work for each value listed."""
    for resource in statement["rest"][0]["resource"]:
        for kind, name in (("searchInclude", "_include"), ("searchRevInclude", "_revinclude")):
            for value in resource.get(kind, []):
                reply = client.get(
                    f"/fhir/{mount}/{resource['type']}?{name}={value}&_count=1",
                    headers={"Prefer": "handling=strict"},
                )
                assert reply.status_code == 200, (resource["type"], name, value, reply.data)


def test_every_served_type_can_be_read(mount: str, statement: Json, client: FlaskClient) -> None:
    """read, vread and search work for each type listed."""
    for resource in statement["rest"][0]["resource"]:
        type = resource["type"]
        bundle = client.get(f"/fhir/{mount}/{type}?_count=1").get_json(force=True)
        found = bundle["entry"][0]["resource"]
        path = f"/fhir/{mount}/{type}/{found['id']}"
        version = found["meta"]["versionId"]
        assert client.get(path).get_json(force=True) == found
        assert client.get(f"{path}/_history/{version}").get_json(force=True) == found
