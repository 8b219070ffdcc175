"""A model of what a writing server must do, and the server, doing the same things at random.

https://hl7.org/fhir/R4/http.html
"""

from typing import Any

from flask import Flask
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from rest_calls import content, new_id, organization, send

NAMES = st.sampled_from(["Alpha", "Beta", "Gamma"])


class Writing(RuleBasedStateMachine):
    """``model`` holds, for each id, its versions oldest first; None stands for a deletion."""

    app: Flask

    def __init__(self) -> None:
        super().__init__()
        self.client = self.app.test_client()
        self.model: dict[str, list[str | None]] = {}
        # The identifier's value is that of this run alone: searches see no other run.
        self.run = new_id()

    def resource(self, id: str | None, name: str) -> dict[str, Any]:
        key = [{"system": "https://example.org/run", "value": self.run}]
        return organization(id, name=name, identifier=key)

    def current(self) -> dict[str, str]:
        return {id: versions[-1] for id, versions in self.model.items() if versions[-1] is not None}

    def some_id(self, data: st.DataObject) -> str:
        # In the order in which they came: the server gives other ids to every run.
        return data.draw(st.sampled_from(list(self.model)))

    @rule(name=NAMES)
    def create(self, name: str) -> None:
        reply = send(self.client, "POST", "r4/Organization", self.resource(None, name))
        assert reply.status_code == 201
        self.model[content(reply)["id"]] = [name]

    @rule(name=NAMES)
    def create_unless_there_is_one(self, name: str) -> None:
        condition = f"name:exact={name}&identifier=https://example.org/run|{self.run}"
        same = [id for id, own in self.current().items() if own == name]
        reply = send(
            self.client,
            "POST",
            "r4/Organization",
            self.resource(None, name),
            If_None_Exist=condition,
        )
        assert reply.status_code == {0: 201, 1: 200}.get(len(same), 412)
        if reply.status_code == 201:
            self.model[content(reply)["id"]] = [name]
        elif reply.status_code == 200:
            assert content(reply)["id"] == same[0]

    @precondition(lambda self: self.model)
    @rule(data=st.data(), name=NAMES, version=st.none() | st.integers(1, 4))
    def update(self, data: st.DataObject, name: str, version: int | None) -> None:
        id = self.some_id(data)
        there, latest = id in self.current(), len(self.model[id])
        headers = {} if version is None else {"If_Match": f'W/"{version}"'}
        reply = send(
            self.client, "PUT", f"r4/Organization/{id}", self.resource(id, name), **headers
        )
        if version is not None and not (there and version == latest):
            assert reply.status_code == 412
        else:
            assert reply.status_code == (200 if there else 201)
            self.model[id].append(name)

    @precondition(lambda self: self.model)
    @rule(data=st.data(), name=NAMES, expected=NAMES)
    def patch(self, data: st.DataObject, name: str, expected: str) -> None:
        id = self.some_id(data)
        steps = [
            {"op": "test", "path": "/name", "value": expected},
            {"op": "replace", "path": "/name", "value": name},
        ]
        reply = send(
            self.client,
            "PATCH",
            f"r4/Organization/{id}",
            steps,
            Content_Type="application/json-patch+json",
        )
        own = self.current().get(id)
        assert reply.status_code == (410 if own is None else 200 if own == expected else 422)
        if own == expected:
            self.model[id].append(name)

    @precondition(lambda self: self.model)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        id = self.some_id(data)
        assert send(self.client, "DELETE", f"r4/Organization/{id}").status_code == 204
        if id in self.current():
            self.model[id].append(None)

    @precondition(lambda self: self.model)
    @rule(data=st.data(), name=NAMES, fails=st.booleans())
    def transact(self, data: st.DataObject, name: str, fails: bool) -> None:
        """Create one and write another that refers to it, or fail and change nothing."""
        id = self.some_id(data)
        there = id in self.current()
        urn = "urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a"
        updated = {**self.resource(id, name), "partOf": {"reference": urn}}
        wanted = "never-was" if fails else id
        rows = [
            {"request": {"method": "GET", "url": f"Organization/{wanted}"}},
            {"request": {"method": "PUT", "url": f"Organization/{id}"}, "resource": updated},
            {
                "fullUrl": urn,
                "request": {"method": "POST", "url": "Organization"},
                "resource": self.resource(None, name),
            },
        ]
        bundle = {"resourceType": "Bundle", "type": "transaction", "entry": rows}
        reply = send(self.client, "POST", "r4", bundle)
        if fails:
            assert reply.status_code == 404
            return
        read, put, made = content(reply)["entry"]
        assert put["response"]["status"][:3] == ("200" if there else "201")
        new = made["response"]["location"].split("/")[-3]
        assert read["resource"]["partOf"]["reference"] == f"Organization/{new}"
        self.model[new] = [name]
        self.model[id].append(name)

    @invariant()
    def searches_find_what_is_there(self) -> None:
        query = f"r4/Organization?identifier=https://example.org/run|{self.run}&_count=500"
        bundle = content(self.client.get(f"/fhir/{query}"))
        found = {row["resource"]["id"]: row["resource"]["name"] for row in bundle.get("entry", [])}
        assert found == self.current()

    @precondition(lambda self: self.model)
    @invariant()
    def histories_tell_what_was(self) -> None:
        id = list(self.model)[-1]
        versions = self.model[id]
        bundle = content(self.client.get(f"/fhir/r4/Organization/{id}/_history?_count=500"))
        told = [row.get("resource", {}).get("name") for row in bundle["entry"]]
        assert told == versions[::-1]
        for number, name in enumerate(versions, start=1):
            reply = self.client.get(f"/fhir/r4/Organization/{id}/_history/{number}")
            assert reply.status_code == (410 if name is None else 200)


def test_the_server_does_what_the_model_does(writable_app: Flask) -> None:
    """Create, update, patch, delete, transact and read at random, always alike."""
    machine = type("Machine", (Writing,), {"app": writable_app})
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        machine, settings=settings(max_examples=12, stateful_step_count=15, deadline=None)
    )
