"""Several clients change one resource over HTTP at the same time.

https://hl7.org/fhir/R4/http.html#concurrency
"""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Thread
from typing import Any

import pytest
import requests
from flask import Flask
from rest_calls import JSON, new_id, organization
from werkzeug.serving import make_server

CLIENTS, CHANGES = 4, 5


@pytest.fixture
def base(writable_app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, writable_app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}/fhir/r4"
    server.shutdown()
    thread.join()


def put(url: str, body: dict[str, Any], **headers: str) -> requests.Response:
    return requests.put(url, data=json.dumps(body), headers={**JSON, **headers}, timeout=20)


def count_up(url: str) -> int:
    """Add one to the name until it has succeeded CHANGES times; return how often it was refused."""
    done = refused = 0
    while done < CHANGES:
        read = requests.get(url, timeout=20)
        changed = {**read.json(), "name": str(int(read.json()["name"]) + 1)}
        status = put(url, changed, **{"If-Match": read.headers["ETag"]}).status_code
        assert status in (200, 412)
        done += status == 200
        refused += status == 412
        assert refused < 1000, "nobody gets through"
    return refused


def test_no_update_is_lost(base: str) -> None:
    """With If-Match every acknowledged change is in the end, and each made one version."""
    id = new_id()
    url = f"{base}/Organization/{id}"
    assert put(url, organization(id, name="0")).status_code == 201
    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(count_up, [url] * CLIENTS))
    assert requests.get(url, timeout=20).json()["name"] == str(CLIENTS * CHANGES)
    history = requests.get(f"{url}/_history?_count=500", timeout=20).json()
    names = [entry["resource"]["name"] for entry in history["entry"]]
    assert names == [str(number) for number in range(CLIENTS * CHANGES, -1, -1)]


def test_one_create_wins(base: str) -> None:
    """Of equal conditional creates at the same time exactly one creates; all name one resource."""
    sent = organization()
    key = sent["identifier"][0]
    headers = {**JSON, "If-None-Exist": f"identifier={key['system']}|{key['value']}"}

    def create(_: int) -> requests.Response:
        return requests.post(
            f"{base}/Organization", data=json.dumps(sent), headers=headers, timeout=20
        )

    with ThreadPoolExecutor(CLIENTS) as clients:
        replies = list(clients.map(create, range(CLIENTS * 2)))
    assert sorted(reply.status_code for reply in replies) == [200] * (CLIENTS * 2 - 1) + [201]
    assert len({reply.json()["id"] for reply in replies}) == 1


def test_no_patch_is_lost(base: str) -> None:
    """A patch is applied to the version current when it is written, whoever wrote before."""
    id = new_id()
    url = f"{base}/Organization/{id}"
    assert put(url, organization(id, alias=["first"])).status_code == 201

    def patch(number: int) -> int:
        steps = [{"op": "add", "path": "/alias/-", "value": f"alias {number}"}]
        headers = {"Content-Type": "application/json-patch+json"}
        return requests.patch(url, data=json.dumps(steps), headers=headers, timeout=20).status_code

    numbers = range(CLIENTS * CHANGES)
    with ThreadPoolExecutor(CLIENTS) as clients:
        assert set(clients.map(patch, numbers)) == {200}
    aliases = requests.get(url, timeout=20).json()["alias"]
    assert sorted(aliases) == sorted(["first", *(f"alias {number}" for number in numbers)])
