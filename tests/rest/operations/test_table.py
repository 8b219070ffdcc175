"""Each operation that the CapabilityStatement names is answered, wherever it says so."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from fhir_kb.formats import Json
from fhir_kb.rest.operations.table import OPERATIONS
from fhir_kb.versions import VERSIONS

CONCEPT = "https://fhir-kb.example.org/fhir/CodeSystem/concept"
CODE = f"code=thalidomide&system={CONCEPT}"
PATIENT = {"resourceType": "Patient", "active": True}

Call = tuple[str, str, Any]
"""Method, what follows the type (or nothing, for the system), and a body."""

CALLS: dict[str, dict[str, list[Call]]] = {
    "everything": {"MedicationKnowledge": [("GET", "/thalidomide/$everything?_count=1", None)]},
    "meta": {
        "": [("GET", "/$meta", None)],
        "Medication": [("GET", "/$meta", None), ("POST", "/thalidomide/$meta", None)],
    },
    "lookup": {"CodeSystem": [("GET", f"/$lookup?{CODE}", None)]},
    "subsumes": {
        "CodeSystem": [("GET", "/concept/$subsumes?codeA=aspirin&codeB=thalidomide", None)]
    },
    "validate-code": {
        "CodeSystem": [("GET", "/concept/$validate-code?code=aspirin", None)],
        "ValueSet": [("GET", f"/concept-drug/$validate-code?{CODE}", None)],
    },
    "expand": {"ValueSet": [("GET", "/concept-drug/$expand", None)]},
    "translate": {
        "ConceptMap": [
            ("GET", f"/$translate?sourceCode=aspirin&system={CONCEPT}", None),
            ("GET", f"/$translate?code=aspirin&system={CONCEPT}", None),
        ]
    },
    "versions": {"": [("GET", "/$versions", None)]},
    "convert": {"": [("POST", "/$convert", PATIENT)]},
    "export": {"": [("GET", "/$export?_type=Medication", None)]},
    "validate": {
        "": [("POST", "/Patient/$validate", PATIENT)],
        "Medication": [("GET", "/aspirin/$validate", None)],
    },
}


@pytest.fixture(params=VERSIONS)
def mount(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def statement(client: FlaskClient, mount: str) -> dict[str, set[str]]:
    """Return the operations that are advertised, by type; those of the system under no type."""
    (rest,) = client.get(f"/fhir/{mount}/metadata").get_json(force=True)["rest"]
    found = {row["type"]: row.get("operation", []) for row in rest["resource"]}
    found[""] = rest["operation"]
    return {type: {row["name"] for row in rows} for type, rows in found.items()}


def test_what_is_advertised_is_answered(client: FlaskClient, mount: str) -> None:
    """No operation is named that the server does not answer, and none is without a call here."""
    advertised = statement(client, mount)
    assert set().union(*advertised.values()) == set(CALLS)
    for name, by_type in CALLS.items():
        for type, calls in by_type.items():
            assert name in advertised[type], (name, type)
            statuses = [answered(client, mount, type, call) for call in calls]
            assert 200 in statuses or 202 in statuses, (name, type, statuses)


def answered(client: FlaskClient, mount: str, type: str, call: Call) -> int:
    method, rest, body = call
    path = f"/fhir/{mount}/{type}{rest}" if type else f"/fhir/{mount}{rest}"
    reply = client.open(
        path,
        method=method,
        headers={"Prefer": "respond-async"},
        data=json.dumps(body) if body else None,
        content_type="application/fhir+json",
    )
    if reply.status_code == 202:
        client.delete(reply.headers["Content-Location"])
    return reply.status_code


def test_our_own_definitions_are_published(client: FlaskClient, mount: str) -> None:
    """An operation of ours is read about where the statement says."""
    own = [row.definition for row in OPERATIONS if "fhir-kb" in row.definition]
    assert own
    for definition in own:
        bundle: Json = client.get(
            f"/fhir/{mount}/OperationDefinition", query_string={"url": definition}
        ).get_json(force=True)
        assert bundle["total"] == 1, definition
