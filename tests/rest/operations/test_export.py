"""``$export`` over HTTP: begun, asked after, fetched, cancelled."""

import fcntl
import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from fhir_kb.formats import Json
from fhir_kb.versions import VERSIONS

ASYNC = {"Prefer": "respond-async", "Accept": "application/fhir+json"}


@pytest.fixture(autouse=True)
def emptied(app: Flask) -> Iterator[None]:
    """No job of one test counts in another."""
    yield
    for endpoint in app.extensions["fhir_kb"].values():
        endpoint.exports.wait(20)
        for folder in Path(endpoint.exports._folder).glob("[0-9a-f]*"):
            endpoint.exports.cancel(folder.name)


def begun(client: FlaskClient, path: str) -> str:
    reply = client.get(f"/fhir/{path}", headers=ASYNC)
    assert reply.status_code == 202, reply.text
    assert reply.get_json(force=True)["resourceType"] == "OperationOutcome"
    return reply.headers["Content-Location"]


def manifest(app: Flask, client: FlaskClient, url: str) -> Json:
    mount = re.split("/", url)[4]
    app.extensions["fhir_kb"][mount].exports.wait(20)
    reply = client.get(url, headers={"Accept": "application/json"})
    assert reply.status_code == 200, reply.text
    assert reply.headers["Content-Type"] == "application/json"
    assert reply.headers["Expires"].endswith("GMT")
    body: Json = reply.get_json()
    return body


def fetched(client: FlaskClient, file: Json) -> list[bytes]:
    reply = client.get(file["url"], headers={"Accept": "application/fhir+ndjson"})
    assert reply.status_code == 200
    assert reply.headers["Content-Type"] == "application/fhir+ndjson"
    assert int(reply.headers["Content-Length"]) == len(reply.data)
    found = reply.data.splitlines()
    assert len(found) == file["count"]
    return found


@pytest.mark.parametrize("mount", VERSIONS)
def test_everything_is_exported(app: Flask, client: FlaskClient, mount: str) -> None:
    """What the files hold is what can be read, each resource once, byte for byte."""
    url = begun(client, f"{mount}/$export")
    assert re.fullmatch(rf"http://127.0.0.1:8080/fhir/{mount}/\$export/[0-9a-f]{{32}}", url)
    body = manifest(app, client, url)
    assert body["request"] == f"http://127.0.0.1:8080/fhir/{mount}/$export"
    assert (body["requiresAccessToken"], body["error"], body["deleted"]) == (False, [], [])
    store = app.extensions["fhir_kb"][mount].store()
    assert {file["type"]: file["count"] for file in body["output"]} == {
        type: store.total(type) for type in store.types
    }
    for file in body["output"]:
        for line in fetched(client, file)[:3]:
            resource = json.loads(line)
            assert client.get(f"/fhir/{mount}/{file['type']}/{resource['id']}").data == line


def test_types_and_since_are_chosen(app: Flask, client: FlaskClient) -> None:
    """Knowledge of a release is of one instant: later than that, nothing changed."""
    body = manifest(app, client, begun(client, "r4/$export?_type=Group,Medication"))
    assert [file["type"] for file in body["output"]] == ["Group", "Medication"]
    later = manifest(app, client, begun(client, "r4/$export?_since=2999-01-01T00:00:00Z"))
    assert later["output"] == []


def test_a_kick_off_may_be_posted(app: Flask, client: FlaskClient) -> None:
    """By Parameters, at the URL where versions are negotiated: the files are of that version."""
    parameters = {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "_type", "valueString": "Medication"},
            {"name": "_outputFormat", "valueString": "application/fhir+ndjson"},
        ],
    }
    reply = client.post("/fhir/$export", json=parameters, headers=ASYNC)
    (file,) = manifest(app, client, reply.headers["Content-Location"])["output"]
    assert (file["type"], file["count"]) == ("Medication", 8)


@pytest.mark.parametrize(
    ("query", "headers", "status", "code"),
    [
        ("", {}, 400, "value"),
        ("?_outputFormat=text/csv", ASYNC, 400, "value"),
        ("?_type=Patient", ASYNC, 404, "not-supported"),
        ("?_since=yesterday", ASYNC, 400, "value"),
        ("?_tipe=Group", ASYNC, 400, "not-supported"),
        ("?tipe=Group", ASYNC, 400, "not-supported"),
        ("?includeAssociatedData=LatestProvenanceResources", ASYNC, 400, "not-supported"),
        ("?_typeFilter=type%3Dperson", ASYNC, 400, "value"),
        ("?_typeFilter=Group%3F", ASYNC, 400, "value"),
        ("?_typeFilter=Group%3Ftipe%3Dperson", ASYNC, 400, "not-supported"),
        ("?_typeFilter=Group%3Ftype%3Dperson%26_sort%3D_id", ASYNC, 400, "value"),
        ("?_typeFilter=Group%3F_include%3D*", ASYNC, 400, "value"),
        ("?_typeFilter=Group%3Fcode:in%3Dhttp://nobody.example.org/set", ASYNC, 400, "value"),
        ("?_typeFilter=Patient%3Factive%3Dtrue", ASYNC, 400, "value"),
        ("?_type=Medication&_typeFilter=Group%3Ftype%3Dperson", ASYNC, 400, "value"),
        ("?_elements=nam", ASYNC, 400, "value"),
        ("?_elements=name.text", ASYNC, 400, "value"),
        ("?_type=Medication&_elements=Group.name", ASYNC, 400, "value"),
    ],
)
def test_what_is_not_exported_as_asked_is_refused(
    client: FlaskClient, query: str, headers: dict[str, str], status: int, code: str
) -> None:
    """Passing over a filter would give out more than was asked for."""
    reply = client.get(f"/fhir/r4/$export{query}", headers=headers)
    found = refusal(reply)
    assert found == (status, code)


def lines_by_type(app: Flask, client: FlaskClient, path: str) -> dict[str, list[bytes]]:
    body = manifest(app, client, begun(client, path))
    found: dict[str, list[bytes]] = {}
    for file in body["output"]:
        found.setdefault(file["type"], []).extend(fetched(client, file))
    return found


@pytest.mark.parametrize("mount", VERSIONS)
@pytest.mark.parametrize(
    "asked",
    [
        ["Organization?name=c,f", "Organization?_id=ema", "ResearchStudy?status=completed"],
        ["Organization?name=c,Organization?name=f&_id:not=fda"],
        ["Organization?name%3Acontains=ar%2Cel"],
    ],
)
def test_filters_find_what_a_search_finds(
    app: Flask, client: FlaskClient, mount: str, asked: list[str]
) -> None:
    """Queries on one type, in one parameter or in several, are joined by or."""
    query = "&".join(f"_typeFilter={quote(each, safe='')}" for each in asked)
    types = ("Organization", "ResearchStudy", "Medication")
    expected: dict[str, set[bytes]] = {}
    queries = [part for each in asked for part in re.split(r",(?=[A-Z])", each)]
    for type in types:
        of_type = [each for each in queries if each.startswith(f"{type}?")] or [f"{type}?"]
        for each in of_type:
            bundle = client.get(f"/fhir/{mount}/{each}&_count=500").get_json(force=True)
            urls = [row["fullUrl"] for row in bundle.get("entry", [])]
            expected.setdefault(type, set()).update(client.get(url).data for url in urls)
    found = lines_by_type(app, client, f"{mount}/$export?_type={','.join(types)}&{query}")
    assert {type: set(found.get(type, ())) for type in types} == expected
    assert all(len(rows) == len(set(rows)) for rows in found.values())
    assert (
        0
        < len(found["Organization"])
        < len(lines_by_type(app, client, f"{mount}/$export?_type=Organization")["Organization"])
    )


@pytest.mark.parametrize("mount", VERSIONS)
def test_elements_are_chosen_by_type_or_for_all(
    app: Flask, client: FlaskClient, mount: str
) -> None:
    """What is not whole is marked, so that nobody writes it back as the whole resource."""
    path = f"{mount}/$export?_type=Organization,Medication&_elements=identifier,Organization.name"
    found = lines_by_type(app, client, path)
    for type, names in (("Organization", "identifier,name"), ("Medication", "identifier")):
        for line in found[type]:
            resource = json.loads(line)
            url = f"/fhir/{mount}/{type}/{resource['id']}?_elements={names}"
            assert client.get(url).data == line
            assert resource["meta"]["tag"][-1]["code"] == "SUBSETTED"
    assert b'"name"' in b"".join(found["Organization"])


def test_the_lenient_are_told_what_was_left_out(app: Flask, client: FlaskClient) -> None:
    """With handling=lenient an export is begun, and the answer says how it differs."""
    query = (
        "_type=Organization,Patient&_tipe=x&includeAssociatedData=x&_elements=nam,name"
        "&_typeFilter=Organization%3F_id%3Dema&_typeFilter=Organization%3Fnam%3Dx"
    )
    prefer = {**ASYNC, "Prefer": "respond-async, handling=lenient"}
    reply = client.get(f"/fhir/r4/$export?{query}", headers=prefer)
    assert reply.status_code == 202
    issues = reply.get_json(force=True)["issue"]
    said = [issue["diagnostics"] for issue in issues if issue["severity"] == "warning"]
    assert len(said) == 5
    for words in ("'_tipe'", "includeAssociatedData", "'Patient'", "'nam'", "search parameter"):
        assert any(words in each for each in said), words
    (file,) = manifest(app, client, reply.headers["Content-Location"])["output"]
    assert file["count"] == app.extensions["fhir_kb"]["r4"].store().total("Organization")


def test_a_posted_kick_off_may_be_lenient(app: Flask, client: FlaskClient) -> None:
    """A reference to a patient in Parameters is left out like a word in the URL."""
    parameters = {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "_type", "valueString": "Medication"},
            {"name": "_typeFilter", "valueString": "Medication?_id=aspirin"},
            {"name": "patient", "valueReference": {"reference": "Patient/1"}},
        ],
    }
    strict = client.post("/fhir/r4/$export", json=parameters, headers=ASYNC)
    assert refusal(strict) == (400, "not-supported")
    prefer = {**ASYNC, "Prefer": "handling=lenient,respond-async"}
    reply = client.post("/fhir/r4/$export", json=parameters, headers=prefer)
    (file,) = manifest(app, client, reply.headers["Content-Location"])["output"]
    assert (file["type"], file["count"]) == ("Medication", 1)


def refusal(reply: TestResponse) -> tuple[int, str]:
    return reply.status_code, reply.get_json(force=True)["issue"][0]["code"]


def test_a_cancelled_export_is_not_found(app: Flask, client: FlaskClient) -> None:
    """404 for the status and the files, and for a second cancellation."""
    url = begun(client, "r4/$export?_type=Medication")
    (file,) = manifest(app, client, url)["output"]
    assert client.delete(url).status_code == 202
    for reply in (client.get(url), client.delete(url), client.get(file["url"])):
        assert refusal(reply) == (404, "not-found")


def test_an_unfinished_export_says_how_far_it_is(app: Flask, client: FlaskClient) -> None:
    """A client is told when to ask again, so that it need not ask all the time."""
    url = begun(client, "r4/$export?_type=Medication")
    app.extensions["fhir_kb"]["r4"].exports.wait(20)
    folder = app.extensions["fhir_kb"]["r4"].exports._folder / url.rpartition("/")[2]
    with (folder / "lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        (folder / "result.json").unlink()
        reply = client.get(url)
    assert (reply.status_code, reply.headers["Retry-After"]) == (202, "5")
    assert reply.headers["X-Progress"]
    assert reply.data == b""
