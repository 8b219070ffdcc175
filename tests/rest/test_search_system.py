"""Search over several resource types, or all of them.

https://hl7.org/fhir/R4/http.html#search
"""

from typing import Any

import pytest
from flask.testing import FlaskClient
from rest_calls import content, new_id, organization, send, told

BASE = "http://127.0.0.1:8080"
STRICT = {"Prefer": "handling=strict"}


def pages(client: FlaskClient, path: str) -> list[dict[str, Any]]:
    """Return the matches of all pages."""
    found: list[dict[str, Any]] = []
    url: str | None = f"/fhir/{path}"
    while url:
        bundle = content(client.get(url))
        found += [row for row in bundle.get("entry", []) if row["search"]["mode"] == "match"]
        links = {link["relation"]: link["url"] for link in bundle["link"]}
        url = links.get("next", "").removeprefix(BASE) or None
    assert len(found) == bundle["total"]
    return found


def test_the_types_named_are_searched(client: FlaskClient, mount: str) -> None:
    """The total is that of both types, and pages of any size visit each resource once."""
    whole = sum(
        content(client.get(f"/fhir/{mount}/{type}?_count=0"))["total"]
        for type in ("Organization", "Medication")
    )
    found = pages(client, f"{mount}?_type=Organization,Medication&_count=7")
    assert {row["resource"]["resourceType"] for row in found} == {"Organization", "Medication"}
    assert len({row["fullUrl"] for row in found}) == len(found) == whole
    times = [row["resource"]["meta"]["lastUpdated"] for row in found]
    assert times == sorted(times, reverse=True)


def test_without_types_all_are_searched(client: FlaskClient, mount: str) -> None:
    """What every type has in common finds resources wherever they are; POST asks the same."""
    assert {row["resource"]["id"] for row in pages(client, f"{mount}?_id=aspirin")} == {"aspirin"}
    got = client.get(f"/fhir/{mount}?_id=aspirin")
    posted = client.post(f"/fhir/{mount}/_search", data={"_id": "aspirin"})
    assert content(posted) == content(got)
    history = content(client.get(f"/fhir/{mount}/_history?_count=0"))
    assert content(client.get(f"/fhir/{mount}?_count=0"))["total"] == history["total"]


def test_what_one_type_lacks_is_left_out_for_all(client: FlaskClient, mount: str) -> None:
    """A parameter of one type alone would mean something else for the others."""
    bundle = content(client.get(f"/fhir/{mount}?_type=Organization,Medication&name=x&_count=1"))
    own = next(link["url"] for link in bundle["link"] if link["relation"] == "self")
    assert own == f"{BASE}/fhir/{mount}?_type=Organization,Medication&_count=1"
    assert [row["search"]["mode"] for row in bundle["entry"]] == ["match", "outcome"]
    strict = client.get(f"/fhir/{mount}?_type=Organization,Medication&name=x", headers=STRICT)
    assert strict.status_code == 400


def test_a_write_does_not_disturb_the_pages(writer: FlaskClient, mount: str) -> None:
    """The pages are those of the state that the first one was made of."""
    url = f"/fhir/{mount}?_type=Organization,Medication&_count=1"
    first = content(writer.get(url))
    id = new_id()
    assert send(writer, "PUT", f"{mount}/Organization/{id}", organization(id)).status_code == 201
    following = next(link["url"] for link in first["link"] if link["relation"] == "next")
    second = content(writer.get(following.removeprefix(BASE)))
    assert second["total"] == first["total"]
    newest = content(writer.get(url))["entry"][0]
    assert newest["resource"]["id"] == id
    assert second["entry"][0]["fullUrl"] not in (newest["fullUrl"], first["entry"][0]["fullUrl"])


def test_oldest_first(client: FlaskClient, mount: str) -> None:
    """The order of update is one that all types share."""
    url = f"{mount}?_type=Organization,Medication&_count=9&_sort=_lastUpdated"
    times = [row["resource"]["meta"]["lastUpdated"] for row in pages(client, url)]
    assert times == sorted(times)


REFUSED = [
    ("_type=Nothing", "'Nothing'"),
    ("_type=", "not served"),
    ("_type=Organization&_type=Medication", "once"),
    ("_type:not=Organization", "modifier"),
    ("_type=Organization,Medication&_sort=_id", "_lastUpdated"),
    ("_id:exact=x", "modifier"),
]


@pytest.mark.parametrize(("query", "words"), REFUSED)
def test_what_is_not_understood_is_refused(
    query: str, words: str, client: FlaskClient, mount: str
) -> None:
    """Each refusal says what would work."""
    reply = client.get(f"/fhir/{mount}?{query}")
    assert reply.status_code == 400
    assert words in told(reply)


def test_one_type_is_sorted_by_what_it_has(client: FlaskClient, mount: str) -> None:
    """With one type in _type the search is that of the type."""
    one = pages(client, f"{mount}?_type=Organization&_sort=name")
    assert [row["fullUrl"] for row in one] == [
        row["fullUrl"] for row in pages(client, f"{mount}/Organization?_sort=name")
    ]


def test_a_list_is_never_left_out(client: FlaskClient, mount: str) -> None:
    """Without it the answer would be everything."""
    reply = client.get(f"/fhir/{mount}/Organization?_list=nothing-of-the-kind")
    if reply.status_code == 200:
        assert content(reply)["total"] == 0
    else:
        assert "_list" in told(reply)
