"""Input made to break a reader costs the server a moment and an outcome, never a 500."""

import time

import pytest
from flask import Flask
from flask.testing import FlaskClient
from malformed import CASES, SECONDS

URL = "/fhir/r4/Patient/$validate"


@pytest.mark.parametrize("name", [name for name, (content, _) in CASES.items() if content.strip()])
def test_each_is_answered_quickly_and_clearly(name: str, client: FlaskClient) -> None:
    """The verdict on a body that nobody can read is a verdict: 200, and what is wrong with it."""
    content, words = CASES[name]
    media_type = "application/fhir+xml" if content.startswith(b"<") else "application/fhir+json"
    start = time.process_time()
    reply = client.post(URL, data=content, content_type=media_type)
    assert time.process_time() - start < SECONDS
    assert reply.status_code == 200
    faults = [
        issue["details"]["text"]
        for issue in reply.get_json(force=True)["issue"]
        if issue["severity"] in ("fatal", "error")
    ]
    assert any(words in text for text in faults), faults
    assert len(reply.data) < 1_000_000


def test_a_body_beyond_the_limit_is_not_read(app: Flask) -> None:
    """100 MB are refused by their announced length."""
    with app.test_client() as client:
        reply = client.post(
            URL,
            data=b"",
            content_type="application/fhir+json",
            environ_overrides={"CONTENT_LENGTH": "100000000"},
        )
    assert reply.status_code == 413
    assert reply.get_json(force=True)["issue"][0]["code"] == "too-long"


def test_parameters_that_are_no_list_are_no_trap(client: FlaskClient) -> None:
    """Whatever shape Parameters have, nothing fails while the resource is looked for."""
    for parameter in ("null", "1", "{}", '[null,1,{"name":1},{"name":"resource","resource":[]}]'):
        body = f'{{"resourceType":"Parameters","parameter":{parameter}}}'
        reply = client.post(URL, data=body, content_type="application/fhir+json")
        assert reply.status_code == 400, (parameter, reply.text)
