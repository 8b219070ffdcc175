"""Conditional create, update, patch and delete: none, one or several matches.

https://hl7.org/fhir/R5/http.html#cond-update
"""

from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from rest_calls import JSON_PATCH, content, organization, send, told

from fhir_kb.errors import MultipleMatches
from fhir_kb.rest.message import Request
from fhir_kb.rest.routing import answer

BASE = "http://127.0.0.1:8080/fhir"

NUMBERS = count()


@pytest.fixture
def family(writer: FlaskClient, mount: str) -> str:
    """Write two organizations of one name, and return the part of the name they share."""
    name = f"Family{next(NUMBERS)}-{mount}"
    for member in ("one", "two"):
        id = f"{name}-{member}"
        sent = organization(id, name=f"{name} {member}")
        assert send(writer, "PUT", f"{mount}/Organization/{id}", sent).status_code == 201
    return name


CREATES = [("{family}-none", 201), ("{family} one", 200), ("{family}", 412)]


@pytest.mark.parametrize(("name", "status"), CREATES)
def test_create_once(name: str, status: int, family: str, writer: FlaskClient, mount: str) -> None:
    """If-None-Exist: created, found as it is, or refused when the condition is not selective."""
    condition = f"name={name.format(family=family)}".replace(" ", "%20")
    sent = organization(name="New")
    reply = send(writer, "POST", f"{mount}/Organization", sent, If_None_Exist=condition)
    assert reply.status_code == status
    if status == 200:
        assert content(reply)["name"] == f"{family} one"
        assert reply.headers["Location"].endswith(f"{family}-one/_history/1")


PLACES = [
    ("?", 200, ""),
    ("Organization?", 200, ""),
    ("http://127.0.0.1:8080/fhir/{mount}/Organization?", 200, ""),
    ("Medication?", 400, "'Medication'"),
    ("http://127.0.0.1:8080/fhir/{mount}/Medication?", 400, "is on Organization"),
    ("https://elsewhere.example.org/Organization?", 400, "of this server"),
]


@pytest.mark.parametrize(("place", "status", "words"), PLACES)
def test_a_condition_may_be_the_url_of_a_search(
    place: str, status: int, words: str, family: str, writer: FlaskClient, mount: str
) -> None:
    """Widely used clients send the whole URL; one of another type or server is refused."""
    condition = f"{place.format(mount=mount)}name={family}%20one"
    reply = send(
        writer, "POST", f"{mount}/Organization", organization(name="N"), If_None_Exist=condition
    )
    assert reply.status_code == status
    asked = {"method": "POST", "url": "Organization", "ifNoneExist": condition}
    entry = {"resource": organization(name="N"), "request": asked}
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}
    whole = send(writer, "POST", mount, bundle)
    assert whole.status_code == status
    if status == 200:
        assert content(whole)["entry"][0]["response"]["status"] == "200 OK"
    else:
        assert words in told(reply)
        assert words in told(whole)


def test_a_question_mark_in_a_value_is_part_of_it(writer: FlaskClient) -> None:
    """An identifier is often a URL with a query of its own."""
    system = f"urn:example:asked-{next(NUMBERS)}"
    own = organization(identifier=[{"system": system, "value": "a?b=c"}])
    condition = f"identifier={system}|a?b=c"
    statuses = [
        send(writer, "POST", "r4/Organization", own, If_None_Exist=condition).status_code
        for _ in range(2)
    ]
    assert statuses == [201, 200]


UPDATES = [
    ("none", None, 201),
    ("none", "{family}-new", 201),
    ("none", "{family}-one", 409),
    (" one", None, 200),
    (" one", "{family}-one", 200),
    (" one", "{family}-two", 400),
    ("", None, 412),
]


@pytest.mark.parametrize(("name", "id", "status"), UPDATES)
def test_update_of_what_a_query_finds(
    name: str, id: str | None, status: int, family: str, writer: FlaskClient, mount: str
) -> None:
    """No match creates, one is updated, an id that contradicts the match is refused."""
    own = None if id is None else id.format(family=family)
    sent = organization(own, name="Updated")
    query = f"name={family}{name}".replace(" ", "%20")
    reply = send(writer, "PUT", f"{mount}/Organization?{query}", sent)
    assert reply.status_code == status, reply.data
    if own is not None and status < 300:
        assert content(reply)["id"] == own


@pytest.mark.parametrize(("name", "status"), [("none", 404), (" one", 200), ("", 412)])
def test_patch_of_what_a_query_finds(
    name: str, status: int, family: str, writer: FlaskClient, mount: str
) -> None:
    """A patch needs exactly one resource."""
    query = f"name={family}{name}".replace(" ", "%20")
    patch = [{"op": "replace", "path": "/name", "value": "Patched"}]
    reply = send(writer, "PATCH", f"{mount}/Organization?{query}", patch, **JSON_PATCH)
    assert reply.status_code == status


def left_of(family: str, writer: FlaskClient, mount: str) -> int:
    """Return how many of the family there are."""
    total: int = content(writer.get(f"/fhir/{mount}/Organization?name={family}"))["total"]
    return total


@pytest.mark.parametrize(("name", "tag", "left"), [("none", 0, 2), (" one", 1, 1), ("", 0, 0)])
def test_delete_of_what_a_query_finds(
    name: str, tag: int, left: int, family: str, writer: FlaskClient, mount: str
) -> None:
    """None, one or all; an ETag is told of one alone."""
    query = f"name={family}{name}".replace(" ", "%20")
    reply = send(writer, "DELETE", f"{mount}/Organization?{query}")
    assert (reply.status_code, reply.data, "ETag" in reply.headers) == (204, b"", bool(tag))
    assert left_of(family, writer, mount) == left


def test_each_deletion_is_told_and_stands_in_the_history(
    family: str, writer: FlaskClient, mount: str
) -> None:
    """Who deletes by a query learns what it found, and nothing is gone for good."""
    reply = send(
        writer, "DELETE", f"{mount}/Organization?name={family}", Prefer="return=OperationOutcome"
    )
    assert reply.status_code == 200
    members = (f"{family}-one", f"{family}-two")
    for member in members:
        assert f"Organization/{member} was deleted with version 2" in told(reply)
        history = content(writer.get(f"/fhir/{mount}/Organization/{member}/_history"))
        methods = [entry["request"]["method"] for entry in history["entry"]]
        assert methods == ["DELETE", "PUT"]


def test_all_or_nothing_is_deleted(family: str, writer: FlaskClient, mount: str) -> None:
    """Curated knowledge among the matches, or a tag that is not of each, refuses the whole."""
    path = f"{mount}/Organization?_id={family}-one,ema,{family}-two"
    assert send(writer, "DELETE", path).status_code == 403
    send(writer, "PUT", f"{mount}/Organization/{family}-two", organization(f"{family}-two"))
    ids = f"{mount}/Organization?_id={family}-one,{family}-two"
    assert send(writer, "DELETE", ids, If_Match='W/"1"').status_code == 412
    assert content(writer.get(f"/fhir/{ids}"))["total"] == 2
    assert send(writer, "DELETE", ids, If_Match='W/"1", W/"2"').status_code == 204


def test_more_than_a_bundle_takes_is_not_deleted_at_once(
    family: str, writable_app: Flask, mount: str
) -> None:
    """A query that finds everything by mistake finds a bound."""
    endpoint = replace(writable_app.extensions["fhir_kb"][mount], entries_max=1)
    request = Request("DELETE", BASE, ("Organization",), (("name", family),))
    with pytest.raises(MultipleMatches, match="2 resources .* at most 1 are deleted at once"):
        answer(endpoint, request)
    with writable_app.test_client() as writer:
        assert left_of(family, writer, mount) == 2


REFUSED = [
    ("", "is empty"),
    ("?_format=json", "is empty"),
    ("?nme=x", "did you mean 'name'"),
    ("?name=x&_count=1", "only filters"),
    ("?_sort=name", "only filters"),
    ("?name=", "without a value"),
    ("?name:exactly=x", "exactly"),
]


@pytest.mark.parametrize(("query", "words"), REFUSED)
@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "POST"])
def test_a_condition_is_understood_whole_or_refused(
    method: str, query: str, words: str, writer: FlaskClient
) -> None:
    """To leave out what is not understood would change more than was meant."""
    patch: dict[str, Any] = {"resourceType": "Parameters"}
    body = {"PUT": organization(), "POST": organization(), "PATCH": patch}.get(method)
    if method == "POST":
        if query in ("", "?_format=json"):
            return
        reply = send(writer, method, "r4/Organization", body, If_None_Exist=query)
    else:
        reply = send(writer, method, f"r4/Organization{query}", body)
    assert reply.status_code == 400
    assert words in told(reply)


def test_a_condition_in_the_url_of_a_create_is_refused(writer: FlaskClient) -> None:
    """Some clients write it there; to pass over it would make a duplicate in silence."""
    reply = send(writer, "POST", "r4/Organization?name=x&_format=json", organization())
    assert reply.status_code == 400
    assert "If-None-Exist" in told(reply)
