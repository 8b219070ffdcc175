"""A bearer token guards what changes, and nothing else.

https://www.rfc-editor.org/rfc/rfc6750
"""

import logging
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from rest_calls import content, organization, send

from fhir_kb.errors import KnowledgeError
from fhir_kb.settings import Settings
from fhir_kb.web import create_app
from fhir_kb.web.writes import check_writes

TOKEN = "a-token-of-some-length"  # noqa: S105  # of this test alone


@pytest.fixture(scope="module")
def guarded_app(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder = copytree(built, tmp_path_factory.mktemp("guarded") / "knowledge")
    return create_app(
        Settings(data=folder, base_url="http://127.0.0.1:8080", writes="on", write_token=TOKEN)
    )


@pytest.fixture
def guarded(guarded_app: Flask) -> FlaskClient:
    return guarded_app.test_client()


TOKENS = [
    ("", 401),
    ("Bearer", 401),
    ("Bearer ", 401),
    ("Bearer other", 401),
    (f"Bearer {TOKEN}x", 401),
    (f"Bearer {TOKEN[:-1]}", 401),
    (f"Basic {TOKEN}", 401),
    ("Bearer t\u00f6ken", 401),
    (f"Bearer {TOKEN}", 201),
    (f"bearer  {TOKEN}", 201),
]


@pytest.mark.parametrize(("authorization", "status"), TOKENS)
def test_a_write_needs_the_token(authorization: str, status: int, guarded: FlaskClient) -> None:
    """401 says how to authenticate, as an OperationOutcome."""
    headers = {"Authorization": authorization} if authorization else {}
    reply = send(guarded, "POST", "r4/Organization", organization(), **headers)
    assert reply.status_code == status
    if status == 401:
        assert reply.headers["WWW-Authenticate"].startswith("Bearer")
        assert content(reply)["issue"][0]["code"] == "login"


WRITES = [
    ("PUT", "Organization/x", organization("x")),
    ("PUT", "Organization?name=x", organization()),
    ("PATCH", "Organization/x", {"resourceType": "Parameters"}),
    ("PATCH", "Organization?name=x", {"resourceType": "Parameters"}),
    ("DELETE", "Organization/x", None),
    ("DELETE", "Organization?name=x", None),
]


def bundle(kind: str, *rows: Any) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": kind, "entry": list(rows)}


CREATE = {"request": {"method": "POST", "url": "Organization"}, "resource": organization()}
READ = {"request": {"method": "GET", "url": "Medication/aspirin"}}


@pytest.mark.parametrize(
    ("method", "path", "body"), [*WRITES, ("POST", "", bundle("transaction", READ, CREATE))]
)
def test_every_write_needs_it(method: str, path: str, body: Any, guarded: FlaskClient) -> None:
    """There is no way around it."""
    assert send(guarded, method, f"r4/{path}", body).status_code == 401


def test_reading_needs_none(guarded: FlaskClient) -> None:
    """Also in a Bundle; a batch refuses only the entries that write."""
    for path in ("metadata", "Medication/aspirin", "Medication", "_history?_count=1"):
        assert guarded.get(f"/fhir/r4/{path}").status_code == 200
    assert send(guarded, "POST", "r4", bundle("transaction", READ)).status_code == 200
    rows = content(send(guarded, "POST", "r4", bundle("batch", CREATE, READ)))["entry"]
    assert [row["response"]["status"][:3] for row in rows] == ["401", "200"]


def test_the_token_of_the_whole_holds_for_its_entries(guarded: FlaskClient) -> None:
    """A Bundle is sent with one header."""
    for kind in ("batch", "transaction"):
        reply = send(guarded, "POST", "r4", bundle(kind, CREATE), Authorization=f"Bearer {TOKEN}")
        assert content(reply)["entry"][0]["response"]["status"] == "201 Created"


@pytest.mark.parametrize(
    ("changes", "warned"),
    [
        ({"writes": "on", "host": "0.0.0.0"}, True),
        ({"writes": "on", "host": "fhir.example.org"}, True),
        ({"writes": "on", "host": "0.0.0.0", "write_token": TOKEN}, False),
        ({"writes": "on", "host": "127.0.0.1"}, False),
        ({"writes": "on", "host": "::1"}, False),
        ({"writes": "on", "host": "localhost"}, False),
        ({"writes": "off", "host": "0.0.0.0"}, False),
    ],
)
def test_an_open_door_is_warned_of(
    changes: dict[str, str], warned: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever lets the whole network write should know."""
    with caplog.at_level(logging.WARNING, "fhir_kb"):
        check_writes(Settings(**changes))  # type: ignore[arg-type]  # texts only
    assert bool(caplog.records) is warned
    assert TOKEN not in caplog.text


def test_a_setting_that_is_none_is_refused() -> None:
    """A typing error must not turn writes on or off in silence."""
    with pytest.raises(KnowledgeError, match="off or on"):
        check_writes(Settings(writes="yes"))


@pytest.fixture(scope="module")
def unnamed_app(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder = copytree(built, tmp_path_factory.mktemp("unnamed") / "knowledge")
    return create_app(Settings(data=folder, writes="on"))


PAGES = [
    ("http://127.0.0.1:8080", "http://127.0.0.1:8080", 201),
    ("http://localhost:8080", "http://localhost:8080", 201),
    ("http://[::1]:8080", "http://[::1]:8080", 201),
    ("http://127.0.0.1:8080", "http://127.0.0.1:9090", 403),
    ("http://127.0.0.1:8080", "null", 403),
    ("http://rebound.example:8080", "http://rebound.example:8080", 403),
    ("http://localhost.rebound.example", "http://localhost.rebound.example", 403),
]


@pytest.mark.parametrize(("address", "origin", "status"), PAGES)
def test_a_page_is_no_page_of_ours_by_its_own_word(
    address: str, origin: str, status: int, unnamed_app: Flask
) -> None:
    """Whoever owns a name may let it lead to this machine: then Host and Origin agree."""
    reply = unnamed_app.test_client().post(
        "/fhir/r4/Organization", json=organization(), base_url=address, headers={"Origin": origin}
    )
    assert reply.status_code == status


def test_programs_write_by_any_name(unnamed_app: Flask) -> None:
    """Only browsers send Origin; all others are let in as before."""
    reply = unnamed_app.test_client().post(
        "/fhir/r4/Organization", json=organization(), base_url="http://kb.example:8080"
    )
    assert reply.status_code == 201
