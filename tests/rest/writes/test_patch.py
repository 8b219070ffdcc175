"""PATCH over HTTP: formats, preconditions, narratives and what may not change.

https://hl7.org/fhir/R4/http.html#patch
"""

from typing import Any

import pytest
from flask.testing import FlaskClient
from rest_calls import JSON_PATCH, content, new_id, organization, send, told

TEXT = {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">Ward</div>'}
RENAME = [{"op": "replace", "path": "/name", "value": "Renamed"}]
RENAME_BY_PATH = {
    "resourceType": "Parameters",
    "parameter": [
        {
            "name": "operation",
            "part": [
                {"name": "type", "valueCode": "replace"},
                {"name": "path", "valueString": "Organization.name"},
                {"name": "value", "valueString": "Renamed"},
            ],
        }
    ],
}
RENAME_IN_XML = (
    b'<Parameters xmlns="http://hl7.org/fhir"><parameter><name value="operation"/>'
    b'<part><name value="type"/><valueCode value="replace"/></part>'
    b'<part><name value="path"/><valueString value="Organization.name"/></part>'
    b'<part><name value="value"/><valueString value="Renamed"/></part></parameter></Parameters>'
)


def written(client: FlaskClient, mount: str = "r4", **more: Any) -> str:
    id = new_id()
    reply = send(client, "PUT", f"{mount}/Organization/{id}", organization(id, **more))
    assert reply.status_code == 201, reply.data
    return f"{mount}/Organization/{id}"


@pytest.mark.parametrize(
    ("content_type", "patch"),
    [
        ("application/json-patch+json", RENAME),
        ("application/fhir+json", RENAME_BY_PATH),
        ("application/fhir+xml", RENAME_IN_XML),
    ],
)
def test_a_patch_in_each_format_makes_the_next_version(
    content_type: str, patch: Any, writer: FlaskClient, mount: str
) -> None:
    """200 with the resource as it now is, and a new ETag."""
    path = written(writer, mount)
    reply = send(writer, "PATCH", path, patch, Content_Type=content_type)
    assert (reply.status_code, reply.headers["ETag"]) == (200, 'W/"2"')
    assert content(reply)["name"] == "Renamed"
    assert writer.get(f"/fhir/{path}").data == reply.data


def test_other_formats_are_refused(writer: FlaskClient) -> None:
    """415 names the three that are taken."""
    reply = send(
        writer, "PATCH", written(writer), b"<diff/>", Content_Type="application/xml-patch+xml"
    )
    assert reply.status_code == 415
    assert "application/json-patch+json" in told(reply)


REFUSED = [
    ([{"op": "test", "path": "/name", "value": "other"}], 422, "another one"),
    ([{"op": "replace", "path": "/id", "value": "other"}], 422, "type or id"),
    ([{"op": "replace", "path": "/resourceType", "value": "Group"}], 422, "type or id"),
    ([{"op": "remove", "path": "/id"}], 422, "type or id"),
    ([{"op": "replace", "path": "", "value": 7}], 422, "no resource"),
    ([{"op": "add", "path": "/nme", "value": "x"}], 422, "validator"),
    ([{"op": "add", "path": "/name", "value": ""}], 422, "validator"),
    ({"op": "add"}, 400, "array"),
]


@pytest.mark.parametrize(("patch", "status", "words"), REFUSED)
def test_a_patch_that_cannot_be_applied_changes_nothing(
    patch: Any, status: int, words: str, writer: FlaskClient
) -> None:
    """The version stays the first one."""
    path = written(writer)
    reply = send(writer, "PATCH", path, patch, **JSON_PATCH)
    assert reply.status_code == status
    assert words in told(reply)
    assert writer.get(f"/fhir/{path}").headers["ETag"] == 'W/"1"'


@pytest.mark.parametrize(("if_match", "status"), [('W/"1"', 200), ('W/"2"', 412)])
def test_a_patch_may_name_the_version_it_is_for(
    if_match: str, status: int, writer: FlaskClient
) -> None:
    """https://hl7.org/fhir/R4/http.html#concurrency"""
    reply = send(writer, "PATCH", written(writer), RENAME, **JSON_PATCH, If_Match=if_match)
    assert reply.status_code == status


@pytest.mark.parametrize(("deleted", "status"), [(False, 404), (True, 410)])
def test_what_is_not_there_cannot_be_patched(
    deleted: bool, status: int, writer: FlaskClient
) -> None:
    """404 for what never was, 410 for what was deleted."""
    path = written(writer) if deleted else "r4/Organization/never-was"
    if deleted:
        send(writer, "DELETE", path)
    assert send(writer, "PATCH", path, RENAME, **JSON_PATCH).status_code == status


STALE = [
    (TEXT, RENAME, False),
    (TEXT, [{"op": "add", "path": "/language", "value": "en"}], True),
    (TEXT, [*RENAME, {"op": "replace", "path": "/text/status", "value": "extensions"}], True),
    ({**TEXT, "status": "additional"}, RENAME, True),
]


@pytest.mark.parametrize(("text", "patch", "stays"), STALE)
def test_a_narrative_does_not_contradict_the_data(
    text: Any, patch: Any, stays: bool, writer: FlaskClient
) -> None:
    """A generated narrative that a patch leaves behind is taken out, and that is said."""
    path = written(writer, text=text)
    reply = send(writer, "PATCH", path, patch, **JSON_PATCH, Prefer="return=OperationOutcome")
    assert reply.status_code == 200, reply.data
    assert ("text" in content(writer.get(f"/fhir/{path}"))) is stays
    assert ("narrative" in told(reply)) is not stays


@pytest.mark.parametrize("body", [{"name": "x"}, {"resourceType": "Organization", "name": "x"}])
def test_a_part_of_a_resource_is_no_patch(body: Any, writer: FlaskClient) -> None:
    """Some clients send the elements to be changed: they are told what a patch is."""
    reply = send(writer, "PATCH", written(writer), body)
    assert reply.status_code == 400
    assert "application/json-patch+json" in told(reply)
