"""What is done for each operation of a CapabilityStatement, wherever it stands.

An operation that nobody taught these checks to call fails them.
"""

from collections.abc import Callable, Iterator

from endpoint_calls import Caller

from fhir_kb.formats import Json
from fhir_kb.formats.json import read_json, write_json
from fhir_kb.rest.operations.table import OPERATIONS

CONCEPT = "https://fhir-kb.example.org/fhir/CodeSystem/concept"
DRUGS = "https://fhir-kb.example.org/fhir/ValueSet/concept-drug"

INSTANCES = {
    "CodeSystem": "concept",
    "ValueSet": "concept-drug",
    "ConceptMap": "concept",
    "MedicationKnowledge": "thalidomide",
}

Query = dict[str, str]

QUERIES: dict[tuple[str, str], tuple[Query, Query]] = {
    ("CodeSystem", "lookup"): ({"code": "thalidomide"}, {"system": CONCEPT}),
    ("CodeSystem", "subsumes"): (
        {"codeA": "thalidomide", "codeB": "thalidomide"},
        {"system": CONCEPT},
    ),
    ("CodeSystem", "validate-code"): ({"code": "thalidomide"}, {"url": CONCEPT}),
    ("ValueSet", "validate-code"): ({"code": "thalidomide", "system": CONCEPT}, {"url": DRUGS}),
    ("ValueSet", "expand"): ({"filter": "thalidomide"}, {"url": DRUGS}),
    ("MedicationKnowledge", "everything"): ({"_count": "3"}, {}),
}
"""What an operation of a type is asked, and what beside that where it stands on none."""

SIGNS: dict[str, str] = {
    "lookup": '"display","valueString":"thalidomide"',
    "subsumes": '"equivalent"',
    "validate-code": '"valueBoolean":true',
    "expand": '"thalidomide"',
    "translate": '"L04AX02"',
    "everything": '"MedicationKnowledge"',
    "meta": '"return"',
    "meta-add": '"exercised"',
    "meta-delete": '"return"',
    "versions": '"4.0"',
    "validate": '"OperationOutcome"',
    "convert": '"resourceType":"AdverseEvent"',
    "export": "The export was begun",
}
"""What an answer must have in it."""


def _ask(call: Caller, method: str, path: str, query: Query) -> bytes:
    """Return the answer; by POST the query is sent as Parameters."""
    headers = {"prefer": "respond-async"} if path.endswith("$export") else {}
    if method == "GET":
        reply = call("GET", path, query, headers)
    else:
        rows: list[Json] = [
            {"name": name, "valueInteger": int(value)}
            if value.isdigit()
            else {"name": name, "valueString": value}
            for name, value in query.items()
        ]
        parameters: Json = {"resourceType": "Parameters"}
        body = {**parameters, "parameter": rows} if rows else parameters
        reply = call("POST", path, headers=headers, body=body)
    assert reply.status in (200, 202), (method, path, query, reply.body[:300])
    job = reply.headers.get("Content-Location", "").rpartition("/")[2]
    if job and call.endpoint.exports is not None:
        call.endpoint.exports.cancel(job)
    return reply.body


def _plain(call: Caller, method: str, path: str, type: str, name: str) -> bytes:
    own, beside = QUERIES.get((type, name), ({}, {}))
    on_instance = path.count("/") == 2
    return _ask(call, method, path, own if on_instance else {**own, **beside})


def _translate(call: Caller, method: str, path: str, type: str, name: str) -> bytes:
    code = call.endpoint.version.terminology.source_code
    return _ask(call, method, path, {code: "thalidomide", "system": CONCEPT})


def _validate(call: Caller, method: str, path: str, type: str, name: str) -> bytes:
    if method == "GET":
        return _ask(call, method, path, {})
    reply = call("POST", path, body=call.first(type or "Organization"))
    assert reply.status == 200, (path, reply.body[:300])
    return reply.body


def _convert(call: Caller, method: str, path: str, type: str, name: str) -> bytes:
    own = call.endpoint.version.mime
    reply = call(
        "POST",
        path,
        body=call.first("AdverseEvent"),
        content_type=f"application/fhir+json; fhirVersion={own}",
    )
    assert reply.status == 200, (path, reply.body[:300])
    return reply.body


def _change_of_meta(call: Caller, method: str, path: str, type: str, name: str) -> bytes:
    written = call.put(type or "Organization")
    path = f"{written['resourceType']}/{written['id']}/${name}"
    tag = {"system": "http://example.org/tags", "code": "exercised"}
    row = {"name": "meta", "valueMeta": {"tag": [tag]}}
    reply = call(method, path, body={"resourceType": "Parameters", "parameter": [row]})
    assert reply.status == 200, (path, reply.body[:300])
    return reply.body


CALLS: dict[str, Callable[[Caller, str, str, str, str], bytes]] = {
    **dict.fromkeys(
        (
            "lookup",
            "subsumes",
            "validate-code",
            "expand",
            "everything",
            "meta",
            "versions",
            "export",
        ),
        _plain,
    ),
    "translate": _translate,
    "validate": _validate,
    "convert": _convert,
    "meta-add": _change_of_meta,
    "meta-delete": _change_of_meta,
}


def _listed(rest: Json) -> Iterator[tuple[str, str]]:
    """Yield type and name of each operation, without a type those of the system and of all."""
    yield from (("", operation["name"]) for operation in rest["operation"])
    for resource in rest["resource"]:
        for operation in resource.get("operation", ()):
            yield resource["type"], operation["name"]


def _paths(call: Caller, type: str, name: str) -> list[str]:
    """Return where an operation may stand: on the system or a type, and on an instance."""
    of = type or "Organization"
    id = INSTANCES.get(of) or call.first(of)["id"]
    places = [f"{of}/${name}", f"{of}/{id}/${name}"]
    return places if type else [f"${name}", *places]


def check_operations(call: Caller) -> None:
    """Every operation listed does what it is for by every method it takes; all are listed."""
    rest = call.rest()
    listed = list(_listed(rest))
    assert len(listed) == len(set(listed))
    for type, name in listed:
        answered = 0
        for path in _paths(call, type, name):
            for method in sorted(call.methods(path) & {"GET", "POST"}):
                body = CALLS[name](call, method, path, type, name)
                assert SIGNS[name] in write_json(read_json(body)).decode(), (path, body[:300])
                answered += 1
        assert answered, f"${name} of {type or 'the system'} is nowhere"
    _check_all_listed(call, set(listed))


def _check_all_listed(call: Caller, listed: set[tuple[str, str]]) -> None:
    for name in {operation.name for operation in OPERATIONS}:
        for type in call.endpoint.types:
            takes = any(call.methods(path) & {"GET", "POST"} for path in _paths(call, type, name))
            assert not takes or listed & {(type, name), ("", name)}, (type, name)
        if call.methods(f"${name}") & {"GET", "POST"}:
            assert ("", name) in listed, name
