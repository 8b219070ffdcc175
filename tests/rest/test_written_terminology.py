"""Searches know the value sets and code systems that clients wrote, in the state they search."""

from flask.testing import FlaskClient

from fhir_kb.formats import Json

SYSTEM, SET = "http://example.org/grades", "http://example.org/ValueSet/graded"
TREE = [{"code": "high", "concept": [{"code": "g3"}, {"code": "g4"}]}, {"code": "g1"}]


def put(writer: FlaskClient, resource: Json) -> None:
    reply = writer.put(f"/fhir/r5/{resource['resourceType']}/{resource['id']}", json=resource)
    assert reply.status_code in (200, 201), reply.text


def value_set(*codes: str) -> Json:
    concepts = [{"code": code} for code in codes]
    return {
        "resourceType": "ValueSet",
        "id": "graded",
        "url": SET,
        "status": "active",
        "compose": {"include": [{"system": SYSTEM, "concept": concepts}]},
    }


def group(code: str) -> Json:
    return {
        "resourceType": "Group",
        "id": f"graded-{code}",
        "type": "person",
        "membership": "definitional",
        "code": {"coding": [{"system": SYSTEM, "code": code}]},
    }


def asked(writer: FlaskClient, url: str) -> Json:
    body: Json = writer.get(url).get_json(force=True)
    return body


def found(writer: FlaskClient, query: str) -> list[str]:
    entries = asked(writer, f"/fhir/r5/Group?{query}&_sort=_id").get("entry", [])
    return [each["resource"]["id"] for each in entries if each["search"]["mode"] == "match"]


def test_a_value_set_is_searched_by_as_it_is_now(writer: FlaskClient) -> None:
    for code in ("g1", "g3", "g4"):
        put(writer, group(code))
    refused = asked(writer, f"/fhir/r5/Group?code:in={SET}")
    assert "not known here" in refused["issue"][0]["diagnostics"]
    put(writer, value_set("g1", "g3"))
    assert found(writer, f"code:in={SET}") == ["graded-g1", "graded-g3"]
    assert found(writer, "code:in=ValueSet/graded") == ["graded-g1", "graded-g3"]
    first = asked(writer, f"/fhir/r5/Group?code:in={SET}&_sort=_id&_count=1")
    put(writer, value_set("g4"))
    assert found(writer, f"code:in={SET}") == ["graded-g4"]
    # Pages that were begun go on with the value set that they were begun with.
    (following,) = [link["url"] for link in first["link"] if link["relation"] == "next"]
    (entry,) = asked(writer, following)["entry"]
    assert entry["resource"]["id"] == "graded-g3"
    writer.delete("/fhir/r5/ValueSet/graded")
    assert "issue" in asked(writer, f"/fhir/r5/Group?code:in={SET}")


def test_a_code_system_tells_what_is_below(writer: FlaskClient) -> None:
    for code in ("g1", "g3", "g4"):
        put(writer, group(code))
    put(
        writer,
        {
            "resourceType": "CodeSystem",
            "id": "grades",
            "url": SYSTEM,
            "status": "active",
            "content": "complete",
            "concept": TREE,
        },
    )
    assert found(writer, f"code:below={SYSTEM}|high") == ["graded-g3", "graded-g4"]
    assert found(writer, f"code:below={SYSTEM}|g1") == ["graded-g1"]
