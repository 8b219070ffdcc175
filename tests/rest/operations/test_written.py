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


SYSTEM = "https://example.org/stages"
SET = "https://example.org/stages-taken"
MAP = "https://example.org/stages-map"


def written_terminology(mount: str) -> list[Json]:
    """Return two versions of a code system and of a map, and a value set of the older system."""
    relation = {"r5": ("relationship", "equivalent")}.get(mount, ("equivalence", "equivalent"))
    resources: list[Json] = [
        {
            "resourceType": "ValueSet",
            "id": "stages-taken",
            "url": SET,
            "status": "active",
            "compose": {"include": [{"system": SYSTEM, "version": "1"}]},
        }
    ]
    for version, codes in (("1", "ab"), ("2", "bc")):
        concepts = [{"code": code, "display": f"{code}{version}"} for code in codes]
        element = {"code": "b", "target": [{"code": f"to-{version}", relation[0]: relation[1]}]}
        group = {"source": SYSTEM, "target": "https://example.org/x", "element": [element]}
        known = {"version": version, "status": "active"}
        system = {"resourceType": "CodeSystem", "id": f"stages-{version}", "url": SYSTEM, **known}
        map = {"resourceType": "ConceptMap", "id": f"map-{version}", "url": MAP, **known}
        resources += [
            {**system, "content": "complete", "concept": concepts},
            {**map, "group": [group]},
        ]
    return resources


@pytest.fixture
def staged(writer: FlaskClient, mount: str) -> FlaskClient:
    for resource in written_terminology(mount):
        path = f"/fhir/{mount}/{resource['resourceType']}/{resource['id']}"
        reply = writer.put(path, json=resource)
        assert reply.status_code in (200, 201), reply.text
    return writer


def test_an_expansion_is_of_the_version_included(staged: FlaskClient, mount: str) -> None:
    """Each code says its version, and the answer which versions were used."""
    expansion = asked(staged, f"/fhir/{mount}/ValueSet/$expand?url={SET}")["expansion"]
    rows = [(row["code"], row["display"], row["version"]) for row in expansion["contains"]]
    assert rows == [("a", "a1", "1"), ("b", "b1", "1")]
    used = [row["valueUri"] for row in expansion["parameter"] if row["name"] == "used-codesystem"]
    assert used == [f"{SYSTEM}|1"]


@pytest.mark.parametrize(
    ("query", "status", "result"),
    [
        ("code=a", 200, True),
        ("code=a&systemVersion=1", 200, True),
        ("code=c", 200, False),
        ("code=b&systemVersion=2", 200, False),
        ("code=b&systemVersion=3", 404, None),
    ],
)
def test_a_code_is_checked_in_the_version_included(
    query: str, status: int, result: bool | None, staged: FlaskClient, mount: str
) -> None:
    """The latest version has a code more and one less than the one that the set takes."""
    path = f"/fhir/{mount}/ValueSet/$validate-code?url={SET}&system={SYSTEM}&{query}"
    reply = staged.get(path)
    assert reply.status_code == status
    rows = {row["name"]: row for row in reply.get_json(force=True).get("parameter", [])}
    assert rows.get("result", {}).get("valueBoolean") is result


def test_a_system_is_checked_and_looked_up_in_the_version_asked(
    staged: FlaskClient, mount: str
) -> None:
    for version, code in (("1", "a"), ("2", "c")):
        url = f"/fhir/{mount}/CodeSystem/$validate-code?url={SYSTEM}&version={version}"
        results = [asked(staged, f"{url}&code={each}")["parameter"][0] for each in (code, "b")]
        assert [row["valueBoolean"] for row in results] == [True, True]
        other = asked(staged, f"{url}&code={'c' if code == 'a' else 'a'}")
        assert other["parameter"][0]["valueBoolean"] is False
        looked_up = asked(
            staged, f"/fhir/{mount}/CodeSystem/$lookup?system={SYSTEM}&version={version}&code=b"
        )
        rows = {row["name"]: row.get("valueString") for row in looked_up["parameter"]}
        assert (rows["display"], rows["version"]) == (f"b{version}", version)
        subsumed = f"/fhir/{mount}/CodeSystem/$subsumes?system={SYSTEM}|{version}&codeB=b&codeA="
        assert [staged.get(f"{subsumed}{each}").status_code for each in "ac"] == (
            [200, 404] if version == "1" else [404, 200]
        )


@pytest.mark.parametrize(
    ("place", "query", "target"),
    [
        ("ConceptMap", f"url={MAP}&", "to-2"),
        ("ConceptMap", f"url={MAP}|1&", "to-1"),
        ("ConceptMap", f"url={MAP}&conceptMapVersion=1&", "to-1"),
        ("ConceptMap", f"url={MAP}|2&conceptMapVersion=2&", "to-2"),
        ("ConceptMap/map-1", "", "to-1"),
        ("ConceptMap/map-2", "", "to-2"),
        ("ConceptMap", "", "to-2"),
    ],
)
def test_a_map_is_asked_in_its_version(
    place: str, query: str, target: str, staged: FlaskClient, mount: str
) -> None:
    """Two versions of one map are held; each can be asked."""
    code = "sourceCode" if mount == "r5" else "code"
    url = f"/fhir/{mount}/{place}/$translate?{query}system={SYSTEM}&{code}=b"
    found = asked(staged, url)
    (match,) = [row for row in found["parameter"] if row["name"] == "match"]
    (concept,) = [part["valueCoding"] for part in match["part"] if part["name"] == "concept"]
    assert concept["code"] == target


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        (f"url={MAP}|3", 404, "version 1 and 2; version '3' is not"),
        (f"url={MAP}&conceptMapVersion=3", 404, "version 1 and 2; version '3' is not"),
        (f"url={MAP}|1&conceptMapVersion=2", 400, "versions 1 and 2"),
    ],
)
def test_a_version_of_a_map_that_is_not_held_is_refused(
    query: str, status: int, said: str, staged: FlaskClient, mount: str
) -> None:
    code = "sourceCode" if mount == "r5" else "code"
    reply = staged.get(f"/fhir/{mount}/ConceptMap/$translate?{query}&system={SYSTEM}&{code}=b")
    assert reply.status_code == status
    assert said in reply.get_json(force=True)["issue"][0]["diagnostics"]
