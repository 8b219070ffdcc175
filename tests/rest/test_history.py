"""History of a resource, a type and the whole endpoint.

https://hl7.org/fhir/R4/http.html#history
"""

from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from rest_calls import content, new_id, organization, send, told

from fhir_kb.rest.curated_versions import CuratedVersions
from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.store.journal.interface import Version

BASE = "http://127.0.0.1:8080"


@pytest.fixture
def path(writer: FlaskClient, mount: str) -> str:
    """Write, patch, delete and bring back a resource; return where it is."""
    id = new_id()
    path = f"{mount}/Organization/{id}"
    send(writer, "PUT", path, organization(id))
    patch = [{"op": "replace", "path": "/name", "value": "Patched"}]
    send(writer, "PATCH", path, patch, Content_Type="application/json-patch+json")
    send(writer, "DELETE", path)
    send(writer, "PUT", path, organization(id))
    return path


def entries(client: FlaskClient, path: str) -> list[dict[str, Any]]:
    """Return the entries of all pages."""
    found: list[dict[str, Any]] = []
    url: str | None = f"/fhir/{path}"
    while url:
        bundle = content(client.get(url))
        found += bundle.get("entry", [])
        links = {link["relation"]: link["url"] for link in bundle["link"]}
        url = links.get("next", "").removeprefix(BASE) or None
    assert len(found) == bundle["total"]
    return found


def test_every_version_is_told_newest_first(path: str, writer: FlaskClient, mount: str) -> None:
    """Request and response per entry; a patch is told as an update, a deletion has no resource."""
    told_so = [
        (entry["request"]["method"], entry["response"]["status"], entry["response"]["etag"])
        for entry in entries(writer, f"{path}/_history")
    ]
    assert told_so == [
        ("PUT", "201 Created", 'W/"4"'),
        ("DELETE", "204 No Content", 'W/"3"'),
        ("PUT", "200 OK", 'W/"2"'),
        ("PUT", "201 Created", 'W/"1"'),
    ]
    found = entries(writer, f"{path}/_history")
    assert ["resource" in entry for entry in found] == [True, False, True, True]
    assert {entry["fullUrl"] for entry in found} == {f"{BASE}/fhir/{path}"}
    for entry in found:
        assert entry["request"]["url"] == path.partition("/")[2]
        if "resource" in entry:
            assert entry["response"]["lastModified"] == entry["resource"]["meta"]["lastUpdated"]


def test_a_status_does_not_depend_on_the_page(path: str, writer: FlaskClient) -> None:
    """Whether a version brought the resource back is told also when the deletion is elsewhere."""
    told_so = [
        entry["response"]["status"] for entry in entries(writer, f"{path}/_history?_count=1")
    ]
    assert told_so == ["201 Created", "204 No Content", "200 OK", "201 Created"]


def test_a_create_is_told_by_its_type(writer: FlaskClient, mount: str) -> None:
    """POST Organization, as the specification writes it."""
    id = content(send(writer, "POST", f"{mount}/Organization", organization()))["id"]
    (entry,) = entries(writer, f"{mount}/Organization/{id}/_history")
    assert entry["request"] == {"method": "POST", "url": "Organization"}
    assert entry["response"]["status"] == "201 Created"


@pytest.mark.parametrize("scope", ["{path}/", "{mount}/Organization/", "{mount}/"])
@pytest.mark.parametrize("count", [1, 3, 500])
def test_pages_neither_repeat_nor_lose(
    scope: str, count: int, path: str, writer: FlaskClient, mount: str
) -> None:
    """Following next visits every version once, however small the pages."""
    if count == 1 and scope == "{mount}/":
        return
    where = scope.format(path=path, mount=mount)
    found = entries(writer, f"{where}_history?_count={count}")
    seen = [(entry["fullUrl"], entry["response"]["etag"]) for entry in found]
    assert len(seen) == len(set(seen)) > 0
    times = [entry["response"]["lastModified"] for entry in found]
    assert times == sorted(times, reverse=True)


def test_a_write_does_not_disturb_the_pages(path: str, writer: FlaskClient) -> None:
    """A page sequence begun before a write neither repeats nor loses a version."""
    first = content(writer.get(f"/fhir/{path}/_history?_count=2"))
    send(writer, "DELETE", path)
    following = next(link["url"] for link in first["link"] if link["relation"] == "next")
    second = content(writer.get(following.removeprefix(BASE)))
    tags = [entry["response"]["etag"] for entry in (*first["entry"], *second["entry"])]
    assert tags == ['W/"4"', 'W/"3"', 'W/"2"', 'W/"1"']
    assert first["total"] == second["total"] == 4


def test_since_asks_for_what_came_after(path: str, writer: FlaskClient, mount: str) -> None:
    """The instant itself is included, on every scope."""
    newest = entries(writer, f"{path}/_history")[0]["response"]["lastModified"]
    for scope in (path, f"{mount}/Organization", mount):
        found = entries(writer, f"{scope}/_history?_since={quote(newest)}")
        assert [entry["response"]["lastModified"] for entry in found][-1] >= newest
        assert f"{BASE}/fhir/{path}" in {entry["fullUrl"] for entry in found}
    assert entries(writer, f"{path}/_history?_since=2100-01-01T00:00:00Z") == []


def test_at_asks_for_what_was_in_force(path: str, writer: FlaskClient) -> None:
    """A version is in force until the next one; a year may be asked for as a whole."""
    oldest = entries(writer, f"{path}/_history")[-1]["response"]["lastModified"]
    assert len(entries(writer, f"{path}/_history?_at={oldest[:4]}")) == 4
    assert entries(writer, f"{path}/_history?_at=2001") == []
    now = entries(writer, f"{path}/_history?_at=2100")
    assert [entry["response"]["etag"] for entry in now] == ['W/"4"']


def test_curated_resources_have_their_one_version(
    client: FlaskClient, writer: FlaskClient, mount: str
) -> None:
    """Where clients may write and where they may not, the history of the knowledge is the same."""
    for asked in (client, writer):
        (entry,) = entries(asked, f"{mount}/Medication/aspirin/_history")
        assert entry["resource"] == content(asked.get(f"/fhir/{mount}/Medication/aspirin"))
        assert entry["response"]["status"] == "201 Created"


def test_a_server_without_writes_has_a_history_too(client: FlaskClient, mount: str) -> None:
    """Every resource once, newest first; since and at hold as everywhere."""
    found = entries(client, f"{mount}/_history?_count=200")
    types = [entry["fullUrl"].split("/")[-2] for entry in found]
    for type in set(types):
        count = content(client.get(f"/fhir/{mount}/{type}?_summary=count"))["total"]
        assert types.count(type) == count
    newest = found[0]["response"]["lastModified"]
    since = entries(client, f"{mount}/_history?_since={quote(newest)}&_count=500")
    assert {entry["response"]["lastModified"] for entry in since} == {newest}
    assert entries(client, f"{mount}/_history?_at=1999") == []
    assert len(entries(client, f"{mount}/_history?_at=2100&_count=500")) == len(found)


REFUSED = [
    ("_since=yesterday", 400, "instant"),
    ("_since=2024-05-01", 400, "instant"),
    ("_at=never", 400, "dateTime"),
    ("_count=many", 400, "whole number"),
    ("_count=-1", 400, "whole number"),
    ("_count=1&_count=2", 400, "twice"),
    ("_sort=_lastUpdated", 400, "newest first: write -_lastUpdated"),
    ("_sort=name", 400, "-_lastUpdated"),
    ("_sort=none&_sort=none", 400, "twice"),
    ("_list=chosen", 400, "it has _at, _count, _since and _sort"),
    ("_cursor=made-up", 400, ""),
    ("_cursor=%C3%A4", 400, ""),
]


@pytest.mark.parametrize(("query", "status", "words"), REFUSED)
def test_what_cannot_be_understood_is_refused(
    query: str, status: int, words: str, path: str, writer: FlaskClient
) -> None:
    """Each refusal says what would work."""
    reply = writer.get(f"/fhir/{path}/_history?{query}")
    assert reply.status_code == status
    assert words in told(reply)


def test_a_page_is_refused_whatever_its_row(client: FlaskClient) -> None:
    """Of a row that no snapshot can have, however long its number is."""
    (following,) = (
        link["url"]
        for link in content(client.get("/fhir/r4/Medication/_history?_count=1"))["link"]
        if link["relation"] == "next"
    )
    page, _, row = following.rpartition("-")
    assert row.isdecimal()
    assert client.get(f"{page}-{'9' * 5000}").status_code == 410


def test_an_unknown_parameter_is_left_out_or_refused(path: str, writer: FlaskClient) -> None:
    """As in searches: the self link tells what was done; strict handling refuses."""
    url = f"/fhir/{path}/_history?_lst=x&_count=2"
    own = next(
        link["url"] for link in content(writer.get(url))["link"] if link["relation"] == "self"
    )
    assert own == f"{BASE}/fhir/{path}/_history?_count=2"
    strict = writer.get(url, headers={"Prefer": "handling=strict"})
    assert strict.status_code == 400
    assert "'_lst'; it has _at, _count, _since and _sort" in told(strict)


@pytest.mark.parametrize("sort", ["-_lastUpdated", "none"])
@pytest.mark.parametrize("place", ["", "/Organization"])
def test_the_order_that_a_history_has_may_be_asked_for(
    place: str, sort: str, client: FlaskClient, writer: FlaskClient, mount: str
) -> None:
    """Newest first is what R5 calls its default; the links keep what was asked."""
    for caller in (client, writer):
        plain = content(caller.get(f"/fhir/{mount}{place}/_history?_count=3"))
        asked = content(caller.get(f"/fhir/{mount}{place}/_history?_count=3&_sort={sort}"))
        assert asked["entry"] == plain["entry"]
        assert all(f"_sort={sort}" in link["url"] for link in asked["link"])


@pytest.mark.parametrize("parameter", ["_list=chosen", "_sort=_id"])
def test_a_history_that_is_read_only_refuses_them_too(
    parameter: str, client: FlaskClient, mount: str
) -> None:
    """To leave _list out would tell of more than was asked for."""
    for place in ("", "/Organization", "/Organization/ema"):
        assert client.get(f"/fhir/{mount}{place}/_history?{parameter}").status_code == 400


def test_a_page_of_large_resources_ends_early(app: Flask, mount: str) -> None:
    """However many were asked for: each is shown once, and a page has one at least."""
    endpoint = app.extensions["fhir_kb"][mount]
    sizes = [len(version.resource.body) for version in _curated(endpoint, 10**9)[0]]
    for most in (1, max(sizes) + 1, 3 * max(sizes)):
        pages = _curated(endpoint, most)
        assert [len(each.resource.body) for page in pages for each in page] == sizes
        together = [sum(len(each.resource.body) for each in page) for page in pages]
        assert all(
            size <= most or len(page) == 1 for size, page in zip(together, pages, strict=True)
        )
        assert len(pages) > 1


def _curated(endpoint: Endpoint, bytes_most: int) -> list[list[Version]]:
    versions = CuratedVersions(endpoint.store(), endpoint.types, bytes_most)
    page = versions.history("Organization", limit=500)
    pages = [list(page.versions)]
    while page.following is not None:
        page = versions.history("Organization", limit=500, page=page.following)
        pages.append(list(page.versions))
    return pages


def test_count_nothing_tells_only_how_many(path: str, writer: FlaskClient) -> None:
    """_count=0 gives the total without an entry."""
    bundle = content(writer.get(f"/fhir/{path}/_history?_count=0"))
    assert bundle["total"] == 4
    assert "entry" not in bundle


def test_a_history_is_valid_and_can_be_had_in_xml(
    path: str, writer: FlaskClient, mount: str
) -> None:
    """What a subscriber reads passes our own validator."""
    bundle = writer.get(f"/fhir/{path}/_history").data
    outcome = content(send(writer, "POST", f"{mount}/Bundle/$validate", bundle))
    errors = [row for row in outcome["issue"] if row["severity"] in ("error", "fatal")]
    assert errors == []
    assert writer.get(f"/fhir/{path}/_history?_format=xml").data.count(b"<entry>") == 4
