"""Methods: which there are where, HEAD and OPTIONS everywhere, 405 that says what works.

https://www.rfc-editor.org/rfc/rfc9110#section-15.5.6
"""

import pytest
from flask.testing import FlaskClient

READS = {"GET", "HEAD", "OPTIONS"}
WRITES = {"PUT", "PATCH", "DELETE"}
PLACES = [
    ("", {*READS, "POST"}, set()),
    ("_search", {"POST", "OPTIONS"}, set()),
    ("metadata", READS, set()),
    ("_history", READS, set()),
    ("Organization", READS, {"POST", *WRITES}),
    ("Organization/_search", {"POST", "OPTIONS"}, set()),
    ("Organization/_history", READS, set()),
    ("Organization/x", READS, WRITES),
    ("Organization/x/_history", READS, set()),
    ("Organization/x/_history/1", READS, set()),
    ("Organization/$validate", {"POST", "OPTIONS"}, set()),
]
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


@pytest.mark.parametrize(("path", "always", "writing"), PLACES)
def test_options_tell_what_there_is(
    path: str, always: set[str], writing: set[str], client: FlaskClient, writer: FlaskClient
) -> None:
    """Allow lists the methods of the place, those of writing only where clients may write."""
    for asked, expected in ((client, always), (writer, always | writing)):
        reply = asked.options(f"/fhir/r4/{path}")
        assert reply.status_code == 204
        assert set(reply.headers["Allow"].split(", ")) == expected


@pytest.mark.parametrize(("path", "always", "writing"), PLACES)
def test_any_other_method_is_refused_with_what_there_is(
    path: str, always: set[str], writing: set[str], client: FlaskClient
) -> None:
    """405 with Allow, and an OperationOutcome that says why."""
    for method in set(METHODS) - always:
        reply = client.open(f"/fhir/r4/{path}", method=method)
        assert reply.status_code == 405, method
        assert set(reply.headers["Allow"].split(", ")) == always
        if method != "HEAD":
            assert "read-only" in reply.text


@pytest.mark.parametrize("method", ["TRACE", "FOO"])
@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/fhir/r4/Organization/x", READS),
        ("/fhir/r4", {*READS, "POST"}),
        ("/cds-services", READS),
    ],
)
def test_unknown_methods_are_told_what_there_is(
    method: str, path: str, allowed: set[str], client: FlaskClient
) -> None:
    """A method nobody knows is answered like any other that does not apply."""
    reply = client.open(path, method=method)
    assert reply.status_code == 405
    assert set(reply.headers["Allow"].split(", ")) == allowed
    assert reply.headers["Cache-Control"] == "no-store"
    assert reply.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    "path",
    ["metadata", "Medication", "Medication/aspirin", "Medication/aspirin/_history", "_history"],
)
def test_head_is_get_without_the_body(path: str, client: FlaskClient) -> None:
    """The same status and headers, so that a client can look before it reads."""
    head, get = client.head(f"/fhir/r4/{path}"), client.get(f"/fhir/r4/{path}")
    assert (head.status_code, head.data) == (200, b"")
    kept = {"Content-Type", "ETag", "Last-Modified", "Vary", "Content-Length"}
    assert {name: head.headers.get(name) for name in kept} == {
        name: get.headers.get(name) for name in kept
    }


@pytest.mark.parametrize(
    "path",
    [
        "Medication/$nothing",
        "Medication/aspirin/$nothing",
        "$nothing",
        "Medication/_nothing",
        "a/b/c/d/e",
    ],
)
def test_what_leads_nowhere_is_told_apart_from_ids(path: str, client: FlaskClient) -> None:
    """``$name`` and ``_name`` are never taken for the id of a resource."""
    reply = client.get(f"/fhir/r4/{path}")
    assert reply.status_code == 404
    assert '"not-supported"' in reply.text
