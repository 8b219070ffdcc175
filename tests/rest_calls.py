"""Requests of the tests of writing: an organization, and what it takes to send one."""

import json
from itertools import count
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

NUMBERS = count()
JSON = {"Content-Type": "application/fhir+json"}
JSON_PATCH = {"Content_Type": "application/json-patch+json"}
SYSTEM = "https://example.org/wards"


def organization(id: str | None = None, **more: Any) -> dict[str, Any]:
    """Return an organization with a name and an identifier that no other has."""
    number = next(NUMBERS)
    own = {} if id is None else {"id": id}
    identifier = [{"system": SYSTEM, "value": f"ward-{number}"}]
    return {
        "resourceType": "Organization",
        **own,
        "identifier": identifier,
        "name": f"Ward {number}",
        **more,
    }


def new_id() -> str:
    """Return an id that no other test has."""
    return f"written-{next(NUMBERS)}"


def send(
    client: FlaskClient, method: str, path: str, body: Any = None, **headers: str
) -> TestResponse:
    """Return the answer to a body in FHIR JSON; ``If_Match`` stands for the header If-Match."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    return client.open(f"/fhir/{path}", method=method, data=data, headers={**JSON, **named})


def content(reply: TestResponse) -> dict[str, Any]:
    """Return the resource in an answer."""
    body: dict[str, Any] = json.loads(reply.data)
    return body


def told(reply: TestResponse) -> str:
    """Return what a refusal says."""
    body = content(reply)
    assert body["resourceType"] == "OperationOutcome"
    return " ".join(issue.get("diagnostics", "") for issue in body["issue"])
