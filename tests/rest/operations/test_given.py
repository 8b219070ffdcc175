"""What a call gives is understood to its last parameter, or refused with what would work."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from fhir_kb.formats import Json

GENDERS = "http://hl7.org/fhir/administrative-gender"
ORGANIZATION = {"resourceType": "Organization", "name": "Ward 7"}
BY_URL = [
    ("ValueSet/$expand?url=x&url=y", "url is given twice"),
    ("ValueSet/$expand?url=x&colour=red", "no parameter 'colour'; it takes url, "),
    ("ValueSet/$expand?url=x&context=y", "does not act on context"),
    ("ValueSet/$expand?url=x&valueSet=y", "valueSet is a resource, which no URL can hold"),
    ("ValueSet/$expand?url=x&count=-1", "count is '-1'; it takes a whole number"),
    ("ValueSet/$expand?url=x&activeOnly=yes", "activeOnly is 'yes'; it takes true or false"),
    ("ValueSet/$expand", "url is not given"),
    ("CodeSystem/$lookup?code=male", "A code alone is of no system"),
    (f"CodeSystem/$lookup?system={GENDERS}", "Give one of code, coding; here is none of them"),
    (f"CodeSystem/$lookup?system={GENDERS}&code=", "code is not given"),
    (f"CodeSystem/$lookup?system={GENDERS}&code=male&date=2020", "does not act on date"),
]


def refusal(reply: Any) -> str:
    assert reply.status_code == 400
    text: str = reply.get_json(force=True)["issue"][0]["diagnostics"]
    return text


@pytest.mark.parametrize(("path", "words"), BY_URL)
def test_a_query_that_is_not_understood_is_refused(
    client: FlaskClient, path: str, words: str
) -> None:
    """To pass over a parameter would answer another question than was asked."""
    assert words in refusal(client.get(f"/fhir/r4/{path}"))


POSTED: list[tuple[str, Json, str]] = [
    ("ValueSet/$expand", {"name": "url", "valueBoolean": True}, "url has no value that it takes"),
    (
        "ValueSet/$expand",
        {"name": "valueSet", "resource": ORGANIZATION},
        "valueSet holds 'Organization'; it takes a ValueSet",
    ),
    ("ValueSet/$expand", {"name": "colour", "valueString": "red"}, "no parameter 'colour'"),
    ("ValueSet/$expand", {"name": "context", "valueUri": "x"}, "does not act on context"),
    (
        "CodeSystem/$lookup",
        {"name": "coding", "valueCoding": {"system": GENDERS}},
        "coding has no code",
    ),
    (
        "CodeSystem/$validate-code",
        {"name": "codeableConcept", "valueCodeableConcept": {"text": "male"}},
        "codeableConcept has no coding",
    ),
]


@pytest.mark.parametrize(("path", "parameter", "words"), POSTED)
def test_a_body_that_is_not_understood_is_refused(
    client: FlaskClient, path: str, parameter: Json, words: str
) -> None:
    """The same in a Parameters resource."""
    body = {"resourceType": "Parameters", "parameter": [parameter]}
    assert words in refusal(client.post(f"/fhir/r4/{path}", json=body))


def test_query_and_body_are_one_call(client: FlaskClient) -> None:
    """What the URL says and what the body says are taken together."""
    body: Json = {
        "resourceType": "Parameters",
        "parameter": [{"name": "system", "valueUri": GENDERS}],
    }
    reply = client.post("/fhir/r4/CodeSystem/$lookup?code=male", json=body)
    assert reply.status_code == 200
    body["parameter"].append({"name": "code", "valueCode": "female"})
    again = client.post("/fhir/r4/CodeSystem/$lookup?code=male", json=body)
    assert "code is given twice" in refusal(again)


@pytest.mark.parametrize("path", ["CodeSystem/$lookup", "ValueSet/$expand", "$meta"])
def test_a_resource_that_no_parameter_takes_is_refused(client: FlaskClient, path: str) -> None:
    """A resource alone stands for the one parameter that takes its type, where there is one."""
    reply = client.post(f"/fhir/r4/{path}", json=ORGANIZATION)
    assert "takes a Parameters resource, not a Organization" in refusal(reply)


def test_a_code_of_another_system_than_asked_is_wrong(client: FlaskClient) -> None:
    """``url`` and ``coding`` disagree: that is a verdict, not a question of which is meant."""
    body = {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "url", "valueUri": GENDERS},
            {"name": "coding", "valueCoding": {"system": "http://loinc.org", "code": "8302-2"}},
        ],
    }
    reply = client.post("/fhir/r4/CodeSystem/$validate-code", json=body)
    told = {row["name"]: row for row in reply.get_json(force=True)["parameter"]}
    assert told["result"]["valueBoolean"] is False
    assert f"not of {GENDERS}" in told["message"]["valueString"]
