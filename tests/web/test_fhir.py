"""The endpoint over HTTP: every status, every header, never a page or a trace."""

import pytest
from flask.testing import FlaskClient

from fhir_kb.validation import validate
from fhir_kb.versions import VERSIONS

MOUNTS = pytest.mark.parametrize("mount", VERSIONS)


def issue(reply: object) -> dict[str, str]:
    body = reply.get_json(force=True)  # type: ignore[attr-defined]  # werkzeug's test response
    assert body["resourceType"] == "OperationOutcome"
    entry: dict[str, str] = body["issue"][0]
    return entry


@MOUNTS
def test_a_read_names_its_version_and_date(mount: str, client: FlaskClient) -> None:
    """https://hl7.org/fhir/R4/http.html#read"""
    reply = client.get(f"/fhir/{mount}/MedicationKnowledge/thalidomide")
    assert reply.status_code == 200
    number = VERSIONS[mount].mime
    assert reply.headers["Content-Type"] == (
        f"application/fhir+json; fhirVersion={number}; charset=utf-8"
    )
    version = reply.get_json(force=True)["meta"]["versionId"]
    assert reply.headers["ETag"] == f'W/"{version}"'
    assert reply.headers["Last-Modified"].endswith("GMT")
    assert reply.headers["Vary"] == "Accept, Accept-Encoding"


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", "4.0"),
        ("application/fhir+json; fhirVersion=4.3", "4.3"),
        ("*/*; fhirVersion=5.0", "5.0"),
    ],
)
def test_the_version_is_negotiated_without_a_mount(
    accept: str, expected: str, client: FlaskClient
) -> None:
    """https://hl7.org/fhir/R4/versioning.html#mt-version; R4 when nothing is said."""
    reply = client.get("/fhir/Medication/aspirin", headers={"Accept": accept})
    assert f"fhirVersion={expected};" in reply.headers["Content-Type"]


@pytest.mark.parametrize(
    ("path", "headers", "status", "code", "words"),
    [
        ("/fhir/r4/Foo", {}, 404, "not-supported", "Served: AdverseEvent"),
        ("/fhir/r4/Medicaton/aspirin", {}, 404, "not-supported", "Did you mean 'Medication'?"),
        ("/fhir/r4/Citation/yang2020", {}, 404, "not-supported", "R4 has no 'Citation'"),
        ("/fhir/r4/Medication/nothing", {}, 404, "not-found", "no Medication with id 'nothing'"),
        ("/fhir/r4/Medication/aspirin/_history/7", {}, 404, "not-found", "has no version '7'"),
        ("/fhir/r4/Medication/aspirin/x", {}, 404, "not-supported", "/metadata"),
        ("/elsewhere", {}, 404, "not-supported", "FHIR is served at /fhir"),
        ("/fhir/r4/Medication/aspirin", {"Accept": "image/png"}, 406, "not-supported", "fhir+xml"),
        (
            "/fhir/Medication/aspirin",
            {"Accept": "application/fhir+json; fhirVersion=3.0"},
            406,
            "not-supported",
            "served are 4.0 (R4), 4.3 (R4B), 5.0 (R5)",
        ),
        (
            "/fhir/r4/Medication/aspirin",
            {"Accept": "application/fhir+json; fhirVersion=5.0"},
            406,
            "not-supported",
            "use /fhir/r5",
        ),
        ("/fhir/r4/AdverseEvent?date=2020-13", {}, 400, "value", "yyyy-mm"),
        ("/fhir/r4/AdverseEvent?event:exact=x", {}, 400, "not-supported", ":missing"),
        ("/fhir/r4/AdverseEvent?_count=many", {}, 400, "value", "_count=many"),
        ("/fhir/r4/AdverseEvent?_id=%ff", {}, 400, "value", "UTF-8"),
        ("/fhir/r4/AdverseEvent?_id=" + "x" * 20_000, {}, 414, "too-long", "_search"),
        ("/fhir/r4/Medication?_summary=some", {}, 400, "value", "true, text, data"),
    ],
)
def test_each_mistake_is_an_outcome_that_helps(
    path: str, headers: dict[str, str], status: int, code: str, words: str, client: FlaskClient
) -> None:
    """What was asked, why not, and what would work."""
    reply = client.get(path, headers=headers)
    assert reply.status_code == status
    assert reply.content_type.startswith("application/fhir+json")
    entry = issue(reply)
    assert entry["code"] == code
    assert words in entry["diagnostics"]


@pytest.mark.parametrize("method", ["PUT", "POST", "PATCH", "DELETE"])
def test_the_knowledge_is_read_only(method: str, client: FlaskClient) -> None:
    """A write is refused with 405 and says so."""
    reply = client.open("/fhir/r4/Medication/aspirin", method=method, json={})
    assert reply.status_code == 405
    assert "read-only" in issue(reply)["diagnostics"]


def test_an_unknown_parameter_is_reported_and_left_out(client: FlaskClient) -> None:
    """Lenient by default: the self link tells what was really done."""
    bundle = client.get("/fhir/r4/Medication?code=1191&cod=2").get_json(force=True)
    assert [entry["search"]["mode"] for entry in bundle["entry"]] == ["match", "outcome"]
    assert "'cod'" in bundle["entry"][1]["resource"]["issue"][0]["diagnostics"]
    own = next(link["url"] for link in bundle["link"] if link["relation"] == "self")
    assert own == "http://127.0.0.1:8080/fhir/r4/Medication?code=1191"


@pytest.mark.parametrize("mount", ["r4", "r4b", "r5"])
def test_a_bundle_with_an_outcome_is_valid(mount: str, client: FlaskClient) -> None:
    """Each entry of a searchset has a fullUrl, what is told of the search too (bdl-15)."""
    reply = client.get(f"/fhir/{mount}/Organization?nonsense=1&_count=1")
    issues = validate(reply.data, mount.upper(), mode="standard")
    assert not [issue for issue in issues if issue.is_error and "entry" in issue.expression]
    assert reply.json["entry"][-1]["fullUrl"].startswith("urn:uuid:")


def test_strict_handling_refuses_an_unknown_parameter(client: FlaskClient) -> None:
    """https://hl7.org/fhir/R4/search.html#errors"""
    reply = client.get("/fhir/r4/Medication?cod=2", headers={"Prefer": "handling=strict"})
    assert reply.status_code == 400
    assert "did you mean 'code'?" in issue(reply)["diagnostics"]


def test_a_form_finds_what_a_query_finds(client: FlaskClient) -> None:
    """POST _search keeps personal data out of URLs; the answer is the same."""
    by_form = client.post("/fhir/r4/Medication/_search", data={"code": "1191"})
    by_query = client.get("/fhir/r4/Medication?code=1191")
    assert by_form.status_code == 200
    assert by_form.data == by_query.data


def test_a_form_of_another_type_is_refused(client: FlaskClient) -> None:
    """415 names the type that is read."""
    reply = client.post("/fhir/r4/Medication/_search", json={"code": "1191"})
    assert reply.status_code == 415
    assert "application/x-www-form-urlencoded" in issue(reply)["diagnostics"]


def test_head_is_get_without_a_body(client: FlaskClient) -> None:
    """https://hl7.org/fhir/R4/http.html#read"""
    path = "/fhir/r4/Medication/aspirin"
    head, get = client.head(path), client.get(path)
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["ETag"] == get.headers["ETag"]


@pytest.mark.parametrize(
    ("header", "value", "status"),
    [
        ("If-None-Match", 'W/"{version}"', 304),
        ("If-None-Match", "*", 304),
        ("If-None-Match", 'W/"other"', 200),
        ("If-Modified-Since", "Fri, 01 Jan 2100 00:00:00 GMT", 304),
        ("If-Modified-Since", "Fri, 01 Jan 2010 00:00:00 GMT", 200),
        ("If-Modified-Since", "yesterday", 200),
    ],
)
def test_a_conditional_read_saves_the_body(
    header: str, value: str, status: int, client: FlaskClient
) -> None:
    """https://hl7.org/fhir/R4/http.html#cread"""
    path = "/fhir/r4/Medication/aspirin"
    version = client.get(path).get_json(force=True)["meta"]["versionId"]
    reply = client.get(path, headers={header: value.format(version=version)})
    assert reply.status_code == status
    assert bool(reply.data) is (status == 200)


@MOUNTS
def test_the_same_resource_is_written_as_xml(mount: str, client: FlaskClient) -> None:
    """https://hl7.org/fhir/R4/xml.html"""
    reply = client.get(f"/fhir/{mount}/Medication/aspirin?_format=xml")
    assert reply.content_type.startswith("application/fhir+xml")
    assert b'<Medication xmlns="http://hl7.org/fhir"><id value="aspirin"/>' in reply.data


def test_an_error_is_written_in_the_format_asked_for(client: FlaskClient) -> None:
    """A client that reads only XML can read why it was refused."""
    reply = client.get("/fhir/r4/Medication/x", headers={"Accept": "application/fhir+xml"})
    assert reply.status_code == 404
    assert reply.data.startswith(b'<?xml version="1.0" encoding="UTF-8"?><OperationOutcome')


def test_pages_neither_repeat_nor_lose(client: FlaskClient) -> None:
    """Following next from the first page visits every match once."""
    url: str | None = "/fhir/r4/Observation?_count=25"
    seen: list[str] = []
    while url:
        bundle = client.get(url).get_json(force=True)
        seen += [entry["resource"]["id"] for entry in bundle["entry"]]
        links = {link["relation"]: link["url"] for link in bundle["link"]}
        url = links.get("next", "").removeprefix("http://127.0.0.1:8080") or None
    assert len(seen) == len(set(seen)) == bundle["total"]


def test_a_subset_says_that_it_is_one(client: FlaskClient) -> None:
    """SUBSETTED: nobody may write back what was cut down."""
    part = client.get("/fhir/r4/AdverseEvent/yang2020-rash?_elements=event").get_json(force=True)
    assert set(part) == {"resourceType", "id", "meta", "event", "actuality", "subject"}
    assert "SUBSETTED" in [tag["code"] for tag in part["meta"]["tag"]]


@pytest.mark.parametrize("path", ["/fhir/r4/Medication/aspirin", "/fhir/r4/Nothing"])
def test_any_page_may_read(path: str, client: FlaskClient) -> None:
    """A page that may not read why it was refused shows nothing at all."""
    reply = client.get(path, headers={"Origin": "https://page.example"})
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    assert reply.headers["Access-Control-Expose-Headers"] == "*"


def test_a_browser_may_ask_before_it_calls(client: FlaskClient) -> None:
    """https://fetch.spec.whatwg.org/#cors-preflight-fetch"""
    reply = client.options(
        "/fhir/r4/Medication/aspirin", headers={"Access-Control-Request-Method": "GET"}
    )
    assert reply.status_code == 204
    assert "If-None-Match" in reply.headers["Access-Control-Allow-Headers"]
    assert "GET" in reply.headers["Access-Control-Allow-Methods"]


@MOUNTS
def test_a_search_may_name_one_of_our_value_sets(mount: str, client: FlaskClient) -> None:
    """``:in`` knows the value sets that this server itself publishes."""
    ours = "https://fhir-kb.example.org/fhir/ValueSet/concept-drug"
    bundle = client.get(f"/fhir/{mount}/Medication?code:in={ours}&_summary=count").get_json(
        force=True
    )
    assert (
        bundle["total"]
        == client.get(f"/fhir/{mount}/Medication?_summary=count").get_json(force=True)["total"]
    )


@MOUNTS
def test_our_own_address_in_a_reference_is_understood(mount: str, client: FlaskClient) -> None:
    """A client may search by the absolute URL that a Bundle gave it."""
    absolute = f"http://127.0.0.1:8080/fhir/{mount}/ResearchStudy/yang2020"
    by_url = client.get(f"/fhir/{mount}/AdverseEvent?study={absolute}&_summary=count")
    by_id = client.get(f"/fhir/{mount}/AdverseEvent?study=yang2020&_summary=count")
    assert by_url.get_json(force=True)["total"] == by_id.get_json(force=True)["total"] > 0
