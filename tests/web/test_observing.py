"""Health, metrics and the request log: what an operator relies on at night."""

import io
import json
import re
import resource
import shutil
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from fhir_kb.settings import Settings
from fhir_kb.versions import VERSIONS
from fhir_kb.web import create_app
from fhir_kb.web.counters import BOUNDS, Counters
from fhir_kb.web.metrics import _line
from fhir_kb.web.places import Place
from fhir_kb.web.traffic import Traffic

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\\\|\\"|\\n)*"'
SAMPLE = re.compile(rf"({NAME})(?:\{{({LABEL}(?:,{LABEL})*)\}})? (-?[0-9.e+-]+)")
COMMENT = re.compile(rf"# (?:HELP ({NAME}) .+|TYPE ({NAME}) (?:counter|gauge|histogram))")


def parsed(text: str) -> dict[str, list[tuple[dict[str, str], float]]]:
    """Read Prometheus' text format strictly; every sample stands under its own TYPE."""
    assert text.endswith("\n")
    samples: dict[str, list[tuple[dict[str, str], float]]] = {}
    typed = ""
    for line in text.splitlines():
        if line.startswith("#"):
            found = COMMENT.fullmatch(line)
            assert found, line
            typed = found[2] or typed
            continue
        sample = SAMPLE.fullmatch(line)
        assert sample, line
        assert sample[1].startswith(typed), line
        labels = dict(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', sample[2] or ""))
        samples.setdefault(sample[1], []).append((labels, float(sample[3])))
    return samples


def test_readiness_names_the_release(client: FlaskClient) -> None:
    """An operator sees which knowledge is served."""
    assert client.get("/healthz").get_json() == {"status": "ok"}
    ready = client.get("/readyz").get_json()
    assert set(ready["knowledge"]) == set(VERSIONS)
    assert ready["writes"] == "off"


def test_a_store_that_cannot_be_read_is_not_ready(built: Path, tmp_path: Path) -> None:
    """A balancer stops sending; the process lives on and says which version it is."""
    shutil.copytree(built, tmp_path, dirs_exist_ok=True)
    content = bytearray((tmp_path / "r4b.sqlite").read_bytes())
    content = content.replace(b'"resourceType":"', b'"resourceTypo":"')
    client = create_app(Settings(data=tmp_path)).test_client()
    with (tmp_path / "r4b.sqlite").open("r+b") as file:
        file.write(content)
    reply = create_app(Settings(data=tmp_path)).test_client().get("/readyz")
    assert client.get("/healthz").status_code == 200
    assert reply.status_code == 503
    assert reply.get_json()["refused"] == ["r4b"]
    assert set(reply.get_json()["knowledge"]) == {"r4", "r5"}


def test_a_journal_that_cannot_be_written_is_not_ready(built: Path, tmp_path: Path) -> None:
    """A balancer must not send writes to a server whose disk is full."""
    for file in built.glob("*.*"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    client = create_app(Settings(data=tmp_path, writes="on")).test_client()
    assert client.get("/readyz").get_json()["writes"] == "ok"
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, before[1]))
    try:
        full = client.get("/readyz")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert full.status_code == 503
    assert full.get_json()["writes"] == "refused"
    assert full.get_json()["refused"] == []
    assert client.get("/readyz").status_code == 200


def test_metrics_can_be_read_by_prometheus(built: Path) -> None:
    """https://prometheus.io/docs/instrumenting/exposition_formats/"""
    client = create_app(Settings(data=built)).test_client()
    for path in (
        *["/fhir/r5/Medication/aspirin"] * 3,
        "/fhir/r4/Foo",
        "/x",
    ):
        client.get(path)
    reply = client.get("/metrics")
    assert reply.content_type == "text/plain; version=0.0.4; charset=utf-8"
    samples = parsed(reply.text)
    counts = {
        (labels["route"], labels["version"], labels["status"]): count
        for labels, count in samples["fhir_kb_requests_total"]
    }
    assert counts == {
        ("read", "r5", "200"): 3,
        ("search_type", "r4", "404"): 1,
        ("none", "", "404"): 1,
    }
    kept = {labels["result"]: count for labels, count in samples["fhir_kb_answers_total"]}
    assert kept == {"hit": 1, "miss": 4}
    buckets = [
        count
        for labels, count in samples["fhir_kb_request_seconds_bucket"]
        if labels["route"] == "read"
    ]
    assert buckets == sorted(buckets)
    assert len(buckets) == len(BOUNDS) + 1
    assert buckets[-1] == 3
    held = {labels["version"] for labels, count in samples["fhir_kb_resources"] if count > 0}
    assert held == set(VERSIONS)


def test_a_label_cannot_break_out_of_its_line() -> None:
    """The reader of this test is the strict grammar above."""
    line = _line("x", {"a": 'quote " backslash \\ line\nend'}, 1)
    [[(labels, value)]] = parsed(line + "\n").values()
    assert value == 1
    assert labels["a"] == 'quote \\" backslash \\\\ line\\nend'


def seen(
    status: int, id: str = "a-1"
) -> tuple[float, float, str, tuple[str, Place, int, int, bool]]:
    return (
        1.0,
        0.002,
        id,
        ("GET", Place("read", "r5", "/fhir/r5/Medication/{id}"), status, 5, False),
    )


def test_each_request_is_one_line_of_json() -> None:
    """What collects logs reads them line by line."""
    log = io.BytesIO()
    traffic = Traffic(log)
    traffic.note(seen(200))
    traffic.note(seen(404, "b-2"))
    traffic.close()
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert [line["status"] for line in lines] == [200, 404]
    assert [line["id"] for line in lines] == ["a-1", "b-2"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", lines[0]["time"])
    assert lines[0]["microseconds"] == 2000


def test_a_log_that_nobody_reads_stops_nothing() -> None:
    """The pipe of a log collector that died must not take the server with it."""

    class Broken(io.BytesIO):
        def write(self, content: object) -> int:
            raise BrokenPipeError

    traffic = Traffic(Broken())
    traffic.note(seen(200))
    traffic.close()
    assert traffic.counted().total()["requests", "read", "r5", "200"] == 1


def test_counts_of_many_kinds_are_folded_and_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers of ever new sizes must not fill the memory, nor make a sum fall."""
    monkeypatch.setattr("fhir_kb.web.counters.KINDS_MAX", 3)
    traffic = Traffic()
    place = Place("search_type", "r4", "/fhir/r4/Medication")
    for size in range(10):
        traffic.note((1.0, 0.1, "x", ("GET", place, 200, size, False)))
    counters = traffic.counted()
    assert len(counters.kinds) <= 3
    assert counters.total()["requests", "search_type", "r4", "200"] == 10
    assert counters.total()["bytes", "search_type"] == 45


def test_workers_find_each_others_counts(tmp_path: Path) -> None:
    """A worker that has ended still counts, else a sum would fall."""
    (tmp_path / "1.counts.json").write_text('[["requests","read","r5","200","7"]]')
    (tmp_path / "2.counts.json").write_text("[[")
    traffic = Traffic()
    traffic.counters.share_in(tmp_path)
    traffic.note(seen(200))
    assert traffic.counted().total()["requests", "read", "r5", "200"] == 8
    other = Counters()
    other.share_in(tmp_path)
    assert other.total()["requests", "read", "r5", "200"] == 7
