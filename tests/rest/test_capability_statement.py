"""The CapabilityStatement promises what works, and nothing else.

Each test walks over the statement itself and looks up what to do by the code that stands there: a
new line that nobody taught this test to exercise fails it.
"""

import json
from collections.abc import Callable, Iterator
from itertools import count

import pytest
from flask import Flask

from fhir_kb.errors import RequestError
from fhir_kb.formats import Json
from fhir_kb.formats.json import read_json, write_json
from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.rest.message import Request, Response
from fhir_kb.rest.outcome import error_response
from fhir_kb.rest.routing import answer

BASE = "http://127.0.0.1:8080/fhir"
NUMBERS = count()

VALUES = {
    "token": "x",
    "string": "x",
    "uri": "http://example.org/x",
    "reference": "x",
    "date": "2020",
    "number": "1",
    "quantity": "1",
    "special": "x",
}
IN_HIERARCHIES = {
    "token": "http://terminology.hl7.org/CodeSystem/data-absent-reason|unknown",
    "reference": "Organization/x",
}
MODIFIERS = {
    ":missing": "true",
    ":in": "http://hl7.org/fhir/ValueSet/publication-status",
    ":not-in": "http://hl7.org/fhir/ValueSet/publication-status",
    ":of-type": "http://terminology.hl7.org/CodeSystem/v2-0203|MR|12345",
    ":identifier": "http://example.org|1",
}


class Caller:
    """Asks one version's endpoint without HTTP."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint

    def __call__(
        self,
        method: str,
        path: str,
        query: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        body: Json | list[Json] | None = None,
        content_type: str = "application/fhir+json",
    ) -> Response:
        request = Request(
            method,
            BASE,
            tuple(path.split("/")) if path else (),
            tuple((query or {}).items()),
            {"content-type": content_type, **(headers or {})},
            b"" if body is None else write_json(body),
        )
        try:
            return answer(self.endpoint, request)
        except RequestError as error:
            return error_response(error)

    def search(self, type: str, /, **query: str) -> Json:
        reply = self("GET", type, query, {"prefer": "handling=strict"})
        assert reply.status == 200, (type, query, reply.body)
        return read_json(reply.body)

    def statement(self) -> Json:
        return read_json(self("GET", "metadata").body)

    def specimen(self, type: str) -> Json:
        """Return a resource of a type, as a client would send it."""
        found = self.search(type, _count="1", _sort="_lastUpdated")["entry"][0]["resource"]
        return {**found, "id": f"exercise-{next(NUMBERS)}"}

    def put(self, type: str) -> Json:
        """Write a resource of a type and return it."""
        specimen = self.specimen(type)
        reply = self("PUT", f"{type}/{specimen['id']}", body=specimen)
        assert reply.status == 201, reply.body
        return read_json(reply.body)


@pytest.fixture
def reader(app: Flask, mount: str) -> Caller:
    return Caller(app.extensions["fhir_kb"][mount])


@pytest.fixture
def caller(writable_app: Flask, mount: str) -> Caller:
    return Caller(writable_app.extensions["fhir_kb"][mount])


def read(call: Caller, type: str) -> None:
    resource = call.search(type, _count="1")["entry"][0]["resource"]
    assert read_json(call("GET", f"{type}/{resource['id']}").body) == resource


def vread(call: Caller, type: str) -> None:
    resource = call.search(type, _count="1")["entry"][0]["resource"]
    path = f"{type}/{resource['id']}/_history/{resource['meta']['versionId']}"
    assert read_json(call("GET", path).body) == resource


def history_instance(call: Caller, type: str) -> None:
    resource = call.search(type, _count="1")["entry"][0]["resource"]
    bundle = read_json(call("GET", f"{type}/{resource['id']}/_history").body)
    assert bundle["entry"][0]["resource"] == resource


def history_type(call: Caller, type: str) -> None:
    bundle = read_json(call("GET", f"{type}/_history", {"_count": "500"}).body)
    assert bundle["total"] >= call.search(type, _count="0")["total"]
    assert {entry["request"]["url"].split("/")[0] for entry in bundle["entry"]} == {type}


def search_type(call: Caller, type: str) -> None:
    total = call.search(type, _count="0")["total"]
    form = call("POST", f"{type}/_search", {"_count": "0"})
    assert read_json(form.body)["total"] == total > 0


def create(call: Caller, type: str) -> None:
    reply = call("POST", type, body=call.specimen(type))
    assert reply.status == 201
    assert call("GET", reply.headers["Location"].removeprefix(f"{BASE}/")).body == reply.body


def update(call: Caller, type: str) -> None:
    written = call.put(type)
    reply = call("PUT", f"{type}/{written['id']}", body=written)
    assert (reply.status, reply.headers["ETag"]) == (200, 'W/"2"')


def patch(call: Caller, type: str) -> None:
    written = call.put(type)
    change: list[Json] = [{"op": "add", "path": "/language", "value": "en"}]
    reply = call(
        "PATCH", f"{type}/{written['id']}", body=change, content_type="application/json-patch+json"
    )
    assert reply.status == 200
    assert read_json(reply.body)["language"] == "en"


def delete(call: Caller, type: str) -> None:
    written = call.put(type)
    assert call("DELETE", f"{type}/{written['id']}").status == 204
    assert call("GET", f"{type}/{written['id']}").status == 410


INTERACTIONS: dict[str, Callable[[Caller, str], None]] = {
    "read": read,
    "vread": vread,
    "history-instance": history_instance,
    "history-type": history_type,
    "search-type": search_type,
    "create": create,
    "update": update,
    "patch": patch,
    "delete": delete,
}


def bundle_of(kind: str, *entries: Json) -> Json:
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries)}


def post_bundle(call: Caller, kind: str) -> None:
    entry = {"request": {"method": "GET", "url": "Organization?_count=0"}}
    reply = read_json(call("POST", "", body=bundle_of(kind, entry)).body)
    assert reply["type"] == f"{kind}-response"
    assert reply["entry"][0]["response"]["status"] == "200 OK"


def history_system(call: Caller) -> None:
    bundle = read_json(call("GET", "_history", {"_count": "3"}).body)
    assert len(bundle["entry"]) == 3 < bundle["total"]


def search_system(call: Caller) -> None:
    for parameter in call.statement()["rest"][0]["searchParam"]:
        value = "Organization" if parameter["name"] == "_type" else VALUES[parameter["type"]]
        query = {"_count": "0", parameter["name"]: value}
        for method, path in (("GET", ""), ("POST", "_search")):
            reply = call(method, path, query, {"prefer": "handling=strict"})
            assert reply.status == 200, (query, reply.body)
            assert read_json(reply.body)["type"] == "searchset"


SYSTEM: dict[str, Callable[[Caller], None]] = {
    "search-system": search_system,
    "batch": lambda call: post_bundle(call, "batch"),
    "transaction": lambda call: post_bundle(call, "transaction"),
    "history-system": history_system,
}


def conditional_create(call: Caller, type: str, allowed: object) -> None:
    id = call.put(type)["id"] if allowed else "x"
    specimen = call.specimen(type)
    reply = call("POST", type, headers={"if-none-exist": f"_id={id}"}, body=specimen)
    assert reply.status == (200 if allowed else 405)


def conditional_read(call: Caller, type: str, allowed: object) -> None:
    assert allowed == "full-support"
    resource = call.search(type, _count="1")["entry"][0]["resource"]
    path = f"{type}/{resource['id']}"
    modified = call("GET", path).headers["Last-Modified"]
    for header, value in (("if-none-match", "*"), ("if-modified-since", modified)):
        assert call("GET", path, headers={header: value}).status == 304


def conditional_update(call: Caller, type: str, allowed: object) -> None:
    specimen = call.put(type) if allowed else call.specimen(type)
    reply = call("PUT", type, {"_id": specimen["id"]}, body=specimen)
    assert reply.status == (200 if allowed else 405)


def conditional_patch(call: Caller, type: str, allowed: object) -> None:
    id = call.put(type)["id"] if allowed else "x"
    reply = call("PATCH", type, {"_id": id}, body={"resourceType": "Parameters"})
    assert reply.status == (200 if allowed else 405)


def conditional_delete(call: Caller, type: str, allowed: object) -> None:
    if allowed == "not-supported":
        assert call("DELETE", type, {"_id": "x"}).status == 405
        return
    assert allowed == "multiple"
    ids = [call.put(type)["id"] for _ in range(3)]
    assert call("DELETE", type, {"_id": ",".join(ids[:2])}).status == 204
    assert [call("GET", f"{type}/{id}").status for id in ids] == [410, 410, 200]


def read_history(call: Caller, type: str, allowed: object) -> None:
    if call.endpoint.written is None:
        return
    first = call.put(type)
    call("PUT", f"{type}/{first['id']}", body=first)
    assert read_json(call("GET", f"{type}/{first['id']}/_history/1").body) == first


def update_create(call: Caller, type: str, allowed: object) -> None:
    specimen = call.specimen(type)
    reply = call("PUT", f"{type}/{specimen['id']}", body=specimen)
    assert reply.status == (201 if allowed else 405)


FLAGS: dict[str, Callable[[Caller, str, object], None]] = {
    "conditionalCreate": conditional_create,
    "conditionalRead": conditional_read,
    "conditionalUpdate": conditional_update,
    "conditionalPatch": conditional_patch,
    "conditionalDelete": conditional_delete,
    "readHistory": read_history,
    "updateCreate": update_create,
}
SAID_OTHERWISE = {
    "type",
    "supportedProfile",
    "interaction",
    "versioning",
    "referencePolicy",
    "searchInclude",
    "searchRevInclude",
    "searchParam",
    "operation",
}


def exercise(call: Caller) -> None:
    rest = call.statement()["rest"][0]
    for interaction in rest["interaction"]:
        SYSTEM[interaction["code"]](call)
    for resource in rest["resource"]:
        for interaction in resource["interaction"]:
            INTERACTIONS[interaction["code"]](call, resource["type"])
        for flag in resource.keys() - SAID_OTHERWISE:
            FLAGS[flag](call, resource["type"], resource[flag])


def test_every_interaction_works_where_clients_may_write(caller: Caller) -> None:
    """Every interaction and every conditional flag, on every type that is listed."""
    exercise(caller)


def test_every_interaction_works_where_clients_may_not(reader: Caller) -> None:
    """A server without writes promises none, and what it says it does not do is refused."""
    codes = {
        interaction["code"]
        for resource in reader.statement()["rest"][0]["resource"]
        for interaction in resource["interaction"]
    }
    assert not codes & {"create", "update", "patch", "delete"}
    exercise(reader)


@pytest.mark.parametrize("content_type", ["application/json-patch+json", "application/fhir+json"])
def test_every_patch_format_is_taken(content_type: str, caller: Caller) -> None:
    """patchFormat names the types of patch documents; XML is the same FHIRPath Patch."""
    assert set(caller.statement()["patchFormat"]) == {
        "application/json-patch+json",
        "application/fhir+json",
        "application/fhir+xml",
    }
    written = caller.put("Organization")
    nothing: Json | list[Json] = [] if "patch" in content_type else {"resourceType": "Parameters"}
    path = f"Organization/{written['id']}"
    assert caller("PATCH", path, body=nothing, content_type=content_type).status == 200


def parameters(call: Caller) -> Iterator[tuple[str, Json]]:
    for resource in call.statement()["rest"][0]["resource"]:
        for parameter in resource["searchParam"]:
            yield resource["type"], parameter


def test_every_parameter_and_modifier_is_answered(reader: Caller) -> None:
    """No parameter is listed that the server would leave out, and no modifier it would refuse."""
    for type, parameter in parameters(reader):
        name, value = parameter["name"], VALUES.get(parameter["type"], "")
        if parameter["type"] == "composite":
            known = reader.endpoint.table.parameters[type][name]
            value = "$".join(VALUES[component] for component in known.component_types)
        reader.search(type, **{name: value, "_count": "0"})
        said = parameter.get("documentation", "").removeprefix("Modifiers: ")
        for modifier in filter(None, said.split(", ")):
            asked = MODIFIERS.get(modifier, value)
            if modifier in (":above", ":below"):
                asked = IN_HIERARCHIES.get(parameter["type"], asked)
            reader.search(type, **{f"{name}{modifier}": asked, "_count": "0"})


def test_what_a_parameter_finds_and_lacks_is_everything(reader: Caller) -> None:
    """``:missing=true`` and ``:missing=false`` part the resources of a type."""
    parting = [
        (type, parameter["name"])
        for type, parameter in parameters(reader)
        if ":missing" in parameter.get("documentation", "")
    ]
    assert {type for type, _ in parting} == set(reader.endpoint.types)
    for type, name in parting:
        parted = [
            reader.search(type, **{f"{name}:missing": said, "_count": "0"})["total"]
            for said in ("true", "false")
        ]
        assert sum(parted) == reader.search(type, _count="0")["total"], (type, name)


def test_every_include_is_answered(reader: Caller) -> None:
    """_include and _revinclude work for each value listed."""
    for kind, name in (("searchInclude", "_include"), ("searchRevInclude", "_revinclude")):
        listed = [
            (resource["type"], value)
            for resource in reader.statement()["rest"][0]["resource"]
            for value in resource.get(kind, [])
        ]
        assert listed
        for type, value in listed:
            reader.search(type, **{name: value, "_count": "1"})


def test_every_operation_is_answered_where_it_stands(reader: Caller) -> None:
    """An operation that is listed is there: asked for nothing, it says at most what it lacks."""
    rest = reader.statement()["rest"][0]
    places = [("", operation) for operation in rest["operation"]] + [
        (resource["type"], operation)
        for resource in rest["resource"]
        for operation in resource.get("operation", [])
    ]
    for type, operation in places:
        paths = [f"{type or 'Organization'}/${operation['name']}", f"${operation['name']}"]
        if type:
            id = reader.search(type, _count="1")["entry"][0]["resource"]["id"]
            paths = [f"{type}/${operation['name']}", f"{type}/{id}/${operation['name']}"]
        allowed = [reader("OPTIONS", path).headers.get("Allow") for path in paths]
        assert any(allowed), (type, operation)
        for path, methods in zip(paths, allowed, strict=True):
            if methods:
                method = "GET" if "GET" in methods else "POST"
                assert reader(method, path).status in (200, 202, 400, 404, 422), (path, method)


def test_the_bound_of_a_conditional_delete_is_told(caller: Caller, reader: Caller) -> None:
    """Who deletes by a condition must know that it may find several."""
    bound = f"up to {caller.endpoint.entries_max} resources, or nothing"
    assert bound in caller.statement()["rest"][0]["documentation"]
    assert "delete" not in reader.statement()["rest"][0]["documentation"]


def test_the_statement_has_a_tag_that_changes_with_it(reader: Caller, caller: Caller) -> None:
    """A client that keeps the statement learns when it is another one."""
    tags = [call("GET", "metadata").headers["ETag"] for call in (reader, reader, caller)]
    assert tags[0] == tags[1] != tags[2]


def test_the_statement_is_valid(caller: Caller) -> None:
    """A statement that clients cannot read promises nothing."""
    body = json.loads(caller("GET", "metadata").body)
    reply = caller("POST", "CapabilityStatement/$validate", body=body)
    issues = read_json(reply.body)["issue"]
    assert [issue for issue in issues if issue["severity"] in ("error", "fatal")] == []
