"""A body is read as what it is said to be, or refused: never taken for something else."""

import gzip
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from fhir_kb.settings import Settings
from fhir_kb.web import create_app

TAKERS = [
    "/fhir/r4/Organization/$validate",
    "/fhir/r4/ValueSet/$expand",
    "/fhir/r4/MedicationKnowledge/thalidomide/$everything",
]
NOT_READ = [
    ({"Content-Type": "text/html"}, "application/fhir+json"),
    ({"Content-Type": "text/plain"}, "application/fhir+json"),
    ({"Content-Type": "application/fhir+json; charset=iso-8859-1"}, "UTF-8"),
    ({"Content-Type": "application/fhir+json; fhirVersion=5.0"}, "takes 4.0"),
    ({"Content-Type": "application/fhir+json; fhirVersion=3.0"}, "takes 4.0"),
    ({"Content-Type": "application/fhir+json", "Content-Encoding": "gzip"}, "send it plain"),
]


@pytest.mark.parametrize("url", TAKERS)
@pytest.mark.parametrize(("headers", "words"), NOT_READ)
def test_an_operation_refuses_a_body_that_it_would_misread(
    client: FlaskClient, url: str, headers: dict[str, str], words: str
) -> None:
    """A resource of R5 that is validated against R4 would get a verdict on another resource."""
    body = b'{"resourceType": "Parameters", "parameter": []}'
    sent = gzip.compress(body) if "Content-Encoding" in headers else body
    reply = client.post(url, data=sent, headers=headers)
    assert reply.status_code == 415
    assert words in reply.get_json(force=True)["issue"][0]["diagnostics"]


@pytest.mark.parametrize(
    "media_type",
    ["", "application/json", "application/fhir+json; fhirVersion=4.0.1; charset=UTF-8"],
)
def test_an_operation_reads_what_is_said_rightly_or_not_at_all(
    client: FlaskClient, media_type: str
) -> None:
    """Many clients name no type, or the plain one."""
    url = "/fhir/r4/CodeSystem/$subsumes"
    sent = {"data": b'{"resourceType": "Parameters"}'}
    reply = client.post(url, headers={"Content-Type": media_type} if media_type else {}, **sent)
    assert reply.status_code == 400
    assert "Give one of codeA" in reply.get_json(force=True)["issue"][0]["diagnostics"]


def test_one_setting_bounds_every_body(built: Path) -> None:
    """What the door lets in is read: no operation has a smaller bound of its own."""
    client = create_app(Settings(data=built, body_bytes_max=17_000_000)).test_client()
    parameters = b'{"resourceType": "Parameters"}'
    large, larger = (parameters + b" " * size for size in (16_500_000, 17_000_000))
    headers = {"Content-Type": "application/fhir+json"}
    validated = client.post("/fhir/r4/Parameters/$validate", data=large, headers=headers)
    told = [issue["severity"] for issue in validated.get_json(force=True)["issue"]]
    assert (validated.status_code, told) == (200, ["information"])
    asked = client.post("/fhir/r4/CodeSystem/$subsumes", data=large, headers=headers)
    assert "Give one of codeA" in asked.get_json(force=True)["issue"][0]["diagnostics"]
    for url in ("Parameters/$validate", "CodeSystem/$subsumes"):
        assert client.post(f"/fhir/r4/{url}", data=larger, headers=headers).status_code == 413
