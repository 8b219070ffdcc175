"""Operations see what clients wrote, and pages begun before a write are not disturbed by it."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from fhir_kb.formats import Json

EVERYTHING = "/fhir/r4/MedicationKnowledge/pomalidomide/$everything"
TAG = {"system": "http://example.org/tags", "code": "mine"}


def event(id: str) -> Json:
    return {
        "resourceType": "AdverseEvent",
        "id": id,
        "actuality": "actual",
        "subject": {"display": "someone"},
        "suspectEntity": [{"instance": {"reference": "Medication/pomalidomide"}}],
    }


def put(writer: FlaskClient, resource: Json) -> None:
    reply = writer.put(f"/fhir/r4/{resource['resourceType']}/{resource['id']}", json=resource)
    assert reply.status_code in (200, 201), reply.text


def ids(bundle: Json) -> list[str]:
    return [entry["resource"]["id"] for entry in bundle.get("entry", [])]


def asked(writer: FlaskClient, url: str) -> Json:
    body: Json = writer.get(url).get_json(force=True)
    return body


def test_everything_has_what_clients_wrote(writer: FlaskClient) -> None:
    """A report on the medicine belongs to it at once, and no more once it is deleted."""
    put(writer, event("seen"))
    url = f"{EVERYTHING}?_type=AdverseEvent"
    assert "seen" in ids(asked(writer, url))
    assert writer.delete("/fhir/r4/AdverseEvent/seen").status_code in (200, 204)
    assert "seen" not in ids(asked(writer, url))


def test_pages_do_not_see_later_writes(writer: FlaskClient) -> None:
    """A sequence of pages shows one state: nothing twice, nothing lost."""
    for number in range(3):
        put(writer, event(f"page-{number}"))
    first = asked(writer, f"{EVERYTHING}?_count=2")
    put(writer, event("page-0"))
    put(writer, event("later"))
    found, page = ids(first), first
    while following := [link["url"] for link in page["link"] if link["relation"] == "next"]:
        page = asked(writer, following[0])
        found += ids(page)
    events = [id for id in found if id.startswith("page-") or id == "later"]
    assert sorted(events) == ["page-0", "page-1", "page-2"]
    assert len(found) == first["total"]


def test_an_export_has_what_clients_wrote(writable_app: Flask, writer: FlaskClient) -> None:
    """And tells what they deleted since."""
    exports = writable_app.extensions["fhir_kb"]["r4"].exports
    put(writer, event("exported"))
    put(writer, event("gone"))
    writer.delete("/fhir/r4/AdverseEvent/gone")
    since = asked(writer, "/fhir/r4/AdverseEvent/exported")["meta"]["lastUpdated"]
    reply = writer.get(
        f"/fhir/r4/$export?_type=AdverseEvent&_since={since}", headers={"Prefer": "respond-async"}
    )
    exports.wait(20)
    manifest = writer.get(reply.headers["Content-Location"]).get_json()
    (output,) = manifest["output"]
    assert b'"id":"exported"' in writer.get(output["url"]).data
    (deleted,) = manifest["deleted"]
    assert b'"url":"AdverseEvent/gone"' in writer.get(deleted["url"]).data


def meta(writer: FlaskClient, operation: str, **lists: object) -> tuple[int, Json]:
    sent = {
        "resourceType": "Parameters",
        "parameter": [{"name": "meta", "valueMeta": lists}],
    }
    reply = writer.post(f"/fhir/r4/AdverseEvent/{operation}", json=sent)
    body: Json = reply.get_json(force=True)
    return reply.status_code, body


def test_tags_are_put_on_and_taken_off(writer: FlaskClient) -> None:
    """Each change is a version; what changes nothing is none."""
    put(writer, event("tagged"))
    status, body = meta(writer, "tagged/$meta-add", tag=[TAG, {**TAG, "display": "Mine"}])
    added = body["parameter"][0]["valueMeta"]
    assert (status, added["tag"][0]) == (200, TAG)
    assert len(added["tag"]) == 1
    again = meta(writer, "tagged/$meta-add", tag=[TAG])[1]["parameter"][0]["valueMeta"]
    assert again == added
    gone = meta(writer, "tagged/$meta-delete", tag=[TAG])[1]["parameter"][0]["valueMeta"]
    assert "tag" not in gone
    versions = [added["versionId"], gone["versionId"]]
    assert versions == sorted(set(versions), key=int)
    assert asked(writer, "/fhir/r4/AdverseEvent/tagged")["meta"] == gone


@pytest.mark.parametrize(
    ("operation", "status"),
    [("none/$meta-add", 404), ("thalidomide-boils/$meta-delete", 404)],
)
def test_there_must_be_a_resource(writer: FlaskClient, operation: str, status: int) -> None:
    """Nothing is made by a tag."""
    assert meta(writer, operation, tag=[TAG])[0] == status


def test_curated_knowledge_is_not_tagged(writer: FlaskClient) -> None:
    """It is the same for every client."""
    bundle = asked(writer, "/fhir/r4/AdverseEvent?_tag=published-aggregate&_count=1")
    id = bundle["entry"][0]["resource"]["id"]
    status, body = meta(writer, f"{id}/$meta-add", tag=[TAG])
    assert (status, body["issue"][0]["code"]) == (403, "forbidden")


def test_where_nothing_is_written_there_is_no_such_operation(client: FlaskClient) -> None:
    """The CapabilityStatement names it only where it works."""
    reply = client.post("/fhir/r4/AdverseEvent/x/$meta-add", json={})
    assert reply.status_code == 405
    statement = client.get("/fhir/r4/metadata").get_json(force=True)
    assert "meta-add" not in [row["name"] for row in statement["rest"][0]["operation"]]
