"""Whatever is sent to a place that writes: an answer that says why, never a fault.

https://owasp.org/API-Security/editions/2023/en/0x11-t10/
"""

import json
from copy import deepcopy
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_calls import JSON

URN = "urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a"
DIV = f'<div xmlns="http://www.w3.org/1999/xhtml"><a href="{URN}">x</a></div>'
ORGANIZATION: dict[str, Any] = {
    "resourceType": "Organization",
    "id": "hostile",
    "meta": {"versionId": "1", "tag": [{"system": "http://x", "code": "y"}]},
    "text": {"status": "generated", "div": DIV},
    "identifier": [{"system": "http://x", "value": "1"}],
    "name": "x",
    "_name": {"extension": [{"url": "http://x", "valueString": "y"}]},
    "partOf": {"reference": URN},
}
STEP = {"op": "replace", "path": "/name", "value": "y"}
OPERATION = {
    "name": "operation",
    "part": [
        {"name": "type", "valueCode": "insert"},
        {"name": "path", "valueString": "Organization.identifier"},
        {"name": "index", "valueInteger": 0},
        {"name": "value", "valueIdentifier": {"value": "2"}},
    ],
}
BUNDLE = {
    "resourceType": "Bundle",
    "type": "transaction",
    "entry": [
        {
            "fullUrl": URN,
            "request": {"method": "POST", "url": "Organization", "ifNoneExist": "name=x"},
            "resource": {
                **ORGANIZATION,
                "partOf": {"reference": "Organization?identifier=http://x|1"},
            },
        },
        {"request": {"method": "PUT", "url": "Organization/hostile"}, "resource": ORGANIZATION},
        {
            "request": {"method": "PATCH", "url": "Organization?name=x"},
            "resource": {"resourceType": "Parameters", "parameter": [OPERATION]},
        },
        {"request": {"method": "DELETE", "url": "Organization/hostile-2", "ifMatch": 'W/"1"'}},
        {"request": {"method": "GET", "url": "Organization?name=x"}},
    ],
}
PLACES: list[tuple[str, str, str, Any]] = [
    ("POST", "Organization", "application/fhir+json", ORGANIZATION),
    ("PUT", "Organization/hostile", "application/fhir+json", ORGANIZATION),
    ("PATCH", "Organization/hostile-there", "application/json-patch+json", [STEP]),
    (
        "PATCH",
        "Organization/hostile-there",
        "application/fhir+json",
        {"resourceType": "Parameters", "parameter": [OPERATION]},
    ),
    ("POST", "", "application/fhir+json", BUNDLE),
    ("POST", "", "application/fhir+json", {**BUNDLE, "type": "batch"}),
]
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.text(max_size=8),
    st.sampled_from(
        [
            "",
            "Organization",
            "Organization/x",
            "../x",
            "%00",
            "?",
            "#",
            "$",
            "_history",
            "$meta",
            URN,
        ]
    ),
    st.sampled_from(
        ["Organization.name", "Organization.descendants()", "/-", "/name/0", "/identifier/-", "*"]
    ),
    st.sampled_from(
        [[], {}, [None], [[]], {"": None}, {"resourceType": "Bundle"}, [{}], {"a": {"a": {}}}]
    ),
)


def paths(value: Any) -> list[list[Any]]:
    items: Any = value.items() if isinstance(value, dict) else ()
    items = enumerate(value) if isinstance(value, list) else items
    return [[]] + [[key, *rest] for key, inner in items for rest in paths(inner)]


def changed(body: Any, path: list[Any], value: Any) -> Any:
    if not path:
        return value
    copy = deepcopy(body)
    inner = copy
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return copy


@pytest.mark.parametrize("place", range(len(PLACES)))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_a_body_with_anything_anywhere_is_answered(
    place: int, writable_app: Flask, data: st.DataObject
) -> None:
    """One element of a good request is replaced by anything: the status is never a 5xx."""
    method, path, content_type, body = PLACES[place]
    client = writable_app.test_client()
    if path.endswith("there"):
        there = {**ORGANIZATION, "id": "hostile-there"}
        there.pop("partOf")
        client.put(f"/fhir/r4/{path}", data=json.dumps(there), headers=JSON)
    sent = changed(body, data.draw(st.sampled_from(paths(body))), data.draw(VALUES))
    headers = {"Content-Type": content_type}
    text = json.dumps(sent).encode("utf-8", "surrogatepass")
    reply = client.open(f"/fhir/r4/{path}", method=method, data=text, headers=headers)
    assert reply.status_code < 500, (sent, reply.data)
    for row in json.loads(reply.data).get("entry", []):
        assert row["response"]["status"] < "5", row


HEADERS = ["If-Match", "If-None-Match", "If-None-Exist", "Prefer", "Content-Type", "Authorization"]
TEXTS = st.text(
    st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=20
)


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    name=st.sampled_from(HEADERS),
    value=TEXTS,
    method=st.sampled_from(["PUT", "PATCH", "DELETE", "POST"]),
    query=TEXTS,
)
def test_a_header_or_query_with_anything_is_answered(
    writable_app: Flask, name: str, value: str, method: str, query: str
) -> None:
    """Conditions and wishes are texts from outside too."""
    reply = writable_app.test_client().open(
        "/fhir/r4/Organization",
        method=method,
        query_string={"name": query},
        data=json.dumps({"resourceType": "Organization", "name": "x"}),
        headers={**JSON, name: value},
    )
    assert reply.status_code < 500, reply.data
