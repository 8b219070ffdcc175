"""Transactions: every entry or none, references rewritten, answers in their places.

https://hl7.org/fhir/R4/http.html#trules
"""

import base64
import json
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from rest_calls import SYSTEM, content, new_id, organization, send, told
from werkzeug.test import TestResponse

from fhir_kb.errors import TooLarge
from fhir_kb.rest.message import Request
from fhir_kb.rest.routing import answer

NUMBERS = count()
BASE = "http://127.0.0.1:8080/fhir"


def urn() -> str:
    return f"urn:uuid:00000000-0000-4000-8000-{next(NUMBERS):012d}"


def entry(
    method: str, url: str, resource: Any = None, full_url: str | None = None, **request: str
) -> dict[str, Any]:
    row: dict[str, Any] = {"request": {"method": method, "url": url, **request}}
    if resource is not None:
        row["resource"] = resource
    return row if full_url is None else {"fullUrl": full_url, **row}


def post(client: FlaskClient, mount: str, *entries: Any, **headers: str) -> TestResponse:
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": list(entries)}
    return send(client, "POST", mount, bundle, **headers)


def statuses(reply: TestResponse) -> list[str]:
    bundle = content(reply)
    assert bundle.get("type") == "transaction-response", bundle
    return [row["response"]["status"] for row in bundle["entry"]]


def path_of(row: dict[str, Any]) -> str:
    """Return Type/id of what an entry of the answer tells of."""
    location: str = row["response"]["location"]
    return location.partition("/_history/")[0].split("/", 5)[5]


def written(client: FlaskClient, mount: str, **more: Any) -> str:
    id = new_id()
    assert (
        send(client, "PUT", f"{mount}/Organization/{id}", organization(id, **more)).status_code
        == 201
    )
    return id


def test_answers_stand_in_the_order_of_their_entries(writer: FlaskClient, mount: str) -> None:
    """Deletes come first, reads last; each answer stands where its entry stood."""
    gone, kept, id = written(writer, mount), written(writer, mount), new_id()
    reply = post(
        writer,
        mount,
        entry("GET", f"Organization/{id}"),
        entry("PUT", f"Organization/{id}", organization(id)),
        entry("POST", "Organization", organization(), urn()),
        entry("GET", f"Organization?_id={gone},{id}"),
        entry("DELETE", f"Organization/{gone}"),
        entry("HEAD", f"Organization/{kept}"),
    )
    assert statuses(reply) == [
        "200 OK",
        "201 Created",
        "201 Created",
        "200 OK",
        "204 No Content",
        "200 OK",
    ]
    rows = content(reply)["entry"]
    assert rows[0]["resource"]["id"] == id
    assert [found["resource"]["id"] for found in rows[3]["resource"]["entry"]] == [id]
    assert "resource" not in rows[5]
    assert rows[1]["response"]["location"] == f"{BASE}/{mount}/Organization/{id}/_history/1"
    assert rows[1]["response"]["etag"] == 'W/"1"'
    assert rows[1]["response"]["lastModified"] == rows[0]["resource"]["meta"]["lastUpdated"]


def test_nothing_is_written_when_one_entry_fails(writer: FlaskClient, mount: str) -> None:
    """One OperationOutcome names the entry; no entry left a trace, also no deletion."""
    there, id = written(writer, mount), new_id()
    reply = post(
        writer,
        mount,
        entry("DELETE", f"Organization/{there}"),
        entry("PUT", f"Organization/{id}", organization(id)),
        entry("PUT", "Organization/x", organization("x"), ifMatch='W/"9"'),
    )
    assert reply.status_code == 412
    assert "Entry 2 (PUT Organization/x)" in told(reply)
    assert content(reply)["issue"][0]["expression"] == ["Bundle.entry[2]"]
    assert writer.get(f"/fhir/{mount}/Organization/{there}").status_code == 200
    assert writer.get(f"/fhir/{mount}/Organization/{id}").status_code == 404


def test_an_invalid_resource_is_told_with_its_place_in_the_bundle(writer: FlaskClient) -> None:
    """422, and each issue leads to the element in the Bundle."""
    bad = {"resourceType": "Organization", "name": "x", "active": "yes"}
    reply = post(writer, "r4", entry("GET", "metadata"), entry("POST", "Organization", bad, urn()))
    assert reply.status_code == 422
    places = [issue["expression"] for issue in content(reply)["issue"]]
    assert ["Bundle.entry[1].resource.active"] in places


def test_references_lead_to_where_resources_came_to_be(writer: FlaskClient, mount: str) -> None:
    """By URN, by absolute and by relative URL, with a fragment, and round in a circle."""
    whole, part, other = urn(), urn(), "https://source.example/fhir/Organization/old-1"
    reply = post(
        writer,
        mount,
        entry("POST", "Organization", organization(partOf={"reference": part}), whole),
        entry("POST", "Organization", organization(partOf={"reference": whole}), part),
        entry("POST", "Organization", organization(partOf={"reference": other}), other),
        entry(
            "POST",
            "Organization",
            organization(partOf={"reference": "Organization/old-1"}),
            "https://source.example/fhir/Organization/old-2",
        ),
        entry("POST", "Organization", organization("mine", partOf={"reference": f"{whole}#a"})),
        entry(
            "POST", "Organization", organization(partOf={"reference": "Organization/mine"}), urn()
        ),
    )
    assert statuses(reply) == ["201 Created"] * 6
    paths = [path_of(row) for row in content(reply)["entry"]]
    parents = [
        content(writer.get(f"/fhir/{mount}/{path}"))["partOf"]["reference"] for path in paths
    ]
    assert parents == [paths[1], paths[0], paths[2], paths[2], f"{paths[0]}#a", paths[4]]


def test_links_of_every_kind_are_rewritten_and_others_left(writer: FlaskClient) -> None:
    """uri and url, narrative href and src, Markdown; never canonical, never plain text."""
    target, outside = urn(), "https://elsewhere.example/x"
    div = (
        f'<div xmlns="http://www.w3.org/1999/xhtml"><a href="{target}">a</a>'
        f"<a href='{target}#x'>b"
        f'</a><img src="{target}" alt="{target}"/><a href="{outside}">c</a>'
        f'<!-- <a href="{target}"> -->{target}</div>'
    )
    document = {
        "resourceType": "DocumentReference",
        "status": "current",
        "text": {"status": "additional", "div": div},
        "extension": [
            {"url": "https://example.org/uri", "valueUri": target},
            {"url": "https://example.org/markdown", "valueMarkdown": f"[a]({target}) {target}"},
            {"url": "https://example.org/canonical", "valueCanonical": target},
            {"url": "https://example.org/string", "valueString": target},
            {"url": "https://example.org/reference", "valueReference": {"reference": target}},
        ],
        "content": [{"attachment": {"url": f"{target}#page", "title": target}}],
        "contained": [
            {"resourceType": "Group", "id": "g", "managingEntity": {"reference": target}}
        ],
        "subject": {"reference": "#g"},
        "_language": {"extension": [{"url": "https://example.org/uri", "valueUri": target}]},
    }
    document["contained"][0] |= {"type": "person", "actual": True}  # type: ignore[index]
    reply = post(
        writer,
        "r4",
        entry("POST", "Organization", organization(), target),
        entry("POST", "DocumentReference", document, urn()),
    )
    assert statuses(reply) == ["201 Created"] * 2, reply.data
    organization_path, document_path = (path_of(row) for row in content(reply)["entry"])
    url = f"{BASE}/r4/{organization_path}"
    stored = content(writer.get(f"/fhir/r4/{document_path}"))
    values = [
        next(value for key, value in row.items() if key != "url") for row in stored["extension"]
    ]
    assert values == [url, f"[a]({url}) {target}", target, target, {"reference": organization_path}]
    assert stored["content"] == [{"attachment": {"url": f"{url}#page", "title": target}}]
    assert stored["contained"][0]["managingEntity"] == {"reference": organization_path}
    assert stored["_language"]["extension"][0]["valueUri"] == url
    assert stored["text"]["div"] == (
        f'<div xmlns="http://www.w3.org/1999/xhtml"><a href="{url}">a</a><a href="{url}#x">b'
        f'</a><img src="{url}" alt="{target}"/><a href="{outside}">c</a>'
        f'<!-- <a href="{target}"> -->{target}</div>'
    )


def test_a_conditional_reference_finds_what_is_there(writer: FlaskClient, mount: str) -> None:
    """Type?query becomes Type/id; the resource may have been there before."""
    parent = organization(new_id())
    send(writer, "PUT", f"{mount}/Organization/{parent['id']}", parent)
    condition = f"Organization?identifier={SYSTEM}|{parent['identifier'][0]['value']}"
    child = organization(partOf={"reference": condition})
    reply = post(
        writer, mount, entry("POST", "Organization", child, urn()), Prefer="return=representation"
    )
    assert statuses(reply) == ["201 Created"]
    (row,) = content(reply)["entry"]
    assert row["resource"]["partOf"]["reference"] == f"Organization/{parent['id']}"


@pytest.mark.parametrize("turned", [False, True])
def test_a_conditional_reference_finds_what_the_transaction_writes(
    turned: bool, writer: FlaskClient, mount: str
) -> None:
    """Whatever the order of the entries, also through a chain of such references."""
    top, middle, bottom = organization(), organization(), organization()
    for child, parent in ((middle, top), (bottom, middle)):
        value = parent["identifier"][0]["value"]
        child["partOf"] = {"reference": f"Organization?identifier={SYSTEM}|{value}"}
    rows = [entry("POST", "Organization", each, urn()) for each in (top, middle, bottom)]
    reply = post(writer, mount, *(rows[::-1] if turned else rows))
    assert statuses(reply) == ["201 Created"] * 3
    paths = [path_of(row) for row in content(reply)["entry"]]
    paths = paths[::-1] if turned else paths
    for child, parent in ((1, 0), (2, 1)):
        stored = content(writer.get(f"/fhir/{mount}/{paths[child]}"))
        assert stored["partOf"]["reference"] == paths[parent]


@pytest.mark.parametrize(
    ("reference", "status", "words"),
    [
        ("Organization?name=nobody-has-this-name", 412, "finds no resource"),
        ("Organization?name:contains=a", 412, "meet the condition"),
        ("Organization?nme=x", 400, "did you mean"),
        ("Patient?identifier=x", 404, "no 'Patient'"),
        ("urn:uuid:ffffffff-0000-4000-8000-000000000000", 400, "leads nowhere"),
    ],
)
def test_a_reference_that_leads_nowhere_fails_the_whole(
    reference: str, status: int, words: str, writer: FlaskClient
) -> None:
    """No dangling reference is stored in silence."""
    child = organization(partOf={"reference": reference})
    reply = post(writer, "r4", entry("POST", "Organization", child, urn()))
    assert reply.status_code == status
    assert words in told(reply)


def test_a_conditional_create_lends_its_place_to_references(
    writer: FlaskClient, mount: str
) -> None:
    """200 with the resource there is; references to the entry lead to it."""
    there = organization(new_id())
    send(writer, "PUT", f"{mount}/Organization/{there['id']}", there)
    key = f"identifier={SYSTEM}|{there['identifier'][0]['value']}"
    same, child = urn(), urn()
    reply = post(
        writer,
        mount,
        entry("POST", "Organization", organization(), same, ifNoneExist=key),
        entry("POST", "Organization", organization(partOf={"reference": same}), child),
    )
    assert statuses(reply) == ["200 OK", "201 Created"]
    first, second = (path_of(row) for row in content(reply)["entry"])
    assert first == f"Organization/{there['id']}"
    stored = content(writer.get(f"/fhir/{mount}/{second}"))
    assert stored["partOf"]["reference"] == first


def test_creates_that_find_each_other_are_refused(writer: FlaskClient, mount: str) -> None:
    """The outcome would depend on the order of the entries, which it must not."""
    sent = organization()
    key = f"identifier={SYSTEM}|{sent['identifier'][0]['value']}"
    rows = [entry("POST", "Organization", sent, urn(), ifNoneExist=key) for _ in range(2)]
    reply = post(writer, mount, *rows)
    assert reply.status_code == 412
    assert content(writer.get(f"/fhir/{mount}/Organization?{key}"))["total"] == 0


def conditional(id: str) -> str:
    return f"Organization?_id={id}"


OVERLAPS = [
    lambda own: (
        entry("PUT", f"Organization/{own}", organization(own)),
        entry("DELETE", f"Organization/{own}"),
    ),
    lambda own: (
        entry("PUT", f"Organization/{own}", organization(own)),
        entry("PUT", conditional(own), organization()),
    ),
    lambda own: (entry("DELETE", conditional(own)), entry("DELETE", f"Organization/{own}")),
    lambda own: (
        entry("PATCH", conditional(own), {"resourceType": "Parameters"}),
        entry("PUT", f"Organization/{own}", organization(own)),
    ),
]


@pytest.mark.parametrize("rows", OVERLAPS, ids=range(len(OVERLAPS)))
def test_two_entries_for_one_resource_are_refused(
    rows: Any, writer: FlaskClient, mount: str
) -> None:
    """Also where a condition finds the resource that another entry names."""
    id = written(writer, mount)
    reply = post(writer, mount, *rows(id))
    assert reply.status_code == 400
    assert "also written by entry" in told(reply)
    assert writer.get(f"/fhir/{mount}/Organization/{id}").headers["ETag"] == 'W/"1"'


def test_patches_are_taken_in_both_forms(writer: FlaskClient, mount: str) -> None:
    """Parameters as they are, JSON Patch in a Binary; links in a patch are rewritten too."""
    one, two, parent = written(writer, mount), written(writer, mount), urn()
    steps = [{"op": "replace", "path": "/name", "value": "By JSON"}]
    binary = {
        "resourceType": "Binary",
        "contentType": "application/json-patch+json",
        "data": base64.b64encode(json.dumps(steps).encode()).decode(),
    }
    parameters = {
        "resourceType": "Parameters",
        "parameter": [
            {
                "name": "operation",
                "part": [
                    {"name": "type", "valueCode": "add"},
                    {"name": "path", "valueString": "Organization"},
                    {"name": "name", "valueString": "partOf"},
                    {"name": "value", "valueReference": {"reference": parent}},
                ],
            }
        ],
    }
    reply = post(
        writer,
        mount,
        entry("PATCH", f"Organization/{one}", binary),
        entry("PATCH", f"Organization/{two}", parameters),
        entry("POST", "Organization", organization(), parent),
    )
    assert statuses(reply) == ["200 OK", "200 OK", "201 Created"]
    assert content(writer.get(f"/fhir/{mount}/Organization/{one}"))["name"] == "By JSON"
    stored = content(writer.get(f"/fhir/{mount}/Organization/{two}"))
    assert stored["partOf"]["reference"] == path_of(content(reply)["entry"][2])


def test_conditional_updates_and_deletes_are_resolved(writer: FlaskClient, mount: str) -> None:
    """By what a query finds; none creates, or deletes nothing."""
    there, gone = written(writer, mount), written(writer, mount)
    reply = post(
        writer,
        mount,
        entry("PUT", conditional(there), organization()),
        entry("PUT", conditional(new_id()), organization()),
        entry("DELETE", conditional(gone)),
        entry("DELETE", conditional(new_id())),
    )
    assert statuses(reply) == ["200 OK", "201 Created", "204 No Content", "204 No Content"]
    assert writer.get(f"/fhir/{mount}/Organization/{gone}").status_code == 410


def test_a_condition_deletes_all_that_it_finds(writer: FlaskClient, mount: str) -> None:
    """As it does alone; with the rest of the transaction, or not at all."""
    ids = [written(writer, mount) for _ in range(3)]
    several = entry("DELETE", conditional(",".join(ids)))
    refused = post(writer, mount, several, entry("DELETE", "Organization/ema"))
    assert refused.status_code == 403
    overlapping = post(
        writer, mount, several, entry("PUT", f"Organization/{ids[1]}", organization(ids[1]))
    )
    assert overlapping.status_code == 400
    assert f"Organization/{ids[1]} is also written" in told(overlapping)
    assert content(writer.get(f"/fhir/{mount}/{conditional(','.join(ids))}"))["total"] == 3
    assert statuses(post(writer, mount, several)) == ["204 No Content"]
    assert content(writer.get(f"/fhir/{mount}/{conditional(','.join(ids))}"))["total"] == 0


def test_conditions_together_delete_no_more_than_a_bundle_takes(
    writer: FlaskClient, writable_app: Flask, mount: str
) -> None:
    """Each below the bound, but not all: nothing is deleted."""
    ids = [written(writer, mount) for _ in range(4)]
    rows = [entry("DELETE", conditional(",".join(pair))) for pair in (ids[:2], ids[2:])]
    endpoint = replace(writable_app.extensions["fhir_kb"][mount], entries_max=3)
    body = json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": rows}).encode()
    request = Request(
        "POST", BASE, (), headers={"content-type": "application/fhir+json"}, body=body
    )
    with pytest.raises(TooLarge, match="deletes 4 resources; at most 3"):
        answer(endpoint, request)
    assert content(writer.get(f"/fhir/{mount}/{conditional(','.join(ids))}"))["total"] == 4


def test_a_deleted_resource_may_come_back_as_another(writer: FlaskClient, mount: str) -> None:
    """Conditions are asked after the deletions of the transaction."""
    sent = organization(new_id())
    send(writer, "PUT", f"{mount}/Organization/{sent['id']}", sent)
    key = f"identifier={SYSTEM}|{sent['identifier'][0]['value']}"
    reply = post(
        writer,
        mount,
        entry("POST", "Organization", sent, urn(), ifNoneExist=key),
        entry("DELETE", f"Organization/{sent['id']}"),
    )
    assert statuses(reply) == ["201 Created", "204 No Content"]


@pytest.mark.parametrize(
    ("prefer", "in_resource", "in_outcome"),
    [
        ("", False, False),
        ("return=representation", True, False),
        ("return=OperationOutcome", False, True),
    ],
)
def test_the_caller_says_how_much_comes_back(
    prefer: str, in_resource: bool, in_outcome: bool, writer: FlaskClient
) -> None:
    """Prefer of the whole holds for each entry."""
    reply = post(writer, "r4", entry("POST", "Organization", organization(), urn()), Prefer=prefer)
    (row,) = content(reply)["entry"]
    assert ("resource" in row, "outcome" in row["response"]) == (in_resource, in_outcome)


def test_one_instant_for_all(writer: FlaskClient, mount: str) -> None:
    """What comes to be together has the same lastUpdated."""
    rows = [entry("POST", "Organization", organization(), urn()) for _ in range(3)]
    told_so = content(post(writer, mount, *rows))["entry"]
    assert len({row["response"]["lastModified"] for row in told_so}) == 1


REFUSED = [
    ({"resourceType": "Organization"}, 400, "posted to its own URL"),
    ({"resourceType": "Bundle", "type": "collection"}, 400, "'collection'"),
    ({"resourceType": "Bundle"}, 400, "batch and transaction"),
    ({"resourceType": "Bundle", "type": "transaction", "entry": {}}, 400, "array"),
    ({"resourceType": "Bundle", "type": "transaction", "entry": [{}] * 1001}, 413, "at most 1000"),
]


@pytest.mark.parametrize(("body", "status", "words"), REFUSED)
def test_what_is_no_transaction_is_refused(
    body: Any, status: int, words: str, writer: FlaskClient
) -> None:
    """The base takes a Bundle of type batch or transaction."""
    reply = send(writer, "POST", "r4", body)
    assert reply.status_code == status
    assert words in told(reply)


REFUSED_ENTRIES = [
    (7, 400, "no request"),
    ({}, 400, "no request"),
    ({"request": {"method": "FETCH", "url": "x"}}, 405, "'FETCH'"),
    ({"request": {"method": "GET"}}, 400, "no url"),
    (entry("POST", "Organization"), 400, "no resource"),
    (entry("POST", "", {"resourceType": "Bundle"}), 400, "inside a Bundle"),
    (entry("POST", "Organization/x", organization("x")), 405, "does not apply"),
    (entry("PUT", "Organization/x/y", organization("x")), 405, "does not apply"),
    (entry("PUT", "Organization/x", organization("y")), 400, "has the id 'y'"),
    (entry("POST", "Organization", {"resourceType": "Group"}), 400, "is of type Group"),
    (
        entry("PUT", "https://elsewhere.example/Organization/x", organization("x")),
        400,
        "not one of this",
    ),
    (entry("GET", "Organization/never-was"), 404, "no Organization"),
    (entry("GET", "Organization/_history"), 400, "in a batch"),
    (entry("DELETE", "Medication/aspirin"), 403, "curated"),
    (
        entry("PATCH", "Organization/never-was", {"resourceType": "Parameters"}),
        404,
        "no Organization",
    ),
    (
        entry(
            "PATCH", "Organization/x", {"resourceType": "Binary", "contentType": "x", "data": "?"}
        ),
        400,
        "not base64",
    ),
]


@pytest.mark.parametrize(
    ("row", "status", "words"), REFUSED_ENTRIES, ids=range(len(REFUSED_ENTRIES))
)
def test_an_entry_that_cannot_be_done_fails_the_whole(
    row: Any, status: int, words: str, writer: FlaskClient
) -> None:
    """The outcome names the entry, why not, and nothing of the others is written."""
    id = new_id()
    reply = post(writer, "r4", entry("PUT", f"Organization/{id}", organization(id)), row)
    assert reply.status_code == status
    assert "Entry 1" in told(reply)
    assert words in told(reply)
    assert writer.get(f"/fhir/r4/Organization/{id}").status_code == 404


def test_an_empty_transaction_is_answered(writer: FlaskClient) -> None:
    """It is not an error if there is nothing in it."""
    bundle = {"resourceType": "Bundle", "type": "transaction"}
    assert content(send(writer, "POST", "r4", bundle)) == {
        "resourceType": "Bundle",
        "type": "transaction-response",
    }


def test_the_answer_is_valid(writer: FlaskClient, mount: str) -> None:
    """The response Bundle passes our own validator, with resources and outcomes in it."""
    rows = [
        entry("POST", "Organization", organization(), urn()),
        entry("GET", "Organization?_count=1"),
    ]
    reply = post(writer, mount, *rows, Prefer="return=representation")
    outcome = content(send(writer, "POST", f"{mount}/Bundle/$validate", reply.data))
    errors = [row for row in outcome["issue"] if row["severity"] in ("error", "fatal")]
    assert errors == []


def test_a_transaction_without_writes_is_refused_where_writes_are_off(client: FlaskClient) -> None:
    """A server that cannot promise all-or-nothing does not pretend to."""
    reply = post(client, "r4", entry("POST", "Organization", organization(), urn()))
    assert reply.status_code == 403
    assert "writes are off" in told(reply)


def test_a_transaction_that_only_reads_waits_for_no_writer(
    writable_app: Flask, writer: FlaskClient
) -> None:
    """Reading needs no lock, and its answers are of one state."""
    with writable_app.extensions["fhir_kb"]["r4"].writable().transaction():
        reply = post(writer, "r4", entry("GET", "Medication/aspirin"), entry("GET", "metadata"))
    assert statuses(reply) == ["200 OK", "200 OK"]


@pytest.mark.parametrize("name", ["New", "Newer"])
def test_a_conditional_reference_must_hold_when_all_is_done(
    name: str, writer: FlaskClient, mount: str
) -> None:
    """What it finds must not hang on whether another entry came before or after."""
    parent = organization(new_id(), name=f"Old {new_id()}")
    send(writer, "PUT", f"{mount}/Organization/{parent['id']}", parent)
    condition = f"Organization?name:exact={parent['name']}".replace(" ", "%20")
    child = organization(partOf={"reference": condition})
    rows = [
        entry("POST", "Organization", child, urn()),
        entry("PUT", f"Organization/{parent['id']}", {**parent, "name": name}),
    ]
    if name == "Newer":
        rows.append(entry("POST", "Organization", organization(name=parent["name"]), urn()))
    reply = post(writer, mount, *rows)
    assert reply.status_code == 412
    assert "conditional reference" in told(reply) or "meet the condition" in told(reply)
    assert writer.get(f"/fhir/{mount}/Organization/{parent['id']}").headers["ETag"] == 'W/"1"'


@pytest.mark.parametrize("turned", [False, True])
def test_a_long_chain_of_conditional_references_is_followed(
    turned: bool, writer: FlaskClient
) -> None:
    """Sixty organizations, each part of the one before, in either order."""
    chain = [organization() for _ in range(60)]
    for child, parent in zip(chain[1:], chain, strict=False):
        value = parent["identifier"][0]["value"]
        child["partOf"] = {"reference": f"Organization?identifier={SYSTEM}|{value}"}
    rows = [entry("POST", "Organization", each, urn()) for each in chain]
    reply = post(writer, "r4", *(rows[::-1] if turned else rows))
    assert statuses(reply) == ["201 Created"] * 60
