"""What was imported is served like the rest: read, searched, told of in /metadata."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from imported_data import with_imports

from fhir_kb.settings import Settings
from fhir_kb.versions import VERSIONS
from fhir_kb.web import create_app

R4 = VERSIONS["r4"]
BULK: tuple[dict[str, object], ...] = (
    {
        "resourceType": "Patient",
        "id": "p1",
        "name": [{"family": "Müller"}],
        "birthDate": "1950-02",
        "generalPractitioner": [{"reference": "Organization/clinic"}],
    },
    {"resourceType": "Organization", "id": "clinic", "name": "University Clinic"},
    {
        "resourceType": "List",
        "id": "cohort",
        "status": "current",
        "mode": "snapshot",
        "entry": [{"item": {"reference": "Patient/p1"}}],
    },
)


@pytest.fixture(scope="module")
def client(built: Path, tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    folder = tmp_path_factory.mktemp("imported") / "data"
    data = with_imports(built, folder, R4, BULK)
    return create_app(Settings(data=data)).test_client()


@pytest.mark.parametrize(
    ("query", "total"),
    [
        ("Patient?family=muller", 1),
        ("Patient?birthdate=1950", 1),
        ("Patient?general-practitioner.name=university", 1),
        ("Organization?_has:Patient:general-practitioner:family=muller", 1),
        ("Patient?_list=cohort", 1),
        ("Patient?_content=m%C3%BCller", 1),
        ("MedicationKnowledge?code=1191", 1),
    ],
)
def test_it_is_searched(query: str, total: int, client: FlaskClient) -> None:
    reply = client.get(f"/fhir/r4/{query}", headers={"Prefer": "handling=strict"})
    assert (reply.status_code, reply.json["total"]) == (200, total), reply.json


def test_it_is_read_beside_the_knowledge(client: FlaskClient) -> None:
    assert client.get("/fhir/r4/Patient/p1").json["birthDate"] == "1950-02"
    assert client.get("/fhir/r4/MedicationKnowledge/thalidomide").status_code == 200
    assert client.get("/fhir/r5/Patient/p1").status_code == 404


def test_the_capability_statement_has_its_types(client: FlaskClient) -> None:
    (rest,) = client.get("/fhir/r4/metadata").json["rest"]
    served = {resource["type"]: resource for resource in rest["resource"]}
    assert "family" in {each["name"] for each in served["Patient"]["searchParam"]}
    assert "_list" in {each["name"] for each in served["Patient"]["searchParam"]}
