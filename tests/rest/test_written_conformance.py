"""Resources are validated against the profiles that clients wrote, as long as they stand."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from fhir_kb.formats import Json

PROFILE = "http://example.org/StructureDefinition/noted-event"
NOTED = {"id": "AdverseEvent.note", "path": "AdverseEvent.note", "min": 1}


def profile(url: str = PROFILE, **elements: Any) -> Json:
    return {
        "resourceType": "StructureDefinition",
        "id": "noted-event",
        "url": url,
        "name": "NotedEvent",
        "status": "active",
        "kind": "resource",
        "abstract": False,
        "type": "AdverseEvent",
        "baseDefinition": "http://hl7.org/fhir/StructureDefinition/AdverseEvent",
        "derivation": "constraint",
        "differential": {"element": [NOTED]},
        **elements,
    }


def event(**elements: Any) -> Json:
    return {
        "resourceType": "AdverseEvent",
        "id": "noted",
        "status": "completed",
        "actuality": "actual",
        "code": {"text": "rash"},
        "subject": {"display": "someone"},
        **elements,
    }


def put(writer: FlaskClient, resource: Json) -> int:
    reply = writer.put(f"/fhir/r5/{resource['resourceType']}/{resource['id']}", json=resource)
    return reply.status_code


def issues(writer: FlaskClient, resource: Json, url: str = PROFILE) -> list[Json]:
    reply = writer.post(
        f"/fhir/r5/{resource['resourceType']}/$validate?profile={url}", json=resource
    )
    assert reply.status_code == 200, reply.text
    found: list[Json] = reply.get_json(force=True)["issue"]
    return found


def errors(writer: FlaskClient, resource: Json, url: str = PROFILE) -> list[Json]:
    return [each for each in issues(writer, resource, url) if each["severity"] == "error"]


def test_a_written_profile_is_at_hand_while_it_stands(writer: FlaskClient) -> None:
    noted = event(note=[{"text": "seen twice"}])
    unknown = issues(writer, noted)
    assert put(writer, profile()) in (200, 201)
    assert errors(writer, noted) == []
    [error] = errors(writer, event())
    assert error["expression"] == ["AdverseEvent"]
    assert "note" in error["details"]["text"] + error.get("diagnostics", "")
    # Who claims a profile is held to it, as by $validate.
    claiming = {"meta": {"profile": [PROFILE]}}
    assert put(writer, event(**claiming)) == 422
    assert put(writer, noted | claiming) in (200, 201)
    # A change of the profile is seen, and so is its end.
    assert put(writer, profile(differential={"element": [NOTED | {"min": 2}]})) == 200
    assert errors(writer, noted)
    assert writer.delete("/fhir/r5/StructureDefinition/noted-event").status_code in (200, 204)
    assert issues(writer, noted) == unknown


def test_nobody_redefines_what_is_ours(writer: FlaskClient) -> None:
    bundle = writer.get("/fhir/r5/StructureDefinition?type=AdverseEvent&_count=1").get_json(
        force=True
    )
    ours = bundle["entry"][0]["resource"]["url"]
    before = issues(writer, event(), ours)
    assert put(writer, profile(ours, version="999.0.0")) in (200, 201)
    assert issues(writer, event(), ours) == before
    writer.delete("/fhir/r5/StructureDefinition/noted-event")


@pytest.mark.parametrize(
    "changed",
    [
        {"baseDefinition": PROFILE},
        {"baseDefinition": "http://example.org/StructureDefinition/nowhere"},
        {"type": "Group"},
        {"differential": {"element": [NOTED | {"path": "AdverseEvent.nothing"}]}},
        {"differential": {"element": [NOTED, NOTED]}},
    ],
)
def test_a_profile_that_cannot_be_used_breaks_nothing(changed: Json, writer: FlaskClient) -> None:
    put(writer, profile(**changed))
    issues(writer, event())
    writer.delete("/fhir/r5/StructureDefinition/noted-event")


@pytest.mark.parametrize(
    "expression",
    ["note.text.matches('(a+)+$')", "repeat(note | $this)", "1 +", "nothing()", "note.text > 5"],
)
def test_a_rule_that_cannot_be_followed_breaks_nothing(
    expression: str, writer: FlaskClient
) -> None:
    rule = {"key": "x-1", "severity": "error", "human": "x", "expression": expression}
    put(writer, profile(differential={"element": [NOTED | {"constraint": [rule]}]}))
    issues(writer, event(note=[{"text": "a" * 5000 + "b"}]))
    writer.delete("/fhir/r5/StructureDefinition/noted-event")
