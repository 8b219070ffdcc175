"""What is answered from bytes that are ready is what Flask would have answered."""

import gzip
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.test import EnvironBuilder

from fhir_kb.settings import Settings
from fhir_kb.web import create_app
from fhir_kb.web.front import Front, path_of
from fhir_kb.web.message import Reply, header_of

THALIDOMIDE = "/fhir/r5/MedicationKnowledge/thalidomide"
REST = Path(__file__).resolve().parents[2] / "fhir_kb/rest"

PATHS = st.sampled_from(
    [
        THALIDOMIDE,
        "/fhir/r4/Medication/aspirin",
        "/fhir/r4b/Medication/aspirin",
        "/fhir/r4/Medication/aspirin/",
        "/fhir/r4/Medication/aspirin/_history/{version}",
        "/fhir/r4/Medication/aspirin/_history/7",
        "/fhir/Medication/aspirin",
        "/fhir/r4/Medication",
        "/fhir/r4/Medication/nothing",
        "/fhir/r4/Medicaton/aspirin",
        "/fhir/r4/Medication/as%pirin",
        "/fhir/r4/metadata",
        "/fhir/r4/Organization",
        "/healthz",
        "/elsewhere",
    ]
)
QUERIES = st.sampled_from(
    [
        "",
        "_format=xml",
        "_format=json",
        "_summary=true",
        "_elements=code",
        "code=1191",
        "x=%ff",
        "_",
    ]
)
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "Accept": st.sampled_from(
            [
                "*/*",
                "application/fhir+json",
                "application/fhir+xml;q=0.9, application/json;q=0.8",
                "application/fhir+json; fhirVersion=4.0",
                "application/fhir+json; fhirVersion=5.0",
                "text/html,application/xhtml+xml",
                "image/png",
                "",
            ]
        ),
        "Accept-Encoding": st.sampled_from(["gzip", "br, gzip;q=0.5", "gzip;q=0", "identity", "*"]),
        "If-None-Match": st.sampled_from(['W/"{version}"', '"{version}"', 'W/"a", *', 'W/"x"']),
        "If-Modified-Since": st.sampled_from(
            ["{modified}", "Fri, 01 Jan 2100 00:00:00 GMT", "Fri, 01 Jan 2010 00:00:00 GMT", "-"]
        ),
        "Prefer": st.sampled_from(["handling=strict", "return=minimal"]),
        "Host": st.sampled_from(["one.example", "two.example:8080"]),
        "Authorization": st.just("Bearer x"),
        "Accept-Charset": st.sampled_from(["utf-8", "iso-8859-1"]),
        "Origin": st.just("https://page.example"),
        "X-Request-Id": st.sampled_from(["abc-1", 'x","forged":"', "é"]),
    },
)


@pytest.fixture(scope="module")
def known(built: Path) -> Iterator[tuple[Front, Front, dict[str, str]]]:
    """The same application twice: one whose fast way is warm and one that has none."""
    warm, slow = (create_app(Settings(data=built)) for _ in range(2))
    reply = slow.test_client().get("/fhir/r4/Medication/aspirin")
    values = {
        "version": reply.get_json(force=True)["meta"]["versionId"],
        "modified": reply.headers["Last-Modified"],
    }
    yield warm.extensions["fhir_kb_front"], slow.extensions["fhir_kb_front"], values


@pytest.fixture(scope="module")
def fresh(built: Path) -> Front:
    """The application before anything was asked of it; what is kept may be for one host alone."""
    front: Front = create_app(Settings(data=built)).extensions["fhir_kb_front"]
    return front


def plainly(reply: Reply) -> tuple[int, list[tuple[str, str]], bytes]:
    """Return what a caller sees, without what no two answers share."""
    headers = sorted(
        (name.lower(), value) for name, value in reply.headers if name.lower() != "x-request-id"
    )
    return reply.status, headers, reply.body


@given(method=st.sampled_from(["GET", "HEAD"]), path=PATHS, query=QUERIES, headers=HEADERS)
@settings(max_examples=300, deadline=None)
def test_both_ways_answer_alike(
    known: tuple[Front, Front, dict[str, str]],
    method: str,
    path: str,
    query: str,
    headers: dict[str, str],
) -> None:
    """Flask is the one place where behaviour is defined; what is faster may not differ."""
    warm, slow, values = known
    sent = {name: value.format(**values) for name, value in headers.items()}
    environ = EnvironBuilder(
        path.format(**values), method=method, query_string=query, headers=sent
    ).get_environ()
    for _ in range(2):
        warm.slow(dict(environ))
    fast = warm.fast(method, path_of(environ), query, header_of(environ))
    if fast is not None:
        assert plainly(slow.slow(dict(environ))) == plainly(Reply(*fast))


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        (THALIDOMIDE, {}),
        (THALIDOMIDE, {"Accept": "application/fhir+json", "Accept-Encoding": "gzip"}),
        (THALIDOMIDE, {"If-None-Match": 'W/"{version}"'}),
        (THALIDOMIDE, {"If-Modified-Since": "{modified}"}),
        ("/fhir/r4/Medication/aspirin/_history/{version}", {}),
    ],
)
def test_a_read_needs_no_flask(
    path: str, headers: dict[str, str], known: tuple[Front, Front, dict[str, str]], fresh: Front
) -> None:
    """Else the comparison above would compare nothing."""
    _, _, values = known
    sent = {name: value.format(**values) for name, value in headers.items()}
    environ = EnvironBuilder(path.format(**values), headers=sent).get_environ()
    assert fresh.fast("GET", path_of(environ), "", header_of(environ)) is not None


@pytest.mark.parametrize("query", ["code=1191", "code=1191&_format=xml"])
def test_a_search_is_answered_once_and_kept(
    query: str, known: tuple[Front, Front, dict[str, str]]
) -> None:
    """Until the next release the same question has the same answer, for the same address."""
    warm, _, _ = known

    def ask(host: str) -> Reply | None:
        environ = EnvironBuilder("/fhir/r4/Medication", query_string=query).get_environ()
        environ["HTTP_HOST"] = host
        found = warm.fast("GET", path_of(environ), query, header_of(environ))
        if found is None:
            warm.slow(environ)
        return Reply(*found) if found else None

    assert ask("kept.example") is None
    ask("kept.example")
    kept = ask("kept.example")
    assert kept is not None
    assert b"kept.example" in kept.body
    assert ask("other.example") is None


def test_a_swapped_release_is_seen(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer must not outlive the knowledge that it was made from."""
    shutil.copytree(built, tmp_path, dirs_exist_ok=True)
    monkeypatch.setattr("fhir_kb.web.fast_reads.SEEN_SECONDS", 0.0)
    app = create_app(Settings(data=tmp_path))
    reads = app.extensions["fhir_kb_reads"]
    client = app.test_client()
    for _ in range(2):
        client.get(THALIDOMIDE)
    before = reads.size
    for _ in range(2):
        client.get("/fhir/r4/Medication/aspirin")
    assert reads.size > before > 0
    swapped = tmp_path / "swapped"
    swapped.write_bytes((tmp_path / "r5.sqlite").read_bytes())
    swapped.replace(tmp_path / "r5.sqlite")
    client.get(THALIDOMIDE)
    assert reads.size == before


def test_a_walk_through_everything_pushes_nothing_out(built: Path) -> None:
    """What is asked for once is not kept: a crawler must not slow everybody else down."""
    app = create_app(Settings(data=built))
    for _ in range(2):
        app.test_client().get(THALIDOMIDE)
    before = app.extensions["fhir_kb_reads"].size
    app.test_client().get("/fhir/r4/Medication/aspirin")
    assert app.extensions["fhir_kb_reads"].size == before > 0


@pytest.mark.parametrize("accept", ["gzip", "gzip, deflate, br"])
def test_a_body_is_compressed_when_asked(accept: str, client: FlaskClient) -> None:
    """Nine tenths of the bytes of a page of XML or JSON are spared."""
    plain = client.get(THALIDOMIDE)
    packed = client.get(THALIDOMIDE, headers={"Accept-Encoding": accept})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data) / 5
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["ETag"] == plain.headers["ETag"]
    assert "Accept-Encoding" in plain.headers["Vary"]


@pytest.mark.parametrize(
    ("path", "settings_", "expected"),
    [
        (THALIDOMIDE, {}, "public, max-age=60"),
        (THALIDOMIDE, {"cache_seconds": 0}, "no-cache"),
        ("/fhir/r5/Medication", {"base_url": ""}, "no-cache"),
        ("/fhir/r5/Medication", {"base_url": "https://kb.example"}, "public, max-age=60"),
        ("/fhir/r5/Nothing", {}, "no-store"),
        ("/", {}, "public, max-age=60"),
        ("/", {"cache_seconds": 0}, "no-cache"),
    ],
)
def test_caches_are_told_what_they_may_keep(
    path: str, settings_: dict[str, object], expected: str, built: Path
) -> None:
    """A Bundle names the host that was asked for: only a fixed one may be kept for others."""
    chosen = Settings(data=built, **settings_)  # type: ignore[arg-type]  # rows of one setting
    reply = create_app(chosen).test_client().get(path)
    assert reply.headers["Cache-Control"] == expected


@pytest.mark.parametrize("writes", ["off", "on"])
def test_a_version_may_be_kept_also_where_clients_write(
    writes: str, built: Path, tmp_path: Path
) -> None:
    """A version never changes; what is in force, and the page that counts it, may at any time."""
    for file in built.glob("*.*"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    client = create_app(Settings(data=tmp_path, writes=writes)).test_client()
    read = client.get(THALIDOMIDE)
    version = f"{THALIDOMIDE}/_history/{read.headers['ETag'][3:-1]}"
    asked = {"off": "public, max-age=60", "on": "no-cache"}[writes]
    for _ in range(3):
        kept = client.get(version).headers["Cache-Control"]
        assert kept == "public, max-age=60, immutable"
        assert client.get(THALIDOMIDE).headers["Cache-Control"] == asked
    assert client.get("/").headers["Cache-Control"] == asked


def test_the_fast_way_knows_every_header_that_a_read_looks_at() -> None:
    """A header that comes to matter must become part of what an answer is kept under."""
    keyed = {"accept", "host", "prefer"}
    looked_at = {"if-none-match", "if-modified-since", "authorization", "accept-charset"}
    only_for_writes = {"if-match", "if-none-exist", "content-type", "content-encoding", "origin"}
    named = {
        name
        for file in REST.rglob("*.py")
        for name in re.findall(r"header\(\s*\"([a-z-]+)\"", file.read_text(encoding="utf-8"))
    }
    assert named <= keyed | looked_at | only_for_writes


def test_an_id_is_kept_or_made(client: FlaskClient) -> None:
    """One request can be followed through every log; a forged line cannot."""
    given = client.get("/healthz", headers={"X-Request-Id": "trace-7"})
    assert given.headers["X-Request-Id"] == "trace-7"
    forged = client.get("/healthz", headers={"X-Request-Id": 'x","status":200'})
    again = client.get(THALIDOMIDE)
    assert re.fullmatch(r"[0-9a-f]+-[0-9a-f]+", forged.headers["X-Request-Id"])
    assert forged.headers["X-Request-Id"] != again.headers["X-Request-Id"]


def test_head_tells_the_length_of_get(app: Flask) -> None:
    """https://www.rfc-editor.org/rfc/rfc9110#name-head, compressed or not."""
    client = app.test_client()
    for path in (THALIDOMIDE, "/fhir/r4/Medication?code=1191"):
        for coding in ("identity", "gzip"):
            headers = {"Accept-Encoding": coding}
            get, head = client.get(path, headers=headers), client.head(path, headers=headers)
            assert head.data == b""
            assert head.headers["Content-Length"] == get.headers["Content-Length"]


def test_where_clients_write_curated_reads_stay_fast(built: Path, tmp_path: Path) -> None:
    """What clients cannot change needs no look at what they wrote; all else is looked up."""
    for file in built.glob("*.*"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    app = create_app(Settings(data=tmp_path, writes="on"))
    front, client = app.extensions["fhir_kb_front"], app.test_client()
    body = {"resourceType": "Organization", "name": "A"}
    made = client.post("/fhir/r5/Organization", json=body)
    assert made.status_code == 201
    path = "/fhir/r5/Organization/" + made.get_json(force=True)["id"]

    def fast(path: str) -> Reply | None:
        environ = EnvironBuilder(path).get_environ()
        found = front.fast("GET", path, "", header_of(environ))
        return Reply(*found) if found else None

    curated = fast(THALIDOMIDE)
    assert curated is not None
    assert plainly(curated) == plainly(front.slow(EnvironBuilder(THALIDOMIDE).get_environ()))
    for name in ("A", "B"):
        client.put(path, json={**body, "id": path.rpartition("/")[2], "name": name})
        assert fast(path) is None
        assert client.get(path).get_json(force=True)["name"] == name
    for _ in range(3):
        before = client.get("/fhir/r5/Organization?_summary=count").get_json(force=True)["total"]
    client.delete(path)
    after = client.get("/fhir/r5/Organization?_summary=count").get_json(force=True)["total"]
    assert after == before - 1
