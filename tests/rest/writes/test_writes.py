"""Create, update, delete: what each answers, and what each refuses.

https://hl7.org/fhir/R4/http.html
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from rest_calls import JSON, SYSTEM, content, new_id, organization, send, told


@pytest.fixture
def there(writer: FlaskClient, mount: str) -> Iterator[dict[str, Any]]:
    """A resource in its first version."""
    id = new_id()
    reply = send(writer, "PUT", f"{mount}/Organization/{id}", organization(id))
    assert reply.status_code == 201
    yield content(reply)


def test_create_names_the_place_and_keeps_what_was_sent(writer: FlaskClient, mount: str) -> None:
    """201 with Location, ETag and Last-Modified; the id and versions of the body are ignored."""
    sent = organization("chosen-by-me", meta={"versionId": "77", "tag": [{"code": "t"}]})
    reply = send(writer, "POST", f"{mount}/Organization", sent)
    created = content(reply)
    assert reply.status_code == 201
    assert created["id"] != "chosen-by-me"
    base = f"http://127.0.0.1:8080/fhir/{mount}/Organization/{created['id']}"
    assert reply.headers["Location"] == f"{base}/_history/1"
    assert reply.headers["ETag"] == 'W/"1"'
    assert reply.headers["Last-Modified"].endswith("GMT")
    assert created["meta"].pop("lastUpdated")
    assert created == {
        **sent,
        "id": created["id"],
        "meta": {"versionId": "1", "tag": [{"code": "t"}]},
    }


def test_what_was_created_is_read_and_found(writer: FlaskClient, mount: str) -> None:
    """Read, vread and search show it at once, byte for byte as it was answered."""
    sent = organization()
    reply = send(writer, "POST", f"{mount}/Organization", sent)
    id = content(reply)["id"]
    for path in (f"Organization/{id}", f"Organization/{id}/_history/1"):
        assert writer.get(f"/fhir/{mount}/{path}").data == reply.data
    value = sent["identifier"][0]["value"]
    found = content(writer.get(f"/fhir/{mount}/Organization?identifier={SYSTEM}|{value}"))
    assert [entry["resource"]["id"] for entry in found["entry"]] == [id]


def test_digits_and_unknown_extensions_are_kept(writer: FlaskClient) -> None:
    """27.00 stays 27.00, an extension that nobody here knows stays whole."""
    body = (
        b'{"resourceType":"Observation","status":"final","code":{"text":"x"},'
        b'"extension":[{"url":"https://example.org/unknown","valueDecimal":27.00}],'
        b'"valueQuantity":{"value":0.10,"unit":"mg"},'
        b'"referenceRange":[{"low":{"value":1e-17},"high":{"value":1.50E+2}}]}'
    )
    reply = send(writer, "POST", "r4/Observation", body)
    assert reply.status_code == 201, reply.data
    read = writer.get(reply.headers["Location"].removeprefix("http://127.0.0.1:8080")).data
    assert b'"valueDecimal":27.00' in read
    assert b'{"value":0.10,"unit":"mg"}' in read
    assert b'"low":{"value":1e-17},"high":{"value":1.50E+2}' in read


def test_xml_is_taken_and_given(writer: FlaskClient, mount: str) -> None:
    """The same resource in XML; what is stored is the same as from JSON."""
    body = b'<Organization xmlns="http://hl7.org/fhir"><name value="Station 3"/></Organization>'
    reply = send(
        writer,
        "POST",
        f"{mount}/Organization?_format=xml",
        body,
        Content_Type="application/fhir+xml",
    )
    assert reply.status_code == 201
    assert b'<name value="Station 3"/>' in reply.data
    read = content(writer.get(reply.headers["Location"].removeprefix("http://127.0.0.1:8080")))
    assert read["name"] == "Station 3"


@pytest.mark.parametrize(
    ("prefer", "status", "type"),
    [
        ("", 201, "Organization"),
        ("return=representation", 201, "Organization"),
        ("return=minimal", 201, None),
        ("return=OperationOutcome", 201, "OperationOutcome"),
        ('handling=strict, return="minimal"', 201, None),
        ("return=everything", 201, "Organization"),
    ],
)
def test_the_caller_says_how_much_comes_back(
    prefer: str, status: int, type: str | None, writer: FlaskClient
) -> None:
    """https://hl7.org/fhir/R4/http.html#ops"""
    reply = send(writer, "POST", "r4/Organization", organization(), Prefer=prefer)
    assert reply.status_code == status
    assert reply.headers["Location"]
    assert (content(reply)["resourceType"] if reply.data else None) == type


def test_update_makes_the_next_version(
    there: dict[str, Any], writer: FlaskClient, mount: str
) -> None:
    """200, a new ETag; the old version can still be read, and is no longer found."""
    path = f"{mount}/Organization/{there['id']}"
    reply = send(writer, "PUT", path, {**there, "name": "Renamed"})
    assert (reply.status_code, reply.headers["ETag"]) == (200, 'W/"2"')
    assert reply.headers["Location"].endswith(f"{there['id']}/_history/2")
    assert content(writer.get(f"/fhir/{path}/_history/1")) == there
    old = there["name"]
    assert content(writer.get(f"/fhir/{mount}/Organization?name:exact={old}"))["total"] == 0


IF_MATCH = [
    ('W/"1"', "", 200),
    ('"1"', "", 200),
    ("1", "", 200),
    ('W/"9", W/"1"', "", 200),
    ("*", "", 200),
    ('W/"2"', "", 412),
    ('W/"11"', "", 412),
    ("", "*", 412),
    ("", 'W/"1"', 412),
    ("", 'W/"2"', 200),
]


@pytest.mark.parametrize(("if_match", "if_none_match", "status"), IF_MATCH)
def test_nobody_overwrites_what_they_have_not_seen(
    if_match: str, if_none_match: str, status: int, writer: FlaskClient
) -> None:
    """If-Match and If-None-Match compare weakly; 412 changes nothing."""
    mount = "r4"
    id = new_id()
    send(writer, "PUT", f"{mount}/Organization/{id}", organization(id))
    reply = send(
        writer,
        "PUT",
        f"{mount}/Organization/{id}",
        organization(id),
        If_Match=if_match,
        If_None_Match=if_none_match,
    )
    assert reply.status_code == status
    now = writer.get(f"/fhir/{mount}/Organization/{id}").headers["ETag"]
    assert now == ('W/"2"' if status == 200 else 'W/"1"')


def test_if_match_of_what_is_not_there_is_refused(writer: FlaskClient) -> None:
    """A version that is expected and not there is a lost update too."""
    id = new_id()
    reply = send(writer, "PUT", f"r4/Organization/{id}", organization(id), If_Match='W/"1"')
    assert reply.status_code == 412
    assert writer.get(f"/fhir/r4/Organization/{id}").status_code == 404


def test_create_only_when_it_is_not_there(writer: FlaskClient) -> None:
    """PUT with If-None-Match: * creates, and never overwrites."""
    id = new_id()
    path = f"r4/Organization/{id}"
    first = send(writer, "PUT", path, organization(id), If_None_Match="*")
    assert first.status_code == 201
    assert send(writer, "PUT", path, organization(id), If_None_Match="*").status_code == 412


@pytest.mark.parametrize(
    ("path", "body", "status", "words"),
    [
        ("Organization/x", organization("y"), 400, "has the id 'y'"),
        ("Organization/x", organization(), 400, "has no id"),
        ("Organization/x", {"resourceType": "Group", "id": "x"}, 400, "is of type Group"),
        ("Organization/a_b", organization("a_b"), 400, "is no id"),
        (f"Organization/{'a' * 65}", organization("a" * 65), 400, "is no id"),
        ("Patient/x", {"resourceType": "Patient", "id": "x"}, 404, "no 'Patient'"),
        (
            "Organization/x",
            {"resourceType": "Organization", "id": "x", "nme": "?"},
            422,
            "validator",
        ),
        ("Organization/x", {"id": "x", "name": "?"}, 400, "no resourceType"),
    ],
)
def test_a_resource_that_does_not_fit_its_place_is_refused(
    path: str, body: dict[str, Any], status: int, words: str, writer: FlaskClient
) -> None:
    """What was asked, why not; nothing is written."""
    reply = send(writer, "PUT", f"r4/{path}", body)
    assert reply.status_code == status
    assert words in told(reply)


def test_what_the_validator_finds_is_told_with_its_place(writer: FlaskClient) -> None:
    """422 with each issue, where it stands and on which line."""
    body = b'{"resourceType": "Organization",\n "name": "x",\n "active": "yes"}'
    reply = send(writer, "POST", "r4/Organization", body)
    assert reply.status_code == 422
    issue = content(reply)["issue"][1]
    assert issue["expression"] == ["Organization.active"]
    lines = [row.get("valueInteger") for row in issue["extension"]]
    assert 3 in lines


MALFORMED = [
    (b"", "empty"),
    (b"   ", "empty"),
    (b"{", "not JSON"),
    (b"[]", "an array"),
    (b'"text"', "a string"),
    (b"null", "null"),
    (b"\xff\xfe{}", "UTF-8"),
    (b'\xef\xbb\xbf{"resourceType":"Organization"}', "byte order mark"),
    (b'{"resourceType":"Organization","name":"a","name":"b"}', "twice"),
    (b'{"resourceType":"Organization","x":NaN}', "NaN"),
    (b'{"resourceType":"Organization","name":"\\ud800"}', "surrogate"),
    (b'{"resourceType":"Organization","name":"a\\u0000"}', "NUL"),
    (b'{"resourceType":7}', "resourceType"),
    (b'{"name":"a"}', "resourceType"),
    (b'{"resourceType":"Organization"} {}', "not JSON"),
    (b'{"a":' * 200 + b"1" + b"}" * 200, "levels"),
]


@pytest.mark.parametrize(("body", "words"), MALFORMED, ids=range(len(MALFORMED)))
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_a_body_that_cannot_be_read_is_refused_with_its_reason(
    method: str, body: bytes, words: str, writer: FlaskClient
) -> None:
    """Never a 500, never a guess."""
    path = "r4/Organization" if method == "POST" else "r4/Organization/x"
    reply = send(writer, method, path, body)
    assert reply.status_code in (400, 413)
    assert words in told(reply)


MALFORMED_XML = [
    (b"<", "not XML"),
    (b"<Organization/>", "namespace"),
    (b'<!DOCTYPE x><Organization xmlns="http://hl7.org/fhir"/>', "DOCTYPE"),
    (b'<Foo xmlns="http://hl7.org/fhir"/>', "resource type"),
    (b'<Organization xmlns="http://hl7.org/fhir"><nme value="x"/></Organization>', "nme"),
    (b'{"resourceType":"Organization"}', "not XML"),
]


@pytest.mark.parametrize(("body", "words"), MALFORMED_XML, ids=range(len(MALFORMED_XML)))
def test_xml_that_cannot_be_read_is_refused_with_its_reason(
    body: bytes, words: str, writer: FlaskClient
) -> None:
    """The same for XML; a DOCTYPE is never read."""
    reply = send(writer, "POST", "r4/Organization", body, Content_Type="application/fhir+xml")
    assert reply.status_code == 400
    assert words in told(reply)


@pytest.mark.parametrize(
    ("headers", "status", "words"),
    [
        ({"Content-Type": "text/plain"}, 415, "application/fhir+json"),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415, "application/fhir+json"),
        ({"Content-Type": "application/*"}, 415, "application/fhir+json"),
        ({"Content-Type": "application/fhir+json; fhirVersion=5.0"}, 415, "takes 4.0"),
        ({"Content-Type": "application/fhir+json; fhirVersion=4.0"}, 201, ""),
        ({"Content-Type": "application/json; charset=utf-8"}, 201, ""),
        ({"Content-Type": "application/json; charset=latin1"}, 415, "UTF-8"),
        ({"Content-Encoding": "gzip"}, 415, "gzip"),
        ({"Accept": "image/png"}, 406, "application/fhir+json"),
        ({"Accept-Charset": "latin1"}, 406, "UTF-8"),
        ({"Accept-Charset": "latin1, utf-8;q=0.1"}, 201, ""),
        ({"Accept-Charset": "utf-8;q=0, *"}, 406, "UTF-8"),
    ],
)
def test_types_and_charsets_are_agreed_on(
    headers: dict[str, str], status: int, words: str, writer: FlaskClient
) -> None:
    """415 for what is not read, 406 for what is not written; nothing is stored then."""
    sent = organization()
    reply = writer.post("/fhir/r4/Organization", data=json.dumps(sent), headers={**JSON, **headers})
    assert reply.status_code == status
    if words:
        assert words in told(reply)
    found = content(writer.get(f"/fhir/r4/Organization?name:exact={sent['name']}"))
    assert found["total"] == (1 if status == 201 else 0)


def test_delete_takes_it_out_and_keeps_its_history(
    there: dict[str, Any], writer: FlaskClient, mount: str
) -> None:
    """204, 410 on read and on the deletion's own version, 200 on the version before."""
    path = f"{mount}/Organization/{there['id']}"
    reply = send(writer, "DELETE", path)
    assert (reply.status_code, reply.data, reply.headers["ETag"]) == (204, b"", 'W/"2"')
    assert writer.get(f"/fhir/{path}").status_code == 410
    assert writer.get(f"/fhir/{path}/_history/2").status_code == 410
    assert content(writer.get(f"/fhir/{path}/_history/1")) == there
    assert content(writer.get(f"/fhir/{mount}/Organization?_id={there['id']}"))["total"] == 0
    assert send(writer, "DELETE", path).status_code == 204


def test_delete_tells_what_it_did_when_asked(
    there: dict[str, Any], writer: FlaskClient, mount: str
) -> None:
    """200 with an OperationOutcome, also when there is nothing to delete."""
    path = f"{mount}/Organization/{there['id']}"
    for words in ("was deleted", "nothing to delete"):
        reply = send(writer, "DELETE", path, Prefer="return=OperationOutcome")
        assert reply.status_code == 200
        assert words in told(reply)


def test_a_deleted_resource_can_be_brought_back(
    there: dict[str, Any], writer: FlaskClient, mount: str
) -> None:
    """The versions count on: nothing that was is written over."""
    path = f"{mount}/Organization/{there['id']}"
    send(writer, "DELETE", path)
    reply = send(writer, "PUT", path, there)
    assert (reply.status_code, reply.headers["ETag"]) == (201, 'W/"3"')
    assert writer.get(f"/fhir/{path}").status_code == 200


def test_delete_of_another_version_is_refused(
    there: dict[str, Any], writer: FlaskClient, mount: str
) -> None:
    """If-Match holds for DELETE too."""
    path = f"{mount}/Organization/{there['id']}"
    assert send(writer, "DELETE", path, If_Match='W/"7"').status_code == 412
    assert send(writer, "DELETE", path, If_Match='W/"1"').status_code == 204


@pytest.mark.parametrize(
    ("method", "body"),
    [
        ("PUT", {"resourceType": "Medication", "id": "aspirin"}),
        ("PATCH", {"resourceType": "Parameters"}),
        ("DELETE", None),
    ],
)
def test_curated_knowledge_is_read_only(
    method: str, body: Any, writer: FlaskClient, mount: str
) -> None:
    """403: what clients write stands beside the knowledge, never over it."""
    before = writer.get(f"/fhir/{mount}/Medication/aspirin").data
    reply = send(writer, method, f"{mount}/Medication/aspirin", body)
    assert reply.status_code == 403
    assert "curated" in told(reply)
    assert writer.get(f"/fhir/{mount}/Medication/aspirin").data == before


def test_an_unknown_id_was_never_deleted(writer: FlaskClient) -> None:
    """404 and 410 tell different things."""
    assert writer.get("/fhir/r4/Organization/never-was").status_code == 404
    assert writer.get("/fhir/r4/Organization/never-was/_history").status_code == 404


def test_a_page_of_another_origin_cannot_write_without_a_token(writer: FlaskClient) -> None:
    """A web page must not write by the hand of whoever looks at it."""
    for origin, status in (("https://elsewhere.example", 403), ("http://127.0.0.1:8080", 201)):
        reply = send(writer, "POST", "r4/Organization", organization(), Origin=origin)
        assert reply.status_code == status


def test_a_part_of_a_resource_does_not_overwrite_the_whole(
    there: dict[str, Any], writer: FlaskClient, mount: str
) -> None:
    """What _elements gave, sent back, would drop the rest in silence."""
    path = f"{mount}/Organization/{there['id']}"
    part = content(writer.get(f"/fhir/{path}?_elements=identifier"))
    reply = send(writer, "PUT", path, part)
    assert reply.status_code == 400
    assert "SUBSETTED" in told(reply)
    assert content(writer.get(f"/fhir/{path}")) == there


@pytest.mark.parametrize(
    ("content_type", "mount"),
    [("application/fhir+json; fhirVersion=5.0", "r5"), ("application/fhir+json", "r4")],
)
def test_without_a_mount_the_body_says_its_version(
    content_type: str, mount: str, writer: FlaskClient
) -> None:
    """What is sent to /fhir as R5 is an R5 resource, and is kept as one."""
    reply = send(writer, "POST", "Organization", organization(), Content_Type=content_type)
    assert reply.status_code == 201
    id = content(reply)["id"]
    for each, status in ((mount, 200), ("r4b", 404)):
        assert writer.get(f"/fhir/{each}/Organization/{id}").status_code == status


def test_pretty_changes_only_the_layout(there: dict[str, Any], writer: FlaskClient) -> None:
    """_pretty=true is for people who read along, in both formats."""
    path = "/fhir/r4/Medication/aspirin?_pretty=true"
    assert content(writer.get(path)) == content(writer.get("/fhir/r4/Medication/aspirin"))
    assert writer.get(path).data.startswith(b'{\n  "resourceType"')
    assert b'>\n  <id value="aspirin"/>' in writer.get(f"{path}&_format=xml").data


@pytest.mark.parametrize(
    ("path", "severity"), [("{there}", "information"), ("Medication/aspirin", "error")]
)
def test_validation_tells_what_could_be_deleted(
    path: str, severity: str, there: dict[str, Any], writer: FlaskClient, mount: str
) -> None:
    """$validate?mode=delete says what DELETE would say, and deletes nothing."""
    what = path.format(there=f"Organization/{there['id']}")
    outcome = content(writer.get(f"/fhir/{mount}/{what}/$validate?mode=delete"))
    assert outcome["issue"][0]["severity"] == severity
    assert writer.get(f"/fhir/{mount}/{what}").status_code == 200


def test_what_the_server_sets_itself_is_not_judged(writer: FlaskClient, mount: str) -> None:
    """The id of a create, versionId and lastUpdated are ignored, whatever stands there."""
    sent = organization("not an id!", meta={"versionId": "?", "lastUpdated": "yesterday"})
    reply = send(writer, "POST", f"{mount}/Organization", sent)
    assert reply.status_code == 201
    assert set(content(reply)["meta"]) == {"versionId", "lastUpdated"}
    assert content(reply)["meta"]["versionId"] == "1"
