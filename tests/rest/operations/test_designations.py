"""Names in several languages, codes that only group and codes that are out of use."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from fhir_kb.formats import Json

SYSTEM = "http://example.org/CodeSystem/colours"
VALUE_SET = "http://example.org/ValueSet/colours"
PROPERTIES = "http://hl7.org/fhir/concept-properties"
FULLY_SPECIFIED = {"system": "http://snomed.info/sct", "code": "900000000000003001"}
RED: Json = {
    "code": "red",
    "display": "Red",
    "definition": "The colour of blood.",
    "designation": [
        {"language": "de-CH", "value": "Rot"},
        {"language": "fr", "use": FULLY_SPECIFIED, "value": "Rouge"},
    ],
}
WARM: Json = {
    "code": "warm",
    "display": "Warm colours",
    "property": [{"code": "notSelectable", "valueBoolean": True}],
    "concept": [
        RED,
        {
            "code": "minium",
            "display": "Red lead",
            "property": [{"code": "inactive", "valueBoolean": True}],
        },
    ],
}
COLOURS: Json = {
    "resourceType": "CodeSystem",
    "id": "colours",
    "url": SYSTEM,
    "status": "active",
    "content": "complete",
    "caseSensitive": True,
    "property": [
        {"code": name, "uri": f"{PROPERTIES}#{name}", "type": "boolean"}
        for name in ("notSelectable", "inactive")
    ],
    "concept": [WARM],
}
ALL_OF_THEM: Json = {
    "resourceType": "ValueSet",
    "id": "colours",
    "url": VALUE_SET,
    "status": "active",
    "compose": {"include": [{"system": SYSTEM}]},
}


@pytest.fixture(autouse=True)
def written(writer: FlaskClient, mount: str) -> None:
    for resource in (COLOURS, ALL_OF_THEM):
        put(writer, mount, resource)


def put(writer: FlaskClient, mount: str, resource: Json) -> None:
    url = f"/fhir/{mount}/{resource['resourceType']}/{resource['id']}"
    assert writer.put(url, json=resource).status_code in (200, 201)


def expanded(writer: FlaskClient, mount: str, **query: str) -> Json:
    reply = writer.get(f"/fhir/{mount}/ValueSet/colours/$expand", query_string=query)
    body: Json = reply.get_json(force=True)["expansion"]
    return body


def looked_up(writer: FlaskClient, mount: str, **query: Any) -> list[Json]:
    reply = writer.get(f"/fhir/{mount}/CodeSystem/colours/$lookup", query_string=query)
    rows: list[Json] = reply.get_json(force=True)["parameter"]
    return rows


def designations(rows: list[Json]) -> list[str]:
    parts = [row["part"] for row in rows if row["name"] == "designation"]
    return [part["valueString"] for each in parts for part in each if part["name"] == "value"]


def test_an_expansion_marks_what_is_not_to_be_chosen(writer: FlaskClient, mount: str) -> None:
    """A list to choose from would else offer headings and codes that are out of use."""
    assert expanded(writer, mount)["contains"] == [
        {"system": SYSTEM, "abstract": True, "code": "warm", "display": "Warm colours"},
        {"system": SYSTEM, "code": "red", "display": "Red"},
        {"system": SYSTEM, "inactive": True, "code": "minium", "display": "Red lead"},
    ]
    (left,) = expanded(writer, mount, activeOnly="true", excludeNotForUI="true")["contains"]
    assert left["code"] == "red"


@pytest.mark.parametrize(
    ("wanted", "values"),
    [
        ({}, ["Rot", "Rouge"]),
        ({"designation": "fr"}, ["Rouge"]),
        ({"designation": "urn:ietf:bcp:47|de-CH"}, ["Rot"]),
        ({"designation": "http://snomed.info/sct|900000000000003001"}, ["Rouge"]),
        ({"designation": "it"}, None),
    ],
)
def test_an_expansion_has_the_designations_that_are_wanted(
    writer: FlaskClient, mount: str, wanted: dict[str, str], values: list[str] | None
) -> None:
    """By their language or by their use; what was wanted stands in the expansion."""
    found = expanded(writer, mount, includeDesignations="true", filter="red", **wanted)
    told = {row["name"]: row.get("valueString") for row in found["parameter"]}
    assert told.get("designation") == wanted.get("designation")
    rows = found["contains"][0].get("designation")
    assert (rows and [row["value"] for row in rows]) == values


def test_another_expansion_has_another_identifier(writer: FlaskClient, mount: str) -> None:
    """Clients keep expansions by it; the same one is told again by the same."""
    asked: list[dict[str, str]] = [
        {"includeDesignations": "true", "designation": "fr"},
        {"includeDesignations": "true", "designation": "de-CH"},
        {},
    ]
    before = [expanded(writer, mount, **each)["identifier"] for each in asked]
    assert len(set(before)) == len(asked)
    assert before == [expanded(writer, mount, **each)["identifier"] for each in asked]
    earlier = expanded(writer, mount)["timestamp"]
    named = {**COLOURS, "concept": [{**WARM, "display": "Colours of fire"}]}
    put(writer, mount, named)
    after = expanded(writer, mount)
    assert after["identifier"] not in before
    assert after["timestamp"] > earlier


@pytest.mark.parametrize(("language", "display"), [("de", "Rot"), ("fr", "Rouge"), ("it", "Red")])
def test_a_display_is_in_the_language_asked_for(
    writer: FlaskClient, mount: str, language: str, display: str
) -> None:
    """Where there is none in it, the code system's own is better than nothing."""
    rows = looked_up(writer, mount, code="red", displayLanguage=language)
    assert {"name": "display", "valueString": display} in rows
    (row,) = expanded(writer, mount, displayLanguage=language, filter="Red ", activeOnly="true")[
        "contains"
    ]
    assert row["display"] == display


@pytest.mark.parametrize(
    ("wanted", "values"),
    [
        ([], ["Rot", "Rouge"]),
        (["designation"], ["Rot", "Rouge"]),
        (["lang.de"], ["Rot"]),
        (["lang.fr", "lang.it"], ["Rouge"]),
        (["parent"], []),
    ],
)
def test_a_lookup_tells_the_designations_that_are_wanted(
    writer: FlaskClient, mount: str, wanted: list[str], values: list[str]
) -> None:
    """``lang.X`` means those in a language, not all of them."""
    assert designations(looked_up(writer, mount, code="red", property=wanted)) == values


@pytest.mark.parametrize(("abstract", "result"), [("false", False), ("true", True)])
def test_a_heading_is_right_where_headings_are_allowed(
    writer: FlaskClient, mount: str, abstract: str, result: bool
) -> None:
    """A value set for searches holds headings that no record may have."""
    url = f"/fhir/{mount}/CodeSystem/colours/$validate-code"
    query = {"code": "warm", "abstract": abstract}
    (told, *_) = writer.get(url, query_string=query).get_json(force=True)["parameter"]
    assert told == {"name": "result", "valueBoolean": result}
