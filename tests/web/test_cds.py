"""CDS Hooks over HTTP: every status, the headers browsers need, and no trace of a patient."""

import gc
import logging
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from cds_calls import body, bundle, condition, order, patient, prefetch, written
from cds_tokens import ISSUER, claims, key_set, public_jwk, token
from flask import Flask
from flask.testing import FlaskClient

from fhir_kb.cds.answer import EXTENSION
from fhir_kb.cds.configuration import authentication
from fhir_kb.cds.response_schema import response_faults
from fhir_kb.settings import Settings
from fhir_kb.store.feedback import FeedbackStore
from fhir_kb.web import create_app
from fhir_kb.web.cds import ready

ORDERS = "/cds-services/imid-orders"
FEEDBACK = f"{ORDERS}/feedback"
BASE = "https://kb.example.org"
SANDBOX = "https://sandbox.cds-hooks.org"
PREGNANT = prefetch(
    patient=patient("female", "1990-05-06"), conditions=bundle(condition("77386006"))
)


def overridden(card: str) -> Any:
    return {
        "feedback": [
            {"card": card, "outcome": "overridden", "outcomeTimestamp": "2026-11-20T09:30:00Z"}
        ]
    }


def issues(reply: Any) -> list[dict[str, Any]]:
    outcome = reply.get_json(force=True)
    assert outcome["resourceType"] == "OperationOutcome"
    found: list[dict[str, Any]] = outcome["issue"]
    return found


@pytest.mark.parametrize("path", ["/cds-services", "/cds-services/"])
def test_services_are_found_where_clients_look(path: str, client: FlaskClient) -> None:
    """[D1] [D5] One fixed path, and an object with an array."""
    reply = client.get(path)
    assert (reply.status_code, reply.mimetype) == (200, "application/json")
    assert {entry["id"] for entry in reply.get_json()["services"]} == {
        "imid-orders",
        "imid-therapy",
        "imid-dispatch",
    }


def test_the_knowledge_is_read_before_the_first_call(built: Path) -> None:
    """[G5] The first order of the day must not wait for files to be read."""
    app = create_app(Settings(data=built))
    support = app.extensions["fhir_kb_cds"].support
    assert "knowledge" not in vars(support)
    ready(app)
    assert {"knowledge", "rules", "templates", "vocabulary"} <= vars(support).keys()


def test_the_knowledge_is_no_matter_for_the_collector_of_garbage(built: Path) -> None:
    """[G5] A collection that walks all knowledge holds a call up for as long as ten others."""
    gc.unfreeze()
    ready(create_app(Settings(data=built)))
    assert gc.get_freeze_count() > 0


def test_a_call_is_answered_with_cards(client: FlaskClient) -> None:
    """[1f 200] [G1]"""
    reply = client.post(ORDERS, json=body(prefetch=PREGNANT))
    assert (reply.status_code, reply.mimetype) == (200, "application/json")
    assert reply.headers["Cache-Control"] == "no-store"
    answer = reply.get_json()
    assert response_faults(answer) == []
    links = [link["url"] for link in answer["cards"][0]["links"]]
    assert "http://127.0.0.1:8080/fhir/r4/PlanDefinition/rule-pregnancy" in links


def test_pages_that_cards_link_to_are_there(client: FlaskClient) -> None:
    """[1f links] A card without a page behind it is a claim without a proof."""
    cards = client.post(ORDERS, json=body(prefetch=PREGNANT)).get_json()["cards"]
    own = [
        link["url"] for card in cards for link in card.get("links", []) if ":8080/" in link["url"]
    ]
    assert own
    for url in (*own, *(card["source"]["icon"] for card in cards)):
        assert client.get(url).status_code == 200, url


def test_the_icon_is_of_the_size_that_clients_show(client: FlaskClient) -> None:
    """[1f source] A PNG of 100 by 100 pixels."""
    image = client.get("/cds-services-icon.png").data
    assert image.startswith(b"\x89PNG")
    assert [int.from_bytes(image[i : i + 4], "big") for i in (16, 20)] == [100, 100]


@pytest.mark.parametrize(
    ("method", "path", "data", "type", "status", "words"),
    [
        ("POST", "/cds-services/imid-order", b"{}", "application/json", 404, "did you mean"),
        ("POST", "/cds-services/sentinel", b"{}", "application/json", 404, "no CDS service"),
        ("POST", "/cds-services/sentinel/feedback", b"{}", "application/json", 404, "no CDS"),
        ("GET", ORDERS, b"", "application/json", 405, "method"),
        ("PUT", ORDERS, b"{}", "application/json", 405, "method"),
        ("POST", "/cds-services", b"{}", "application/json", 405, "method"),
        ("GET", FEEDBACK, b"", "application/json", 405, "method"),
        ("POST", ORDERS, b"{}", "text/plain", 415, "application/json"),
        ("POST", ORDERS, b"hook=1", "application/x-www-form-urlencoded", 415, "application/json"),
        ("POST", ORDERS, b"", "application/json", 400, "empty"),
        ("POST", ORDERS, b"{", "application/json", 400, "line 1, column"),
        ("POST", ORDERS, b"[]", "application/json", 400, "the body must be an object"),
        ("POST", ORDERS, b"{}", "application/json", 400, "hook is missing"),
        ("POST", ORDERS, written(body(hook="patient-view")), "application/json", 400, "answers"),
        ("POST", FEEDBACK, b"{}", "application/json", 400, "feedback is missing"),
    ],
)
def test_each_mistake_is_an_outcome_that_helps(
    method: str, path: str, data: bytes, type: str, status: int, words: str, client: FlaskClient
) -> None:
    """[1h status] [1h 415] What went wrong and what would work, never to be cached."""
    reply = client.open(path, method=method, data=data, content_type=type)
    assert reply.status_code == status
    assert words in issues(reply)[0]["diagnostics"]
    assert "sentinel" not in reply.text
    assert reply.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("type", ["application/json", "application/json; charset=utf-8", None])
def test_json_is_taken_by_each_of_its_names(type: str | None, client: FlaskClient) -> None:
    """[1h 415] Some clients name no type at all."""
    data = written(body(order(code="197605")))
    assert client.post(ORDERS, data=data, content_type=type).status_code == 200


def test_missing_data_are_named_key_by_key(client: FlaskClient) -> None:
    """[P5] [1h 412] One issue for each prefetch key, so that a client's maker sees what to send."""
    reply = client.post(ORDERS, json=body(prefetch={}))
    assert reply.status_code == 412
    places = [entry["expression"][0] for entry in issues(reply) if "expression" in entry]
    assert places[:2] == ["prefetch.patient", "prefetch.medications"]
    assert len(places) == 8


@pytest.mark.parametrize("path", ["/cds-services", ORDERS, FEEDBACK])
def test_a_browser_asks_before_it_calls(path: str, client: FlaskClient) -> None:
    """[1h CORS] Preflight is answered for all three, with the headers a token needs."""
    asked = {"Origin": SANDBOX, "Access-Control-Request-Method": "POST"}
    reply = client.options(path, headers=asked)
    assert reply.status_code == 200
    assert reply.headers["Access-Control-Allow-Origin"] == SANDBOX
    assert {"GET", "POST"} <= set(reply.headers["Access-Control-Allow-Methods"].split(", "))
    assert "Authorization" in reply.headers["Access-Control-Allow-Headers"]
    assert "Content-Type" in reply.headers["Access-Control-Allow-Headers"]


@pytest.mark.parametrize("data", [b"{", written(body(prefetch={})), written(body())])
def test_a_browser_can_read_refusals_too(data: bytes, client: FlaskClient) -> None:
    """[1h CORS] Without the header a page sees no status at all."""
    reply = client.post(
        ORDERS, data=data, content_type="application/json", headers={"Origin": SANDBOX}
    )
    assert reply.headers["Access-Control-Allow-Origin"] == SANDBOX
    assert "Origin" in reply.headers["Vary"]


@pytest.mark.parametrize(
    ("origin", "path"),
    [("https://evil.example", ORDERS), (f"{SANDBOX}.evil.example", ORDERS), ("null", ORDERS)],
)
def test_other_pages_may_not_call(origin: str, path: str, client: FlaskClient) -> None:
    """[1h CORS] Exact origins only."""
    reply = client.options(path, headers={"Origin": origin})
    assert "Access-Control-Allow-Origin" not in reply.headers


@pytest.mark.parametrize("limit", ["body_bytes_max", "cds_body_bytes_max"])
def test_a_body_beyond_the_limit_is_refused(limit: str, built: Path) -> None:
    """[1h 413]"""
    small = create_app(replace(Settings(data=built), **{limit: 1000})).test_client()
    reply = small.post(ORDERS, json=body())
    assert reply.status_code == 413
    assert issues(reply)[0]["code"] == "too-long"


def keep_feedback_at(app: Flask, path: Path) -> None:
    """Let an application that shares its knowledge with others keep feedback of its own."""
    door = app.extensions["fhir_kb_cds"]
    app.extensions["fhir_kb_cds"] = replace(door, feedback=FeedbackStore(path))


def guarded_app(built: Path, folder: Path) -> Flask:
    """Return an application that trusts one client and keeps what it must keep in a folder."""
    keys = folder / "keys.json"
    keys.write_bytes(key_set(public_jwk("EC", "key-1")))
    clients = frozenset({f"{ISSUER},{keys}"})
    settings = Settings(
        data=built, base_url=f"{BASE}/", cds_clients=clients, cds_discovery="closed"
    )
    app = create_app(settings)
    keep_feedback_at(app, folder / "feedback.sqlite")
    door = app.extensions["fhir_kb_cds"]
    checked = authentication(replace(settings, data=folder), lambda path: Path(path).read_bytes())
    app.extensions["fhir_kb_cds"] = replace(door, authentication=checked)
    return app


class TestTrustedClients:
    """With one setting, a token is asked for at every call."""

    @pytest.fixture
    def guarded(self, built: Path, tmp_path: Path) -> Iterator[FlaskClient]:
        with guarded_app(built, tmp_path).test_client() as client:
            yield client

    @pytest.mark.parametrize(
        ("method", "path"), [("GET", "/cds-services"), ("POST", ORDERS), ("POST", FEEDBACK)]
    )
    def test_without_a_token_nothing_is_told(
        self, method: str, path: str, guarded: FlaskClient
    ) -> None:
        """[D4] [1g auth] [1h 401] Not even whether the body would have been right."""
        reply = guarded.open(path, method=method, data=b"{", content_type="application/json")
        assert reply.status_code == 401
        assert issues(reply) == [
            {"severity": "error", "code": "login", "diagnostics": "The call is not authenticated"}
        ]

    def test_with_a_token_for_this_url_it_is_answered(self, guarded: FlaskClient) -> None:
        """[1h aud] [1h trap d] The public URL counts, not the one a proxy calls."""
        headers = {"Authorization": f"Bearer {token(claims(aud=BASE + ORDERS), jku=None)}"}
        assert guarded.post(ORDERS, json=body(), headers=headers).status_code == 200
        assert guarded.post(ORDERS, json=body(), headers=headers).status_code == 401

    def test_a_token_for_another_url_is_refused(self, guarded: FlaskClient) -> None:
        """[1h aud] A token for discovery does not open a service."""
        headers = {"Authorization": f"Bearer {token(claims(aud=f'{BASE}/cds-services'), jku=None)}"}
        assert guarded.post(ORDERS, json=body(), headers=headers).status_code == 401
        assert guarded.get("/cds-services", headers=headers).status_code == 200

    def test_preflight_needs_no_token(self, guarded: FlaskClient) -> None:
        """[1h CORS] A browser sends none with it."""
        assert guarded.options(ORDERS, headers={"Origin": SANDBOX}).status_code == 200


def test_a_client_that_calls_too_often_is_told_to_wait(built: Path) -> None:
    """[1h 429] With the seconds to wait, as an outcome; discovery is not counted."""
    client = create_app(Settings(data=built, cds_calls_per_minute=2)).test_client()
    replies = [client.post(ORDERS, json=body()) for _ in range(3)]
    assert [reply.status_code for reply in replies] == [200, 200, 429]
    assert replies[2].headers["Retry-After"] == "30"
    assert issues(replies[2])[0]["code"] == "throttled"
    assert client.get("/cds-services").status_code == 200


class TestFeedback:
    """[1g] Kept once, without a person."""

    @pytest.fixture
    def client(self, built: Path, tmp_path: Path) -> FlaskClient:
        folder = tmp_path / "data"
        folder.symlink_to(built)
        app = create_app(Settings(data=built))
        keep_feedback_at(app, tmp_path / "feedback.sqlite")
        return app.test_client()

    def test_it_is_kept_once(self, client: FlaskClient) -> None:
        """[1g idempotent] [1g 200]"""
        card = client.post(ORDERS, json=body(prefetch=PREGNANT)).get_json()["cards"][0]
        for _ in range(3):
            assert client.post(FEEDBACK, json=overridden(card["uuid"])).status_code == 200
        rows = client.application.extensions["fhir_kb_cds"].feedback.rows()
        assert [(row.theme, row.outcome) for row in rows] == [("pregnancy", "overridden")]

    def test_nothing_is_kept_of_a_body_that_is_refused(self, client: FlaskClient) -> None:
        """[1g 400] All or nothing, so that sending again is always right."""
        both = overridden("62b66a56-6132-8e0b-8f1e-479299f56e60")
        both["feedback"].append({"card": "no uuid"})
        assert client.post(FEEDBACK, json=both).status_code == 400
        assert client.application.extensions["fhir_kb_cds"].feedback.rows() == []


class TestPrivacy:
    """What a body holds is nowhere afterwards: no log, no answer to others, no file."""

    SENTINEL = "Sentinella"

    def calls(self) -> list[tuple[str, Any]]:
        name, word = [{"family": self.SENTINEL}], self.SENTINEL
        known = {**patient("female", "1987-06-05"), "name": name}
        marked = order(id=f"order-{word}", note=[{"text": word}])
        sent = {**PREGNANT, "patient": known, "labs": {"resourceType": word}}
        grant = {"access_token": word, "token_type": "Bearer", "subject": word}
        reason = {"reason": {"code": word, "display": word}, "userComment": word}
        feedback = overridden("62b66a56-6132-8e0b-8f1e-479299f56e60")
        feedback["feedback"][0]["overrideReason"] = reason
        return [
            (ORDERS, body(marked, prefetch=sent, fhirAuthorization=grant)),
            (ORDERS, body(marked, prefetch={}, fhirServer=f"https://{word}.example/fhir")),
            (ORDERS, {**body(marked), "hook": word}),
            (ORDERS, body(marked, context={"patientId": [word]})),
            (ORDERS, body(marked, context={"draftOrders": {"resourceType": word}})),
            (ORDERS, body(marked, context={"draftOrders": {"entry": word}})),
            (f"/cds-services/{word}", body(marked)),
            (FEEDBACK, feedback),
            (FEEDBACK, {"feedback": [{"card": word, "outcome": word}]}),
        ]

    @pytest.mark.parametrize("guarded", [False, True])
    def test_no_trace_is_left(
        self,
        guarded: bool,
        built: Path,
        tmp_path: Path,
        caplog: pytest.LogCaptureFixture,
        monkeypatch: pytest.MonkeyPatch,
        capfd: pytest.CaptureFixture[str],
    ) -> None:
        """[P9] Logs at their most talkative, every file of all three folders."""
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
        app = guarded_app(built, tmp_path) if guarded else create_app(Settings(data=built))
        keep_feedback_at(app, tmp_path / "feedback.sqlite")
        client = app.test_client()
        with caplog.at_level(logging.DEBUG):
            replies = [
                client.post(path, json=content, headers=self.token_for(path))
                for path, content in self.calls()
            ]
        assert {reply.status_code for reply in replies} >= {200, 400, 404, 412}
        kept = [caplog.text, *capfd.readouterr()]
        kept += [record.getMessage() for record in caplog.records]
        kept += [
            file.read_bytes().decode("latin-1") for file in tmp_path.rglob("*") if file.is_file()
        ]
        kept += [reply.text for reply in replies if reply.status_code != 200]
        assert (tmp_path / "feedback.sqlite").exists()
        assert (tmp_path / "used-tokens.sqlite").exists() == guarded
        for text in kept:
            assert self.SENTINEL.lower() not in text.lower()
            assert "1987" not in text

    def token_for(self, path: str) -> dict[str, str]:
        """Return a header whose token names the sentinel wherever a client may write."""
        id = f"{self.SENTINEL}-{uuid4()}"
        written = {"jti": id, "sub": self.SENTINEL, "tenant": self.SENTINEL}
        return {"Authorization": f"Bearer {token(claims(aud=BASE + path, **written), jku=None)}"}

    def test_an_unexpected_fault_tells_no_value(
        self, client: FlaskClient, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Even a fault of ours is logged by its place only, and answered without detail."""
        support = client.application.extensions["fhir_kb_cds"].support

        def fail(*_: Any) -> Any:
            raise RuntimeError(self.SENTINEL)

        monkeypatch.setattr(type(support.vocabulary), "recognise", fail)
        with caplog.at_level(logging.DEBUG):
            reply = client.post(ORDERS, json=body(prefetch=PREGNANT))
        assert reply.status_code == 500
        assert self.SENTINEL not in reply.text + caplog.text


def test_the_order_of_entries_does_not_matter_over_http(client: FlaskClient) -> None:
    """The whole way, twice: the same verdict."""
    one, other = order("a"), order("b", code="197605")
    cards = [
        client.post(ORDERS, json=body(*drafts, prefetch=PREGNANT)).get_json()
        for drafts in ((one, other), (other, one))
    ]
    assert cards[0] == cards[1]
    assert EXTENSION in cards[0]["extension"]
