"""Bulk data loaded with few checks or none: one odd resource must not spoil others' answers."""

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from imported_data import with_imports

from fhir_kb.settings import Settings
from fhir_kb.versions import VERSIONS
from fhir_kb.web import create_app

R4 = VERSIONS["r4"]
GENDERS = "http://hl7.org/fhir/ValueSet/administrative-gender"
BROKEN = "http://example.org/ValueSet/broken"
BULK: tuple[dict[str, Any], ...] = (
    {"resourceType": "ValueSet", "id": "nameless", "status": "active"},
    {"resourceType": "ValueSet", "id": "broken", "url": BROKEN, "compose": {"include": "x"}},
    {
        "resourceType": "Organization",
        "id": "odd",
        "name": "Odd",
        "meta": {"tag": 7},
        "surprise": {"a": 1},
        "contact": ["nobody", {"purpose": {"text": "x"}, "surprise": 2}],
    },
)


@pytest.fixture(scope="module")
def client(built: Path, tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    folder = tmp_path_factory.mktemp("unchecked") / "data"
    data = with_imports(built, folder, R4, BULK, "none")
    return create_app(Settings(data=data)).test_client()


@pytest.mark.parametrize(
    "query",
    [
        f"Observation?code:in={GENDERS}",
        "AdverseEvent?event:below=https://fhir-kb.example.org/fhir/CodeSystem/concept|neutropenia",
        f"ValueSet/$expand?url={GENDERS}",
        "CodeSystem/$lookup?system=http://hl7.org/fhir/administrative-gender&code=male",
    ],
)
def test_terminology_is_answered_from_all_the_rest(client: FlaskClient, query: str) -> None:
    """A value set without url cannot be named, one without form cannot be used: others can."""
    assert client.get(f"/fhir/r4/{query}").status_code == 200


def test_a_value_set_without_form_is_refused_itself(client: FlaskClient) -> None:
    """And is told of, not taken for one without codes."""
    reply = client.get(f"/fhir/r4/ValueSet/$expand?url={BROKEN}")
    assert reply.status_code == 400
    assert "not well-formed" in reply.get_json(force=True)["issue"][0]["diagnostics"]


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("_elements=name", {"name"}),
        ("_summary=true", {"name"}),
        ("_summary=text", set()),
        ("_summary=data", {"name", "surprise", "contact"}),
    ],
)
def test_parts_of_a_resource_with_unknown_elements(
    client: FlaskClient, asked: str, kept: set[str]
) -> None:
    """An element that FHIR does not have is in no summary, but it is data."""
    part = client.get(f"/fhir/r4/Organization/odd?{asked}").get_json(force=True)
    assert set(part) == {"resourceType", "id", "meta", *kept}
