"""What is done for each interaction and flag of a CapabilityStatement, by its code there.

A code that nobody taught these checks to exercise fails them.
"""

from collections.abc import Callable, Iterator

from endpoint_calls import BASE, Caller

from fhir_kb.formats import Json
from fhir_kb.formats.json import read_json


def read(call: Caller, type: str) -> None:
    resource = call.first(type)
    assert read_json(call("GET", f"{type}/{resource['id']}").body) == resource


def vread(call: Caller, type: str) -> None:
    resource = call.first(type)
    path = f"{type}/{resource['id']}/_history/{resource['meta']['versionId']}"
    assert read_json(call("GET", path).body) == resource


def history_instance(call: Caller, type: str) -> None:
    resource = call.first(type)
    bundle = read_json(call("GET", f"{type}/{resource['id']}/_history").body)
    assert bundle["entry"][0]["resource"] == resource


def history_type(call: Caller, type: str) -> None:
    bundle = read_json(call("GET", f"{type}/_history", {"_count": "500"}).body)
    assert bundle["total"] >= call.total(type)
    assert {entry["request"]["url"].split("/")[0] for entry in bundle["entry"]} == {type}


def search_type(call: Caller, type: str) -> None:
    form = call("POST", f"{type}/_search", {"_count": "0"})
    assert read_json(form.body)["total"] == call.total(type) > 0


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
    query = {"_type": "Organization,Medication", "_count": "500"}
    for method, path in (("GET", ""), ("POST", "_search")):
        reply = call(method, path, query, {"prefer": "handling=strict"})
        bundle = read_json(reply.body)
        assert bundle["type"] == "searchset", (query, reply.body)
        assert bundle["total"] == call.total("Organization") + call.total("Medication")


SYSTEM: dict[str, Callable[[Caller], None]] = {
    "search-system": search_system,
    "batch": lambda call: post_bundle(call, "batch"),
    "transaction": lambda call: post_bundle(call, "transaction"),
    "history-system": history_system,
}

PLACES: dict[str, tuple[str, str]] = {
    "read": ("GET", "{type}/x"),
    "vread": ("GET", "{type}/x/_history/1"),
    "history-instance": ("GET", "{type}/x/_history"),
    "history-type": ("GET", "{type}/_history"),
    "search-type": ("GET", "{type}"),
    "create": ("POST", "{type}"),
    "update": ("PUT", "{type}/x"),
    "patch": ("PATCH", "{type}/x"),
    "delete": ("DELETE", "{type}/x"),
}
"""Where an interaction is: what takes this method there is to be told."""


def conditional_create(call: Caller, type: str, allowed: object) -> None:
    id = call.put(type)["id"] if allowed else "x"
    specimen = call.specimen(type)
    reply = call("POST", type, headers={"if-none-exist": f"_id={id}"}, body=specimen)
    assert reply.status == (200 if allowed else 405)


def conditional_read(call: Caller, type: str, allowed: object) -> None:
    assert allowed == "full-support"
    path = f"{type}/{call.first(type)['id']}"
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
    assert allowed is True
    if call.endpoint.written is None:
        vread(call, type)
        return
    first = call.put(type)
    call("PUT", f"{type}/{first['id']}", body=first)
    assert read_json(call("GET", f"{type}/{first['id']}/_history/1").body) == first


def update_create(call: Caller, type: str, allowed: object) -> None:
    specimen = call.specimen(type)
    reply = call("PUT", f"{type}/{specimen['id']}", body=specimen)
    assert reply.status == (201 if allowed else 405)


def versioning(call: Caller, type: str, allowed: object) -> None:
    assert allowed == "versioned"
    resource = call.first(type)
    assert call("GET", f"{type}/{resource['id']}").headers["ETag"] == (
        f'W/"{resource["meta"]["versionId"]}"'
    )


def supported_profile(call: Caller, type: str, said: object) -> None:
    assert isinstance(said, list)
    for url in said:
        assert call.total("StructureDefinition", url=url) == 1, url


FLAGS: dict[str, Callable[[Caller, str, object], None]] = {
    "conditionalCreate": conditional_create,
    "conditionalRead": conditional_read,
    "conditionalUpdate": conditional_update,
    "conditionalPatch": conditional_patch,
    "conditionalDelete": conditional_delete,
    "readHistory": read_history,
    "updateCreate": update_create,
    "versioning": versioning,
    "supportedProfile": supported_profile,
}
_SAID_OTHERWISE = {
    "type",
    "interaction",
    "referencePolicy",
    "searchInclude",
    "searchRevInclude",
    "searchParam",
    "operation",
}
_NOT_OF_ALL = {"supportedProfile"}


def check_types(call: Caller) -> None:
    """Every type that is served is listed, once, and no other."""
    types = [resource["type"] for resource in call.rest()["resource"]]
    assert types == list(call.endpoint.types)
    assert types


def check_interactions(call: Caller) -> None:
    """Every interaction listed is done, and whatever takes a method is listed."""
    rest = call.rest()
    listed = [row["code"] for row in rest["interaction"]]
    for code in listed:
        SYSTEM[code](call)
    unlisted = {"transaction"} if call.endpoint.written is None else set()
    assert sorted(listed) == sorted(SYSTEM.keys() - unlisted)
    for resource in rest["resource"]:
        type = resource["type"]
        codes = [row["code"] for row in resource["interaction"]]
        for code in codes:
            INTERACTIONS[code](call, type)
        assert sorted(codes) == sorted(_taken(call, type)), type


def _taken(call: Caller, type: str) -> Iterator[str]:
    for code, (method, place) in PLACES.items():
        if method in call.methods(place.format(type=type)):
            yield code


def check_flags(call: Caller) -> None:
    """Every flag that the version has is there for every type, and says what happens."""
    defined = call.endpoint.version.definitions.type("CapabilityStatement.rest.resource")
    assert defined is not None
    known = FLAGS.keys() & defined.elements.keys()
    for resource in call.rest()["resource"]:
        flags = resource.keys() - _SAID_OTHERWISE
        assert known - _NOT_OF_ALL <= flags, resource["type"]
        for flag in flags:
            FLAGS[flag](call, resource["type"], resource[flag])


def check_formats(call: Caller) -> None:
    """Every type of patch document is taken, and no other."""
    if call.endpoint.written is None:
        assert "patchFormat" not in call.statement()
        return
    nothing = {
        "application/json-patch+json": b"[]",
        "application/fhir+json": b'{"resourceType":"Parameters"}',
        "application/fhir+xml": b'<Parameters xmlns="http://hl7.org/fhir"/>',
        "text/plain": b"",
        "application/merge-patch+json": b"{}",
    }
    path = f"Organization/{call.put('Organization')['id']}"
    taken = {
        name
        for name, body in nothing.items()
        if call.send("PATCH", path, body, None, {"content-type": name}).status == 200
    }
    assert set(call.statement()["patchFormat"]) == taken
