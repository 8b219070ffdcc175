"""Batches: each entry stands alone.

https://hl7.org/fhir/R4/http.html#brules
"""

from typing import Any

from flask.testing import FlaskClient
from rest_calls import content, new_id, organization, send


def batch(*entries: Any) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "batch", "entry": list(entries)}


def entry(method: str, url: str, resource: Any = None, **request: str) -> dict[str, Any]:
    row: dict[str, Any] = {"request": {"method": method, "url": url, **request}}
    return row if resource is None else {**row, "resource": resource}


def test_an_entry_fails_alone(writer: FlaskClient, mount: str) -> None:
    """200 for the whole; each answer stands at its place with status, outcome or resource."""
    id = new_id()
    body = batch(
        entry("GET", f"Organization/{id}"),
        entry("PUT", f"Organization/{id}", organization(id)),
        entry("PUT", "Organization/x", organization("y")),
        entry("GET", "Organization/never-was"),
        {},
        entry("GET", "Medication/aspirin"),
        entry("DELETE", "Medication/aspirin"),
        entry("POST", "Organization", {"resourceType": "Organization", "active": "yes"}),
        entry("POST", "", batch()),
    )
    reply = send(writer, "POST", mount, body)
    rows = content(reply)["entry"]
    assert [row["response"]["status"][:3] for row in rows] == [
        "200",
        "201",
        "400",
        "404",
        "400",
        "200",
        "403",
        "422",
        "400",
    ]
    for row in rows:
        failed = row["response"]["status"] >= "400"
        assert ("outcome" in row["response"]) is failed
    assert rows[5]["resource"] == content(writer.get(f"/fhir/{mount}/Medication/aspirin"))


def test_reads_searches_operations_and_histories_are_answered(
    client: FlaskClient, mount: str
) -> None:
    """As they would be alone, on a server without writes too."""
    urls = [
        "Medication/aspirin",
        "Medication?_count=1",
        "Medication/aspirin/_history",
        "Medication/aspirin/$validate",
        "metadata",
    ]
    reply = send(client, "POST", mount, batch(*(entry("GET", url) for url in urls)))
    for url, row in zip(urls, content(reply)["entry"], strict=True):
        assert row["resource"] == content(client.get(f"/fhir/{mount}/{url}")), url


def test_conditions_of_an_entry_are_kept(writer: FlaskClient, mount: str) -> None:
    """ifNoneMatch and ifModifiedSince of a read, ifMatch of a write, ifNoneExist of a create."""
    id = new_id()
    send(writer, "PUT", f"{mount}/Organization/{id}", organization(id))
    path = f"Organization/{id}"
    body = batch(
        entry("GET", path, ifNoneMatch='W/"1"'),
        entry("GET", "Medication/aspirin", ifModifiedSince="Fri, 01 Jan 2100 00:00:00 GMT"),
        entry("PUT", path, organization(id), ifMatch='W/"7"'),
        entry("POST", "Organization", organization(), ifNoneExist=f"_id={id}"),
    )
    rows = content(send(writer, "POST", mount, body))["entry"]
    assert [row["response"]["status"][:3] for row in rows] == ["304", "304", "412", "200"]


def test_writes_of_a_batch_are_refused_where_writes_are_off(client: FlaskClient) -> None:
    """The reads beside them are answered."""
    body = batch(entry("POST", "Organization", organization()), entry("GET", "Medication/aspirin"))
    rows = content(send(client, "POST", "r4", body))["entry"]
    assert [row["response"]["status"][:3] for row in rows] == ["405", "200"]


def test_a_batch_in_xml_is_answered_in_xml(writer: FlaskClient) -> None:
    """The same in the other format."""
    body = (
        b'<Bundle xmlns="http://hl7.org/fhir"><type value="batch"/><entry><request>'
        b'<method value="GET"/><url value="Medication/aspirin"/></request></entry></Bundle>'
    )
    reply = send(writer, "POST", "r4?_format=xml", body, Content_Type="application/fhir+xml")
    assert reply.status_code == 200
    assert b'<type value="batch-response"/>' in reply.data
    assert b"<Medication>" in reply.data or b"<Medication " in reply.data
