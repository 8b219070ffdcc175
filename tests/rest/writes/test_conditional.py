"""Conditional create, update, patch and delete: none, one or several matches.

https://hl7.org/fhir/R5/http.html#cond-update
"""

from itertools import count
from typing import Any

import pytest
from flask.testing import FlaskClient
from rest_calls import JSON_PATCH, content, organization, send, told

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


@pytest.mark.parametrize(
    ("name", "status", "left"), [("none", 204, 2), (" one", 204, 1), ("", 412, 2)]
)
def test_delete_of_what_a_query_finds(
    name: str, status: int, left: int, family: str, writer: FlaskClient, mount: str
) -> None:
    """Several matches are refused: none of them is deleted."""
    query = f"name={family}{name}".replace(" ", "%20")
    assert send(writer, "DELETE", f"{mount}/Organization?{query}").status_code == status
    found = content(writer.get(f"/fhir/{mount}/Organization?name={family}"))
    assert found["total"] == left


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
