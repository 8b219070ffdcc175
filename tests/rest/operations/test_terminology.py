"""Terminology operations: what is held is told, what is not held is never made up."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from fhir_kb.formats import Json
from fhir_kb.validation import validate
from fhir_kb.versions import VERSIONS

CONCEPT = "https://fhir-kb.example.org/fhir/CodeSystem/concept"
GENDER = "http://hl7.org/fhir/administrative-gender"
GENDERS = "http://hl7.org/fhir/ValueSet/administrative-gender"
ATC = "http://www.whocc.no/atc"
ACTS = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
PART = {
    "resourceType": "CodeSystem",
    "url": "http://example.org/part",
    "status": "active",
    "content": "fragment",
    "concept": [{"code": "one", "display": "One"}],
}
PARTIAL_SET = {
    "resourceType": "ValueSet",
    "url": "http://example.org/loincs",
    "status": "active",
    "compose": {"include": [{"system": "http://loinc.org"}]},
}
MADE_HERE = {
    "resourceType": "ValueSet",
    "status": "active",
    "compose": {"include": [{"system": GENDER, "concept": [{"code": "male"}]}]},
}


def asked(client: FlaskClient, path: str, **query: str) -> tuple[int, Json]:
    reply = client.get(f"/fhir/{path}", query_string=query)
    body: Json = reply.get_json(force=True)
    return reply.status_code, body


def posted(client: FlaskClient, path: str, *parameters: Json) -> tuple[int, Json]:
    body = {"resourceType": "Parameters", "parameter": list(parameters)}
    reply = client.post(f"/fhir/{path}", json=body)
    answer: Json = reply.get_json(force=True)
    return reply.status_code, answer


def values(body: Json) -> dict[str, Any]:
    """Return the parameters of an answer by name, without those made of parts."""
    return {
        row["name"]: next((value for key, value in row.items() if key.startswith("value")), None)
        for row in body["parameter"]
        if "part" not in row
    }


@pytest.mark.parametrize("mount", VERSIONS)
@pytest.mark.parametrize(
    ("path", "query", "expected"),
    [
        ("CodeSystem/$lookup", {"system": CONCEPT, "code": "thalidomide"}, "thalidomide"),
        ("CodeSystem/concept/$lookup", {"code": "thalidomide"}, "thalidomide"),
        ("CodeSystem/$lookup", {"system": GENDER, "code": "male"}, "Male"),
        ("CodeSystem/$lookup", {"system": GENDER, "code": "male", "version": "{number}"}, "Male"),
    ],
)
def test_a_code_is_looked_up(
    client: FlaskClient, mount: str, path: str, query: dict[str, str], expected: str
) -> None:
    """Our own codes and the specification's are told alike, by type and by instance."""
    number = VERSIONS[mount].number
    given = {name: value.replace("{number}", number) for name, value in query.items()}
    status, body = asked(client, f"{mount}/{path}", **given)
    assert (status, values(body)["display"]) == (200, expected)


@pytest.mark.parametrize(
    ("path", "query", "result"),
    [
        ("CodeSystem/$validate-code", {"url": CONCEPT, "code": "thalidomide"}, True),
        ("CodeSystem/$validate-code", {"url": CONCEPT, "code": "thalidomid"}, False),
        ("CodeSystem/concept/$validate-code", {"code": "thalidomide"}, True),
        (
            "CodeSystem/$validate-code",
            {"url": CONCEPT, "code": "thalidomide", "display": "aspirin"},
            False,
        ),
        ("ValueSet/$validate-code", {"url": GENDERS, "code": "male", "system": GENDER}, True),
        ("ValueSet/$validate-code", {"url": GENDERS, "code": "mal", "system": GENDER}, False),
        ("ValueSet/concept-drug/$validate-code", {"code": "thalidomide", "system": CONCEPT}, True),
        ("ValueSet/concept-drug/$validate-code", {"code": "female", "system": CONCEPT}, False),
    ],
)
@pytest.mark.parametrize("mount", VERSIONS)
def test_a_code_that_can_be_told_gets_a_verdict(
    client: FlaskClient, mount: str, path: str, query: dict[str, str], result: bool
) -> None:
    """True and false are both known for certain, and false says what is wrong."""
    status, body = asked(client, f"{mount}/{path}", **query)
    found = values(body)
    assert (status, found["result"]) == (200, result)
    assert result or found["message"]


@pytest.mark.parametrize(
    ("path", "query", "status", "code"),
    [
        ("CodeSystem/$lookup", {"system": "http://loinc.org", "code": "4548-4"}, 404, "not-found"),
        ("CodeSystem/$lookup", {"system": CONCEPT, "code": "none"}, 404, "not-found"),
        (
            "CodeSystem/$lookup",
            {"system": CONCEPT, "code": "thalidomide", "version": "1"},
            404,
            "not-found",
        ),
        ("CodeSystem/$lookup", {"code": "thalidomide"}, 400, "value"),
        ("CodeSystem/$lookup", {"system": CONCEPT}, 400, "value"),
        (
            "CodeSystem/$lookup",
            {"system": CONCEPT, "code": "x", "date": "2020"},
            400,
            "not-supported",
        ),
        ("CodeSystem/$lookup", {"system": CONCEPT, "kode": "x"}, 400, "not-supported"),
        ("CodeSystem/none/$lookup", {"code": "x"}, 404, "not-found"),
        ("CodeSystem/concept/$lookup", {"code": "x", "system": GENDER}, 400, "value"),
        (
            "CodeSystem/$validate-code",
            {"url": "http://loinc.org", "code": "4548-4"},
            404,
            "not-found",
        ),
        ("ValueSet/$validate-code", {"url": "http://x.org", "code": "1"}, 404, "not-found"),
        ("ValueSet/$expand", {"url": "http://x.org"}, 404, "not-found"),
        ("ValueSet/$expand", {}, 400, "value"),
        ("ValueSet/$expand", {"url": GENDERS, "count": "-1"}, 400, "value"),
        ("ValueSet/$expand", {"url": GENDERS, "activeOnly": "yes"}, 400, "value"),
        ("ConceptMap/$translate", {"code": "thalidomide"}, 400, "value"),
        (
            "ConceptMap/$translate",
            {"code": "x", "system": CONCEPT, "url": "http://x.org"},
            404,
            "not-found",
        ),
        (
            "CodeSystem/$subsumes",
            {"system": CONCEPT, "codeA": "thalidomide", "codeB": "none"},
            404,
            "not-found",
        ),
        ("CodeSystem/$subsumes", {"codeA": "a", "codeB": "b"}, 400, "value"),
    ],
)
def test_what_cannot_be_told_is_refused(
    client: FlaskClient, path: str, query: dict[str, str], status: int, code: str
) -> None:
    """A made-up false would be taken for a verdict."""
    found, body = asked(client, f"r4/{path}", **query)
    assert (found, body["issue"][0]["code"]) == (status, code), body


@pytest.mark.parametrize("mount", VERSIONS)
@pytest.mark.parametrize(
    ("path", "pinned", "query"),
    [
        ("ValueSet/$expand", "url", {"url": GENDERS}),
        ("ValueSet/$validate-code", "url", {"url": GENDERS, "system": GENDER, "code": "male"}),
        ("ValueSet/$validate-code", "system", {"url": GENDERS, "system": GENDER, "code": "male"}),
        ("CodeSystem/$validate-code", "url", {"url": GENDER, "code": "male"}),
        ("CodeSystem/$lookup", "system", {"system": GENDER, "code": "male"}),
        ("CodeSystem/$subsumes", "system", {"system": GENDER, "codeA": "male", "codeB": "male"}),
    ],
)
def test_another_version_than_the_one_held_is_refused(
    client: FlaskClient, mount: str, path: str, pinned: str, query: dict[str, str]
) -> None:
    """An answer from another version would be taken for that of the one asked for."""
    held = VERSIONS[mount].number
    for version, expected in ((held, 200), ("9.9", 404)):
        versioned = {**query, pinned: f"{query[pinned]}|{version}"}
        status, body = asked(client, f"{mount}/{path}", **versioned)
        assert status == expected, body
    assert {held, "'9.9'"} <= set(body["issue"][0]["diagnostics"].replace(";", "").split())


@pytest.mark.parametrize(
    ("path", "type", "query"),
    [
        ("ValueSet/concept-drug/$expand", "ValueSet", {}),
        ("ValueSet/$expand", "ValueSet", {}),
        ("CodeSystem/concept/$lookup", "CodeSystem", {"code": "thalidomide"}),
        ("CodeSystem/concept/$validate-code", "CodeSystem", {"code": "thalidomide"}),
        ("ConceptMap/$translate", "ConceptMap", {"system": CONCEPT, "code": "thalidomide"}),
    ],
)
def test_our_own_terminology_is_asked_for_by_version(
    client: FlaskClient, path: str, type: str, query: dict[str, str]
) -> None:
    """Ours change with each release: who pins one must not get the next."""
    id = "concept-drug" if type == "ValueSet" else "concept"
    resource = client.get(f"/fhir/r4/{type}/{id}").get_json(force=True)
    pinned = "system" if "$lookup" in path else "url"
    for version, expected in ((resource["version"], 200), ("9.9", 404)):
        given = {**query, pinned: f"{resource['url']}|{version}"}
        status, body = asked(client, f"r4/{path}", **given)
        assert status == expected, body
    assert "'9.9'" in body["issue"][0]["diagnostics"]


@pytest.mark.parametrize("mount", VERSIONS)
def test_a_code_without_system_is_not_guessed(client: FlaskClient, mount: str) -> None:
    """R4 needs a system beside a code; R5 finds one where it is asked to."""
    query = {"url": GENDERS, "code": "male"}
    status, body = asked(client, f"{mount}/ValueSet/$validate-code", **query)
    assert (status, body["issue"][0].get("expression")) == (400, ["system"])
    query["inferSystem"] = "true"
    status, body = asked(client, f"{mount}/ValueSet/$validate-code", **query)
    infers = VERSIONS[mount].terminology.infers_system
    assert status == (200 if infers else 400)
    assert not infers or values(body)["system"] == GENDER


@pytest.mark.parametrize(
    ("path", "brought", "parameters"),
    [
        (
            "CodeSystem/$validate-code",
            {"name": "codeSystem", "resource": PART},
            [{"name": "code", "valueCode": "two"}],
        ),
        (
            "ValueSet/$expand",
            {"name": "valueSet", "resource": PARTIAL_SET},
            [],
        ),
    ],
)
def test_what_is_held_in_part_is_too_costly(
    client: FlaskClient, path: str, brought: Json, parameters: list[Json]
) -> None:
    """A code that a fragment lacks may exist; half an expansion would look like all of it."""
    status, body = posted(client, f"r4/{path}", brought, *parameters)
    assert (status, body["issue"][0]["code"]) == (422, "too-costly")


@pytest.mark.parametrize(
    ("mount", "expected"),
    [
        ("r4", {"result", "message"}),
        ("r4b", {"result", "message"}),
        ("r5", {"result", "message", "code", "system", "version", "codeableConcept", "issues"}),
    ],
)
def test_a_concept_is_right_by_one_of_its_codings(
    client: FlaskClient, mount: str, expected: set[str]
) -> None:
    """Each version gives the parameters that its definition has."""
    wrong = {"system": GENDER, "code": "none"}
    right = {"system": GENDER, "code": "male"}
    for codings, result in (([wrong, right], True), ([wrong], False)):
        concept = {"name": "codeableConcept", "valueCodeableConcept": {"coding": codings}}
        url = {"name": "url", "valueUri": GENDERS}
        status, body = posted(client, f"{mount}/ValueSet/$validate-code", url, concept)
        assert (status, values(body)["result"]) == (200, result)
    assert {row["name"] for row in body["parameter"]} == expected


def test_an_expansion_is_cut_into_pages(client: FlaskClient) -> None:
    """Pages join to the whole, total counts all of it, and the answer is the same each time."""
    path = "r4/ValueSet/concept-drug/$expand"
    _, whole = asked(client, path)
    joined: list[Json] = []
    for offset in range(0, whole["expansion"]["total"], 7):
        _, page = asked(client, path, offset=str(offset), count="7")
        assert page["expansion"]["total"] == whole["expansion"]["total"]
        joined += page["expansion"]["contains"]
    assert joined == whole["expansion"]["contains"]
    assert asked(client, path)[1] == whole
    assert "contains" not in asked(client, path, count="0")[1]["expansion"]


def test_an_expansion_is_filtered_by_text(client: FlaskClient) -> None:
    """Words are looked for in code and display."""
    _, body = asked(client, "r5/ValueSet/$expand", url=GENDERS, filter="fem")
    assert [row["code"] for row in body["expansion"]["contains"]] == ["female"]


def test_a_value_set_without_url_is_expanded(client: FlaskClient) -> None:
    """A resource may be sent alone, and its definition comes back when it is asked for."""
    reply = client.post("/fhir/r4/ValueSet/$expand?includeDefinition=true", json=MADE_HERE)
    body = reply.get_json(force=True)
    assert [row["display"] for row in body["expansion"]["contains"]] == ["Male"]
    assert body["compose"] == MADE_HERE["compose"]


def test_xml_is_read_and_written(client: FlaskClient) -> None:
    """A client that speaks XML gets the same verdict."""
    xml = (
        '<Parameters xmlns="http://hl7.org/fhir"><parameter><name value="coding"/><valueCoding>'
        f'<system value="{CONCEPT}"/><code value="thalidomide"/></valueCoding></parameter>'
        "</Parameters>"
    )
    headers = {"Content-Type": "application/fhir+xml", "Accept": "application/fhir+xml"}
    reply = client.post("/fhir/r4/CodeSystem/$validate-code", data=xml, headers=headers)
    assert '<name value="result"/><valueBoolean value="true"/>' in reply.text


@pytest.mark.parametrize(
    ("mount", "query", "relation", "origin"),
    [
        ("r4", {"code": "thalidomide", "targetsystem": ATC}, "equivalence", "source"),
        ("r5", {"sourceCode": "thalidomide", "targetSystem": ATC}, "relationship", "originMap"),
    ],
)
def test_a_code_is_translated(
    client: FlaskClient, mount: str, query: dict[str, str], relation: str, origin: str
) -> None:
    """Parameters in and out have the names of the version."""
    status, body = asked(client, f"{mount}/ConceptMap/$translate", system=CONCEPT, **query)
    (match,) = (row["part"] for row in body["parameter"] if row["name"] == "match")
    assert (status, values(body)["result"]) == (200, True)
    assert [part["name"] for part in match] == [relation, "concept", origin]
    assert match[1]["valueCoding"]["code"] == "L04AX02"


@pytest.mark.parametrize(
    ("mount", "query"),
    [
        ("r4", {"code": "L04AX02", "system": ATC, "reverse": "true"}),
        ("r5", {"targetCode": "L04AX02", "system": ATC}),
    ],
)
def test_a_translation_is_turned_round(
    client: FlaskClient, mount: str, query: dict[str, str]
) -> None:
    """R4 says reverse, R5 names the target instead; both mean the same."""
    _, body = asked(client, f"{mount}/ConceptMap/concept/$translate", **query)
    (match,) = (row["part"] for row in body["parameter"] if row["name"] == "match")
    assert match[1]["valueCoding"]["code"] == "thalidomide"


def test_a_code_that_no_map_has_is_told(client: FlaskClient) -> None:
    """That is an answer: the maps are held, and none has it."""
    status, body = asked(client, "r4/ConceptMap/$translate", system=CONCEPT, code="nothing")
    assert (status, values(body)["result"]) == (200, False)
    assert "nothing" in values(body)["message"]


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("_ActCoverageTypeCode", "EHCPOL", "subsumes"),
        ("EHCPOL", "_ActCoverageTypeCode", "subsumed-by"),
        ("EHCPOL", "EHCPOL", "equivalent"),
        ("EHCPOL", "_ActNonObservationIndicationCode", "not-subsumed"),
    ],
)
def test_one_code_includes_another(client: FlaskClient, a: str, b: str, expected: str) -> None:
    """The four outcomes of the specification."""
    _, body = asked(client, "r4/CodeSystem/$subsumes", system=ACTS, codeA=a, codeB=b)
    assert values(body) == {"outcome": expected}


@pytest.mark.parametrize("mount", VERSIONS)
@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("CodeSystem/concept/$lookup", {"code": "thalidomide"}),
        ("CodeSystem/concept/$validate-code", {"code": "thalidomid"}),
        ("ValueSet/concept-drug/$expand", {"count": "2", "filter": "a"}),
        ("ConceptMap/concept", {}),
    ],
)
def test_the_answers_are_valid(
    client: FlaskClient, mount: str, path: str, query: dict[str, str]
) -> None:
    """An answer keeps the rules of its own version."""
    status, body = asked(client, f"{mount}/{path}", **query)
    assert status == 200
    issues = validate(json.dumps(body), version=VERSIONS[mount].name)
    assert not [issue for issue in issues if issue.severity in ("error", "fatal")]
