"""A body that no operation can read: 400 with the place, never a fault of ours.

https://hl7.org/fhir/R4/http.html#Status-Codes
"""

import json
from copy import deepcopy
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fhir_kb.formats import Json
from fhir_kb.rest.operations.table import operation_routes
from fhir_kb.versions import VERSIONS

GENDER = "http://hl7.org/fhir/administrative-gender"
CODING = {"system": GENDER, "code": "male", "display": "Male"}
CODE_SYSTEM = {
    "resourceType": "CodeSystem",
    "url": "http://example.org/sent",
    "status": "active",
    "content": "complete",
    "valueSet": "http://example.org/all-sent",
    "property": [{"code": "parent", "type": "code"}],
    "concept": [
        {
            "code": "a",
            "display": "A",
            "designation": [{"language": "de", "value": "Ah"}],
            "concept": [{"code": "b", "property": [{"code": "parent", "valueCode": "a"}]}],
        }
    ],
}
VALUE_SET = {
    "resourceType": "ValueSet",
    "url": "http://example.org/chosen",
    "status": "active",
    "compose": {
        "include": [
            {"system": GENDER, "concept": [{"code": "male"}]},
            {"system": GENDER, "filter": [{"property": "code", "op": "=", "value": "male"}]},
            {"valueSet": ["http://hl7.org/fhir/ValueSet/administrative-gender"]},
        ],
        "exclude": [{"system": GENDER, "concept": [{"code": "female"}]}],
    },
}
EXPANDED = {
    "resourceType": "ValueSet",
    "status": "active",
    "expansion": {"timestamp": "2026-01-01", "contains": [{"system": GENDER, "code": "male"}]},
}
CONCEPT_MAP = {
    "resourceType": "ConceptMap",
    "url": "http://example.org/map",
    "status": "active",
    "group": [
        {
            "source": GENDER,
            "target": "http://example.org/sent",
            "element": [{"code": "male", "target": [{"code": "a", "equivalence": "equal"}]}],
        }
    ],
}
SENT: list[Json] = [
    *({"name": name, "valueCode": "male"} for name in ("code", "codeA", "codeB", "sourceCode")),
    *({"name": name, "valueUri": GENDER} for name in ("system", "url", "targetsystem")),
    *({"name": name, "valueCoding": CODING} for name in ("coding", "codingA", "codingB")),
    *(
        {"name": name, "valueCodeableConcept": {"coding": [CODING], "text": "male"}}
        for name in ("codeableConcept", "sourceCodeableConcept", "targetCodeableConcept")
    ),
    {"name": "filter", "valueString": "a"},
    {"name": "count", "valueInteger": 3},
    {"name": "activeOnly", "valueBoolean": True},
    {"name": "_type", "valueString": "AdverseEvent"},
    {"name": "_since", "valueInstant": "2026-01-01T00:00:00Z"},
    {"name": "meta", "valueMeta": {"tag": [CODING], "profile": ["http://example.org/p"]}},
    {"name": "codeSystem", "resource": CODE_SYSTEM},
    {"name": "valueSet", "resource": VALUE_SET},
    {"name": "valueSet", "resource": EXPANDED},
    {"name": "conceptMap", "resource": CONCEPT_MAP},
    {"name": "resource", "resource": CODE_SYSTEM},
]
IDS = {
    "MedicationKnowledge": "thalidomide",
    "CodeSystem": "concept",
    "ValueSet": "concept-drug",
    "ConceptMap": "concept",
    "AdverseEvent": "thalidomide-boils",
}
PATHS = sorted(
    "/".join(
        {"{type}": "AdverseEvent", "{id}": IDS.get(path[0], IDS["AdverseEvent"])}.get(part, part)
        for part in path
    )
    for path, reads, writes in operation_routes()
    if "POST" in {**reads, **writes}
)
READING = [path for path in PATHS if not path.endswith("$validate")]
"""``$validate`` answers 200: there the body is what the verdict is about."""

leaves = st.sampled_from([None, "", "x", "male", GENDER, True, 0, -1, 1.5, [], {}, [None], [[]]])
values = st.recursive(
    leaves,
    lambda inside: st.one_of(
        st.lists(inside, max_size=2),
        st.dictionaries(
            st.sampled_from(["resourceType", "parameter", "name", "code", "_code", "resource"]),
            inside,
            max_size=3,
        ),
    ),
    max_leaves=6,
)


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [at] if at else []
    if isinstance(value, dict):
        found += [place for key in value for place in places(value[key], (*at, key))]
    elif isinstance(value, list):
        found += [place for index, each in enumerate(value) for place in places(each, (*at, index))]
    return found


@st.composite
def mutilated(draw: st.DrawFn) -> Any:
    """Return a call as clients make it, with something wrong at some places."""
    sent = draw(st.lists(st.sampled_from(SENT), min_size=1, max_size=4))
    body: Any = {"resourceType": "Parameters", "parameter": deepcopy(sent)}
    if draw(st.booleans()) and "resource" in sent[0]:
        body = deepcopy(sent[0]["resource"])
    for _ in range(draw(st.integers(1, 2))):
        *way, last = draw(st.sampled_from(places(body)))
        owner = body
        for part in way:
            owner = owner[part]
        change = draw(st.sampled_from(["replace", "remove", "extend"]))
        if change == "replace" or isinstance(owner, list):
            owner[last] = deepcopy(draw(values))
            continue
        del owner[last]
        if change == "extend":
            owner[f"_{last}"] = {"extension": [{"url": "http://x.org", "valueString": "y"}]}
    return body


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    mount=st.sampled_from(sorted(VERSIONS)),
    path=st.sampled_from(PATHS),
    body=st.one_of(mutilated(), values, st.builds(dict, parameter=values)),
)
def test_no_body_is_a_fault_of_ours(writable_app: Flask, mount: str, path: str, body: Any) -> None:
    """Whatever JSON comes: an answer, or a refusal that names what is wrong."""
    if isinstance(body, dict) and set(body) == {"parameter"}:
        body = {"resourceType": "Parameters", **body}
    reply = writable_app.test_client().post(f"/fhir/{mount}/{path}", json=body)
    assert reply.status_code < 500, (path, json.dumps(body), reply.text)
    if reply.status_code >= 400:
        assert reply.get_json(force=True)["issue"][0]["diagnostics"]


@pytest.mark.parametrize("mount", VERSIONS)
@pytest.mark.parametrize("path", READING)
@pytest.mark.parametrize(
    ("parameter", "place"),
    [
        ([""], "Parameters.parameter[0]"),
        ("x", "Parameters.parameter"),
        ({"x": 1}, "Parameters.parameter"),
        ([{"name": ["a"], "valueString": "x"}], "Parameters.parameter[0].name"),
    ],
    ids=["text", "no list", "object", "list of names"],
)
def test_the_place_of_the_fault_is_told(
    writer: FlaskClient, mount: str, path: str, parameter: Any, place: str
) -> None:
    """A client cannot mend what it is not shown."""
    body = {"resourceType": "Parameters", "parameter": parameter}
    reply = writer.post(f"/fhir/{mount}/{path}", json=body, headers={"Prefer": "respond-async"})
    issue = reply.get_json(force=True)["issue"][0]
    assert (reply.status_code, issue["code"]) == (400, "structure"), reply.text
    assert issue["expression"] == [place]
