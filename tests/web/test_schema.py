"""The JSON Schemas over HTTP."""

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft7Validator

from fhir_kb.versions import VERSIONS


@pytest.mark.parametrize("mount", VERSIONS)
def test_the_schema_of_a_type_is_published(mount: str, client: FlaskClient) -> None:
    """A form builder loads it by URL; what this server serves is accepted by it."""
    reply = client.get(f"/schema/{mount}/Medication.json")
    assert reply.status_code == 200
    assert reply.content_type == "application/schema+json"
    schema = Draft7Validator(reply.get_json(force=True))
    url = f"/fhir/{mount}/Medication/aspirin"
    assert list(schema.iter_errors(client.get(url).get_json(force=True))) == []


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/schema/r5/MedicationKnowlege.json", "did you mean 'MedicationKnowledge'?"),
        ("/schema/r6/Patient.json", "no schemas of 'r6'; there are r4, r4b, r5"),
        ("/schema/r4/Citation.json", "FHIR R4 has no resource type 'Citation'"),
    ],
)
def test_a_schema_that_does_not_exist_is_refused(
    path: str, words: str, client: FlaskClient
) -> None:
    reply = client.get(path)
    assert reply.status_code == 404
    assert words in reply.get_json(force=True)["issue"][0]["diagnostics"]
