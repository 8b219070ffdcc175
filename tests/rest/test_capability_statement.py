"""The CapabilityStatement promises what works, and nothing else.

Each check walks over the statement itself and looks up what to do by the code that stands there: a
new line that nobody taught it to exercise fails it. It also looks at what is answered, so that a
line which is missing fails too. That the checks notice is tested by statements that lie.
"""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from advertised_includes import check_includes
from advertised_interactions import (
    check_flags,
    check_formats,
    check_interactions,
    check_types,
)
from advertised_operations import check_operations
from advertised_searches import (
    check_common_parameters,
    check_controls,
    check_modifiers,
    check_parameters,
    check_unlisted_modifiers,
)
from endpoint_calls import Caller
from flask import Flask
from flask.testing import FlaskClient

from fhir_kb.formats import Json
from fhir_kb.formats.json import read_json

Check = Callable[[Caller], None]

OF_BOTH: list[Check] = [
    check_types,
    check_interactions,
    check_flags,
    check_formats,
    check_operations,
]
OF_READING: list[Check] = [
    check_parameters,
    check_common_parameters,
    check_modifiers,
    check_unlisted_modifiers,
    check_includes,
    check_controls,
]


@pytest.fixture
def reader(app: Flask, mount: str) -> Caller:
    return Caller(app.extensions["fhir_kb"][mount])


@pytest.fixture
def caller(writable_app: Flask, mount: str) -> Caller:
    return Caller(writable_app.extensions["fhir_kb"][mount])


@pytest.mark.parametrize("check", OF_BOTH)
def test_what_is_listed_works_where_clients_may_write(check: Check, caller: Caller) -> None:
    """On every type that is listed; what works and is not listed fails as well."""
    check(caller)


@pytest.mark.parametrize("check", [*OF_BOTH, *OF_READING])
def test_what_is_listed_works_where_clients_may_not(check: Check, reader: Caller) -> None:
    """A server without writes promises none, and what it says it does not do is refused."""
    check(reader)


def test_searches_are_told_of_alike_wherever_clients_may_write(
    caller: Caller, reader: Caller
) -> None:
    """What is searched does not depend on writes: the other test is enough for both."""
    keys = ("type", "searchParam", "searchInclude", "searchRevInclude")
    told = [
        [{key: row.get(key) for key in keys} for row in each.rest()["resource"]]
        for each in (caller, reader)
    ]
    assert told[0] == told[1]


def test_every_format_is_answered(client: FlaskClient, mount: str) -> None:
    """Each format that is named can be asked for, and is what comes."""
    for name in client.get(f"/fhir/{mount}/metadata").get_json(force=True)["format"]:
        kind = "xml" if "xml" in name else "json"
        url = f"/fhir/{mount}/Organization/ema"
        replies = [client.get(url, query_string={"_format": name})]
        if "/" in name:
            replies.append(client.get(url, headers={"Accept": name}))
        for reply in replies:
            assert reply.status_code == 200
            assert reply.headers["Content-Type"].startswith(f"application/fhir+{kind}")
            assert reply.headers["Access-Control-Allow-Origin"] == "*"


def _resource(statement: Json, type: str = "Organization") -> Json:
    resources: list[Json] = statement["rest"][0]["resource"]
    return next(each for each in resources if each["type"] == type)


def _without(rows: list[Json], **wanted: str) -> None:
    rows[:] = [row for row in rows if not wanted.items() <= row.items()]


def _parameter(statement: Json, name: str) -> Json:
    rows: list[Json] = _resource(statement)["searchParam"]
    return next(row for row in rows if row["name"] == name)


def _said(statement: Json, words: str, other: str) -> None:
    rest = statement["rest"][0]
    assert words in rest["documentation"]
    rest["documentation"] = rest["documentation"].replace(words, other)


def _unlisted(statement: Json, operation: str) -> None:
    rest = statement["rest"][0]
    for holder in (rest, *rest["resource"]):
        _without(holder.get("operation", []), name=operation)


UNKNOWN = {"name": "phonetic", "type": "string", "definition": "http://hl7.org/fhir/x"}
EVERYTHING = {"name": "everything", "definition": "http://example.org/everything"}

Doctor = Callable[[Json], object]

LIES_OF_READING: list[tuple[Check, Doctor]] = [
    (check_types, lambda said: said["rest"][0]["resource"].clear()),
    (check_types, lambda said: said["rest"][0]["resource"].pop()),
    (check_types, lambda said: said["rest"][0]["resource"].append({"type": "Patient"})),
    (check_interactions, lambda said: said["rest"][0]["interaction"].clear()),
    (check_interactions, lambda said: _without(said["rest"][0]["interaction"], code="batch")),
    (
        check_interactions,
        lambda said: said["rest"][0]["interaction"].append({"code": "transaction"}),
    ),
    (check_interactions, lambda said: _resource(said)["interaction"].clear()),
    (check_interactions, lambda said: _resource(said)["interaction"].append({"code": "create"})),
    (check_interactions, lambda said: _resource(said)["interaction"].append({"code": "fly"})),
    (check_interactions, lambda said: _without(_resource(said)["interaction"], code="vread")),
    (check_flags, lambda said: _resource(said).pop("conditionalRead")),
    (check_flags, lambda said: _resource(said).update(conditionalRead="not-supported")),
    (check_flags, lambda said: _resource(said).update(conditionalCreate=True)),
    (check_flags, lambda said: _resource(said).update(updateCreate=True)),
    (check_flags, lambda said: _resource(said).update(versioning="no-version")),
    (check_flags, lambda said: _resource(said).update(supportedProfile=["http://example.org/x"])),
    (check_formats, lambda said: said.update(patchFormat=["application/fhir+json"])),
    (check_parameters, lambda said: _resource(said)["searchParam"].append(UNKNOWN)),
    (check_parameters, lambda said: _without(_resource(said)["searchParam"], name="name")),
    (check_parameters, lambda said: _parameter(said, "name").update(type="token")),
    (check_parameters, lambda said: _parameter(said, "name").update(definition="http://x")),
    (check_common_parameters, lambda said: said["rest"][0]["searchParam"].append(UNKNOWN)),
    (check_common_parameters, lambda said: _without(said["rest"][0]["searchParam"], name="_id")),
    (
        check_modifiers,
        lambda said: _parameter(said, "name").update(documentation="Modifiers: :missing, :above"),
    ),
    (
        check_modifiers,
        lambda said: _parameter(said, "name").update(documentation="Modifiers: :loosely"),
    ),
    (
        check_unlisted_modifiers,
        lambda said: _parameter(said, "name").update(documentation="Modifiers: :missing"),
    ),
    (check_includes, lambda said: _resource(said)["searchInclude"].append("Organization:name")),
    (check_includes, lambda said: _resource(said)["searchInclude"].pop()),
    (check_includes, lambda said: _resource(said)["searchRevInclude"].append("Group:code")),
    (check_includes, lambda said: _resource(said).pop("searchRevInclude")),
    (check_controls, lambda said: _said(said, "_sort", "_sort, _query")),
    (check_controls, lambda said: _said(said, "_sort, ", "")),
    (check_operations, lambda said: _resource(said).setdefault("operation", []).append(EVERYTHING)),
    (check_operations, lambda said: said["rest"][0]["operation"].append({"name": "closure"})),
    (check_operations, lambda said: _without(said["rest"][0]["operation"], name="export")),
    (check_operations, lambda said: _resource(said, "CodeSystem")["operation"].pop()),
]
LIES_OF_WRITING: list[tuple[Check, Doctor]] = [
    (check_interactions, lambda said: _without(said["rest"][0]["interaction"], code="transaction")),
    (check_interactions, lambda said: _without(_resource(said)["interaction"], code="patch")),
    (check_flags, lambda said: _resource(said).update(conditionalDelete="single")),
    (check_flags, lambda said: _resource(said).update(conditionalUpdate=False)),
    (check_flags, lambda said: _resource(said).update(readHistory=False)),
    (check_formats, lambda said: said["patchFormat"].append("text/plain")),
    (check_formats, lambda said: said["patchFormat"].pop()),
    (check_operations, lambda said: _unlisted(said, "meta-add")),
]


def _is_noticed(call: Caller, check: Check, doctor: Doctor) -> None:
    def doctored(statement: Json) -> None:
        doctor(statement)

    # What a lie itself stumbles over must not be taken for its being noticed.
    doctor(call.statement())
    with pytest.raises((AssertionError, KeyError)):
        check(replace(call, doctor=doctored))


@pytest.mark.parametrize(("check", "doctor"), LIES_OF_READING)
def test_a_lie_is_noticed(check: Check, doctor: Doctor, app: Flask) -> None:
    """A check that passes whatever stands in the statement would be none."""
    _is_noticed(Caller(app.extensions["fhir_kb"]["r5"]), check, doctor)


@pytest.mark.parametrize(("check", "doctor"), LIES_OF_WRITING)
def test_a_lie_about_writing_is_noticed(check: Check, doctor: Doctor, writable_app: Flask) -> None:
    """The same where clients may write."""
    _is_noticed(Caller(writable_app.extensions["fhir_kb"]["r5"]), check, doctor)


def test_the_bound_of_a_conditional_delete_is_told(caller: Caller, reader: Caller) -> None:
    """Who deletes by a condition must know that it may find several."""
    bound = f"up to {caller.endpoint.entries_max} resources, or nothing"
    assert bound in caller.rest()["documentation"]
    assert "delete" not in reader.rest()["documentation"]


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
