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
    ("_type=Organization,Medication&_sort=name", "_lastUpdated"),
    ("_type=Organization,Medication&_sort=_id,lot-number", "'lot-number'"),
    ("_type=Organization,Medication&_include=Medication:lot-number", "no reference parameter"),
    ("_type=Organization,Medication&_total=some", "accurate"),
    ("_type=Organization,Medication&_filter=name eq x", "'name'"),
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


PAIR = ("Library", "PlanDefinition")
BOTH = f"_type={','.join(PAIR)}"


def entries(client: FlaskClient, path: str, mode: str) -> list[dict[str, Any]]:
    """Return the entries of one page that are there as ``mode`` says."""
    bundle = content(client.get(f"/fhir/{path}"))
    return [row for row in bundle.get("entry", []) if row["search"]["mode"] == mode]


@pytest.mark.parametrize("asked", ["_include=*", "_revinclude=*:*", "_include:iterate=*"])
@pytest.mark.parametrize("pair", [PAIR, ("AdverseEvent", "PlanDefinition")], ids="-".join)
def test_what_stands_beside_is_that_of_every_type(
    pair: tuple[str, str], asked: str, client: FlaskClient, mount: str
) -> None:
    """A match of any type brings what a search of its type brings, but for other matches."""
    both = f"{mount}?_type={','.join(pair)}&_count=500"
    apart = {
        row["fullUrl"]
        for type in pair
        for row in entries(client, f"{mount}/{type}?_count=500&{asked}", "include")
    }
    matches = {row["fullUrl"] for row in entries(client, both, "match")}
    together = [row["fullUrl"] for row in entries(client, f"{both}&{asked}", "include")]
    assert sorted(together) == sorted(apart - matches)
    assert apart


@pytest.mark.parametrize("sort", ["title", "-title", "-date,_id", "status,-_id"])
def test_each_type_keeps_its_own_order(sort: str, client: FlaskClient, mount: str) -> None:
    """Taken out of the mixture, the matches of one type stand as a search of it gives them."""
    together = [row["fullUrl"] for row in pages(client, f"{mount}?{BOTH}&_sort={sort}&_count=7")]
    for type in PAIR:
        alone = [row["fullUrl"] for row in pages(client, f"{mount}/{type}?_sort={sort}&_count=100")]
        assert [url for url in together if f"/{type}/" in url] == alone
    kinds = [url.split("/")[-2] for url in together]
    assert kinds != sorted(kinds) != sorted(kinds, reverse=True)


def test_parts_of_resources_of_several_types(client: FlaskClient, mount: str) -> None:
    """_elements and _summary cut every match as a search of its type does."""
    for asked in ("_elements=title,date", "_summary=true", "_summary=text", "_summary=data"):
        page = entries(client, f"{mount}?{BOTH}&{asked}&_sort=_id&_count=5", "match")
        assert len(page) == 5
        for row in page:
            type, id = row["fullUrl"].split("/")[-2:]
            (alone,) = entries(client, f"{mount}/{type}?_id={id}&{asked}", "match")
            assert row == alone
            assert {"code": "SUBSETTED"}.items() <= row["resource"]["meta"]["tag"][-1].items()


def test_the_number_alone_and_no_number(client: FlaskClient, mount: str) -> None:
    """_count=0 and _summary=count give the total; _total=none leaves it out."""
    whole = len(pages(client, f"{mount}?{BOTH}&_count=50"))
    for asked in ("_count=0", "_summary=count"):
        bundle = content(client.get(f"/fhir/{mount}?{BOTH}&{asked}"))
        assert (bundle["total"], bundle.get("entry")) == (whole, None)
    bundle = content(client.get(f"/fhir/{mount}?{BOTH}&_total=none&_count=1"))
    assert ("total" in bundle, len(bundle["entry"])) == (False, 1)


def test_each_type_is_explained(client: FlaskClient, mount: str) -> None:
    """What a parameter left is told of every type, and the numbers add up to the total."""
    bundle = content(client.get(f"/fhir/{mount}?{BOTH}&status=active&_explain=true&_count=0"))
    (outcome,) = (row["resource"] for row in bundle["entry"])
    lines = [issue["diagnostics"] for issue in outcome["issue"]]
    assert [line.split(":")[0] for line in lines if "are searched" in line] == list(PAIR)
    left = [int(line.split()[-2]) for line in lines if line.endswith(" left")]
    assert (len(left), sum(left)) == (2, bundle["total"])
    assert bundle["total"] > 0


def test_one_type_is_sorted_by_what_it_has(client: FlaskClient, mount: str) -> None:
    """With one type in _type the search is that of the type."""
    one = pages(client, f"{mount}?_type=Organization&_sort=name")
    assert [row["fullUrl"] for row in one] == [
        row["fullUrl"] for row in pages(client, f"{mount}/Organization?_sort=name")
    ]


def test_a_list_is_never_left_out(client: FlaskClient, mount: str) -> None:
    """Without it the answer would be everything."""
    reply = client.get(f"/fhir/{mount}/Organization?_list=nothing-of-the-kind")
    assert reply.status_code == 400
    assert "_list" in told(reply)
