"""``$validate`` over HTTP: any type, any version, and 200 whatever the verdict."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from fhir_kb.validation import validate
from fhir_kb.versions import VERSIONS

MOUNTS = pytest.mark.parametrize("mount", VERSIONS)
JSON = "application/fhir+json"
XML = "application/fhir+xml"
GOOD = {"resourceType": "Patient", "id": "p", "active": True}
BAD = {"resourceType": "Patient", "id": "p", "active": "yes"}


def errors(reply: TestResponse) -> list[dict[str, Any]]:
    assert reply.status_code == 200, reply.text
    body = reply.get_json(force=True)
    assert body["resourceType"] == "OperationOutcome"
    return [issue for issue in body["issue"] if issue["severity"] in ("fatal", "error")]


def message_ids(reply: TestResponse) -> list[str]:
    return [issue["extension"][0]["valueString"] for issue in errors(reply)]


def parameters(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Parameters", "parameter": list(parts)}


@MOUNTS
@pytest.mark.parametrize(("resource", "expected"), [(GOOD, []), (BAD, ["wrong-json-type"])])
def test_a_resource_of_a_type_that_is_not_served_is_validated(
    mount: str, resource: dict[str, Any], expected: list[str], client: FlaskClient
) -> None:
    """The server keeps no Patient; it knows what one is."""
    reply = client.post(f"/fhir/{mount}/Patient/$validate", json=resource, content_type=JSON)
    assert message_ids(reply) == expected


@MOUNTS
def test_the_outcome_is_a_valid_outcome(mount: str, client: FlaskClient) -> None:
    """Who trusts the verdict validates the answer too."""
    reply = client.post(f"/fhir/{mount}/Patient/$validate", json=BAD, content_type=JSON)
    found = validate(reply.data, VERSIONS[mount].name)
    assert [issue.message for issue in found if issue.is_error] == []


@MOUNTS
def test_a_stored_resource_is_validated(mount: str, client: FlaskClient) -> None:
    """https://hl7.org/fhir/R4/resource-operation-validate.html, by GET without a body."""
    url = f"/fhir/{mount}/MedicationKnowledge/thalidomide/$validate"
    assert errors(client.get(url)) == []
    assert errors(client.post(url)) == []


def test_the_message_is_that_of_the_engine(client: FlaskClient) -> None:
    """One engine: the command, the call and the operation say the same of the same text."""
    text = '{"resourceType":"Patient",\n "gender":"m"}'
    reply = client.post("/fhir/r4/Patient/$validate", data=text, content_type=JSON)
    [found] = [issue for issue in validate(text, "R4") if issue.is_error]
    [issue] = errors(reply)
    assert issue["details"]["text"] == found.message
    assert issue["expression"] == [found.expression]
    facts = {
        fact["url"].rpartition("-")[2]: fact[key]
        for fact in issue["extension"]
        for key in fact
        if key.startswith("value")
    }
    assert facts == {"id": "code-not-in-value-set", "line": 2, "col": "2"}


def test_a_resource_among_parameters_is_validated_alone(client: FlaskClient) -> None:
    """Its lines are those of the body, its expressions start at the resource."""
    text = (
        '{"resourceType":"Parameters","parameter":[{"name":"mode","valueCode":"structure"},\n'
        '{"name":"resource","resource":{"resourceType":"Patient",\n"active":1,"gender":"m"}}]}'
    )
    [issue] = errors(client.post("/fhir/r4/Patient/$validate", data=text, content_type=JSON))
    assert issue["expression"] == ["Patient.active"]
    line, column = issue["extension"][1:3]
    assert (line["valueInteger"], column["valueString"]) == (3, "1")


def test_xml_goes_in_and_comes_out(client: FlaskClient) -> None:
    text = '<Patient xmlns="http://hl7.org/fhir">\n<active value="yes"/></Patient>'
    reply = client.post(
        "/fhir/r5/Patient/$validate", data=text, content_type=XML, headers={"Accept": XML}
    )
    assert reply.status_code == 200
    assert reply.content_type.startswith(XML)
    assert b'<expression value="Patient.active"/>' in reply.data


def test_xml_among_parameters_is_validated_alone(client: FlaskClient) -> None:
    text = (
        '<Parameters xmlns="http://hl7.org/fhir"><parameter><name value="resource"/><resource>'
        '<Patient><actve value="true"/></Patient></resource></parameter></Parameters>'
    )
    reply = client.post("/fhir/r4/Patient/$validate", data=text, content_type=XML)
    assert [issue["expression"] for issue in errors(reply)] == [["Patient.actve"]]


def test_a_bundle_is_validated_inside(client: FlaskClient) -> None:
    bundle = {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [{"fullUrl": "urn:uuid:0fa9d9e0-4e4b-4f0c-8f0a-6c3a6f1b2c3d", "resource": BAD}],
    }
    reply = client.post("/fhir/r4/Bundle/$validate", json=bundle, content_type=JSON)
    places = {issue["expression"][0] for issue in errors(reply)}
    assert "Bundle.entry[0].resource.active" in places
    assert "Bundle" in places  # bdl-3: each entry of a transaction has a request


@pytest.mark.parametrize(
    "request_parts",
    [
        {"query_string": {"profile": "http://example.org/none"}, "json": GOOD},
        {
            "json": parameters(
                {"name": "resource", "resource": GOOD},
                {"name": "profile", "valueUri": "http://example.org/none"},
            )
        },
    ],
    ids=["query", "parameter"],
)
def test_a_profile_that_is_asked_for_counts(
    request_parts: dict[str, Any], client: FlaskClient
) -> None:
    """A profile that is not at hand is an error, never a silent pass."""
    reply = client.post("/fhir/r4/Patient/$validate", content_type=JSON, **request_parts)
    assert message_ids(reply) == ["asked-profile-not-known"]


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("", ["code-not-in-value-set"]),
        ("create", ["code-not-in-value-set"]),
        ("structure", []),
        ("strict", ["code-not-in-value-set"]),
    ],
)
def test_a_mode_says_how_far_to_look(mode: str, expected: list[str], client: FlaskClient) -> None:
    body = {"resourceType": "Patient", "gender": "m"}
    query = {"mode": mode} if mode else {}
    reply = client.post(
        "/fhir/r4/Patient/$validate", json=body, content_type=JSON, query_string=query
    )
    assert message_ids(reply) == expected


@pytest.mark.parametrize(
    ("url", "resource", "words"),
    [
        (
            "/fhir/r4/Group/$validate",
            GOOD,
            "The URL is of Group, the resource is of type 'Patient'",
        ),
        ("/fhir/r4/Patient/q/$validate?mode=update", GOOD, "has the id 'q'; here is the id 'p'"),
        (
            "/fhir/r4/Patient/q/$validate?mode=update",
            {"resourceType": "Patient"},
            "has the id 'q'; here is no id",
        ),
    ],
)
def test_the_resource_must_be_the_one_the_url_names(
    url: str, resource: dict[str, Any], words: str, client: FlaskClient
) -> None:
    [issue] = errors(client.post(url, json=resource, content_type=JSON))
    assert words in issue["details"]["text"]


def test_nothing_may_be_deleted(client: FlaskClient) -> None:
    """mode=delete asks whether a deletion would be accepted: the knowledge is read-only."""
    url = "/fhir/r4/Medication/aspirin/$validate?mode=delete"
    [issue] = errors(client.post(url))
    assert "read-only" in issue["details"]["text"]


@pytest.mark.parametrize(
    ("method", "url", "body", "status", "words"),
    [
        ("POST", "/fhir/r4/Patinet/$validate", "{}", 404, "did you mean 'Patient'?"),
        ("POST", "/fhir/r4/Citation/$validate", "{}", 404, "FHIR R4 has no resource type"),
        ("POST", "/fhir/r4/Patient/$validate", "", 400, "takes a resource in the body"),
        (
            "POST",
            "/fhir/r4/Patient/$validate",
            json.dumps(parameters({"name": "profile", "valueUri": "http://example.org"})),
            400,
            "as the parameter 'resource'",
        ),
        ("POST", "/fhir/r4/Patient/$validate?mode=x", "{}", 400, "it takes create, update"),
        ("POST", "/fhir/r4/Medication/no/$validate", "", 404, "no Medication with id 'no'"),
        ("GET", "/fhir/r4/Patient/$validate", "", 405, "it takes OPTIONS, POST"),
    ],
)
def test_a_call_that_cannot_be_answered_is_refused(
    method: str, url: str, body: str, status: int, words: str, client: FlaskClient
) -> None:
    reply = client.open(url, method=method, data=body, content_type=JSON)
    assert reply.status_code == status
    assert words in reply.get_json(force=True)["issue"][0]["diagnostics"]


def test_a_body_that_is_no_fhir_is_refused(client: FlaskClient) -> None:
    reply = client.post("/fhir/r4/Patient/$validate", data=b"a=b", content_type="text/plain")
    assert reply.status_code == 415


def test_parameters_themselves_can_be_validated(client: FlaskClient) -> None:
    """Without a parameter named resource, Parameters are the resource."""
    body = parameters({"name": "mode", "valueCode": "strict"}, {"valueString": "x"})
    reply = client.post("/fhir/r4/Parameters/$validate", json=body, content_type=JSON)
    assert [issue["expression"] for issue in errors(reply)] == [["Parameters.parameter[1]"]]


@MOUNTS
def test_the_operation_is_advertised(mount: str, client: FlaskClient) -> None:
    """A client finds it in the CapabilityStatement, for the server and for each type."""
    [rest] = client.get(f"/fhir/{mount}/metadata").get_json(force=True)["rest"]
    operations = [rest["operation"], *(resource["operation"] for resource in rest["resource"])]
    for listed in operations:
        definitions = {operation["name"]: operation["definition"] for operation in listed}
        assert definitions["validate"].endswith("/OperationDefinition/Resource-validate")
