"""What is stored can be asked about, however large it came to be.

https://hl7.org/fhir/R4/json.html
"""

from pathlib import Path
from shutil import copytree

import pytest
from flask.testing import FlaskClient

from fhir_kb.formats import Json
from fhir_kb.formats.text import BYTES_MAX
from fhir_kb.settings import Settings
from fhir_kb.web import create_app

PART = "x" * 1_000_000
LARGE: list[Json] = [
    {
        "resourceType": "AdverseEvent",
        "id": "large",
        "actuality": "actual",
        "subject": {"display": "someone"},
        "suspectEntity": [{"instance": {"reference": "Medication/pomalidomide"}}],
    },
    {
        "resourceType": "ValueSet",
        "id": "large",
        "url": "http://example.org/large",
        "status": "active",
        "compose": {"include": [{"system": "http://x.org", "concept": [{"code": "a"}]}]},
    },
]


@pytest.fixture(scope="module")
def with_large(built: Path, tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """Two resources that no request could bring: a server of its own is given them."""
    folder = copytree(built, tmp_path_factory.mktemp("large") / "knowledge")
    app = create_app(Settings(data=folder, writes="on"))
    text = [{"url": "http://x.org", "valueString": PART}] * (BYTES_MAX // len(PART) + 1)
    with app.extensions["fhir_kb"]["r4"].writable().transaction() as transaction:
        for resource in LARGE:
            large = {**resource, "extension": text}
            transaction.write("PUT", resource["resourceType"], resource["id"], large)
    return app.test_client()


@pytest.mark.parametrize(
    "path",
    [
        "AdverseEvent/large/$meta",
        "MedicationKnowledge/pomalidomide/$everything?_count=1",
        "ValueSet/large/$expand",
        "ValueSet/$expand?url=http://example.org/large",
        "CodeSystem/$lookup?system=http://hl7.org/fhir/administrative-gender&code=male",
    ],
)
def test_a_large_resource_is_no_obstacle(with_large: FlaskClient, path: str) -> None:
    """The bound is for what comes in; one resource beyond it must not stop all answers."""
    reply = with_large.get(f"/fhir/r4/{path}")
    assert reply.status_code == 200, reply.text[:500]


@pytest.mark.parametrize("operation", ["$meta-add", "$meta-delete"])
def test_a_large_resource_is_tagged(with_large: FlaskClient, operation: str) -> None:
    """Its new version is as large as the one before."""
    sent = {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "meta", "valueMeta": {"tag": [{"system": "http://x", "code": "y"}]}}
        ],
    }
    reply = with_large.post(f"/fhir/r4/AdverseEvent/large/{operation}", json=sent)
    assert reply.status_code == 200, reply.text[:500]
