"""``$convert`` over HTTP: versions by media type, formats, and the list of what has no place."""

import pytest
from flask.testing import FlaskClient

from fhir_kb.formats import Json

R5 = {"Content-Type": "application/fhir+json; fhirVersion=5.0"}
R4 = {"Content-Type": "application/fhir+json; fhirVersion=4.0"}


def parts(body: Json) -> tuple[Json, list[Json]]:
    returned, outcome = body["parameter"]
    assert (returned["name"], outcome["name"]) == ("return", "outcome")
    return returned["resource"], outcome["resource"]["issue"]


@pytest.mark.parametrize("identity", ["MedicationKnowledge/thalidomide", "ResearchStudy/yang2020"])
def test_there_and_back(client: FlaskClient, identity: str) -> None:
    """What one endpoint answers is what the other takes."""
    stored = client.get(f"/fhir/r5/{identity}")
    there = client.post("/fhir/r4/$convert", data=stored.data, headers=R5)
    assert "fhirVersion=4.0" in there.headers["Content-Type"]
    older, issues = parts(there.get_json(force=True))
    assert all(issue["severity"] in ("information", "warning") for issue in issues)
    assert any("http://hl7.org/fhir/5.0/" in issue["diagnostics"] for issue in issues)
    sent = {"resourceType": "Parameters", "parameter": [{"name": "resource", "resource": older}]}
    back = client.post("/fhir/r5/$convert", json=sent, headers=R4)
    assert parts(back.get_json(force=True))[0] == stored.get_json(force=True)


def test_accept_chooses_where_versions_are_negotiated(client: FlaskClient) -> None:
    """At /fhir both versions stand in the headers."""
    stored = client.get("/fhir/r5/AdverseEvent?_count=1").get_json(force=True)
    resource = stored["entry"][0]["resource"]
    headers = {**R5, "Accept": "application/fhir+json; fhirVersion=4.3"}
    reply = client.post("/fhir/$convert", json=resource, headers=headers)
    assert "fhirVersion=4.3" in reply.headers["Content-Type"]
    assert "event" in parts(reply.get_json(force=True))[0]


def test_formats_are_converted(client: FlaskClient) -> None:
    """Any resource of the endpoint's own version, JSON to XML."""
    resource = {"resourceType": "Patient", "id": "p", "active": True}
    reply = client.post(
        "/fhir/r4/$convert", json=resource, headers={"Accept": "application/fhir+xml"}
    )
    assert '<Patient><id value="p"/><active value="true"/></Patient>' in reply.text.replace(
        ' xmlns="http://hl7.org/fhir"', ""
    )


@pytest.mark.parametrize(
    ("resource", "headers", "status", "code"),
    [
        ({"resourceType": "Patient"}, R5, 404, "not-supported"),
        ({"resourceType": "AdverseEvent", "event": {"text": "x"}}, R5, 422, "processing"),
        ({"resourceType": "AdverseEvent", "extension": "x"}, R5, 422, "processing"),
        (
            {"resourceType": "AdverseEvent"},
            {"Content-Type": "application/fhir+json; fhirVersion=3.0"},
            406,
            "not-supported",
        ),
        (None, R5, 400, "value"),
    ],
)
def test_what_cannot_be_converted_is_refused(
    client: FlaskClient, resource: Json | None, headers: dict[str, str], status: int, code: str
) -> None:
    """A resource that is taken for one of another version would lose what it says."""
    body = {} if resource is None else {"json": resource}
    reply = client.post("/fhir/r4/$convert", headers=headers, **body)
    found = reply.get_json(force=True)["issue"][0]["code"]
    assert (reply.status_code, found) == (status, code)
