"""CDS Hooks over HTTP: discovery, services, feedback, and CORS for clients in a browser.

https://cds-hooks.hl7.org/2.0/#http-status-codes, https://fetch.spec.whatwg.org/#http-cors-protocol

Logs tell service, status, time and counts. Nothing of a body is logged, kept or cached.
"""

import gc
import logging
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from importlib.resources import files
from pathlib import Path
from typing import cast

from flask import Blueprint, Flask, Response, current_app, request

from fhir_kb.cds import (
    Authentication,
    DecisionSupport,
    answer_call,
    discovery,
    read_call,
    read_feedback,
    service_of,
)
from fhir_kb.cds.cards import ICON
from fhir_kb.cds.configuration import authentication, decision_support
from fhir_kb.cds.pace import Pace
from fhir_kb.errors import DataMissing, UnsupportedMediaType
from fhir_kb.formats import Json
from fhir_kb.formats.json import write_json
from fhir_kb.rest.message import Response as Answer
from fhir_kb.rest.outcome import issue, outcome
from fhir_kb.settings import Settings
from fhir_kb.store.feedback import FeedbackStore
from fhir_kb.web.replies import flask_response
from fhir_kb.web.served import own_address

blueprint = Blueprint("cds", __name__)

_LOG = logging.getLogger("fhir_kb.cds")
_ROOT = "/cds-services"
_JSON = ("application/json", "application/fhir+json", "text/json")


@dataclass(frozen=True)
class CdsDoor:
    """What the routes need."""

    settings: Settings
    support: DecisionSupport
    authentication: Authentication | None
    pace: Pace
    feedback: FeedbackStore


def cds_door(settings: Settings) -> CdsDoor:
    """Return what the routes need; refuse settings that are wrong (KnowledgeError)."""
    return CdsDoor(
        settings,
        decision_support(settings),
        authentication(settings, lambda path: Path(path).read_bytes()),
        Pace(settings.cds_calls_per_minute, time.monotonic),
        FeedbackStore(settings.data / "feedback.sqlite"),
    )


def ready(app: Flask) -> None:
    """Read the knowledge of decision support and arrange it, so that no call waits for it.

    What was read stays: the collector of garbage need not look through it in the midst of a call.
    """
    cast("CdsDoor", app.extensions["fhir_kb_cds"]).support.prepare()
    gc.collect()
    gc.freeze()


@blueprint.get(_ROOT)
@blueprint.get(f"{_ROOT}/")
def services() -> Response:
    """Answer which services there are."""
    door = _door()
    if door.settings.cds_discovery == "closed":
        _authenticate(door)
    return _json(discovery(door.support))


@blueprint.post(f"{_ROOT}/<id>")
def service(id: str) -> Response:
    """Answer a call of a service with cards."""
    door, begun = _door(), time.monotonic()
    door.pace.check(_authenticate(door))
    called = service_of(id)
    call = read_call(_body(), called.answered, max_bytes=door.settings.cds_body_bytes_max)
    answer = answer_call(door.support, call, datetime.now(UTC), own_address())
    spent = (time.monotonic() - begun) * 1000
    _LOG.info(
        "%s %s: %d cards in %.0f ms, knowledge release %s",
        called.id,
        call.hook.name,
        len(answer["cards"]),
        spent,
        door.support.knowledge.release.version,
    )
    return _json(answer)


@blueprint.post(f"{_ROOT}/<id>/feedback")
def feedback(id: str) -> Response:
    """Keep what was done with cards; sent twice, it is kept once."""
    door = _door()
    door.pace.check(_authenticate(door))
    rows = read_feedback(
        _body(),
        service_of(id).id,
        door.support.card_themes,
        door.support.override_reasons,
        comments=door.settings.cds_comments == "keep",
        max_bytes=door.settings.cds_body_bytes_max,
    )
    kept = door.feedback.add(rows)
    _LOG.info("feedback on %s: %d items, %d of them new", id, len(rows), kept)
    return Response(status=HTTPStatus.OK)


@blueprint.get(ICON)
def icon() -> Response:
    """Answer with the icon of every card."""
    image = files("fhir_kb.web").joinpath("cds-services-icon.png").read_bytes()
    return Response(image, mimetype="image/png", headers={"Cache-Control": "max-age=86400"})


@blueprint.errorhandler(DataMissing)
def data_missing(error: DataMissing) -> Response:
    """Return 412 with one issue for each prefetch key that would have been needed."""
    issues = [
        issue("error", error.code, f"{key}: {reason}", f"prefetch.{key}")
        for key, reason in error.keys.items()
    ]
    body = outcome(issue("error", error.code, error.message), *issues)
    return flask_response(Answer(error.status, write_json(body)))


@blueprint.after_app_request
def let_browsers_in(response: Response) -> Response:
    """Add what a client in a browser needs, also to refusals; and let nobody cache an answer."""
    if not request.path.startswith(_ROOT):
        return response
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.vary.add("Origin")
    allowed, origin = _door().settings.cds_origins, request.headers.get("Origin", "")
    if origin and (origin in allowed or "*" in allowed):
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Methods"] = "GET, POST, OPTIONS"
        response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
        response.headers["Access-Control-Max-Age"] = "3600"
    return response


def _door() -> CdsDoor:
    return cast("CdsDoor", current_app.extensions["fhir_kb_cds"])


def _authenticate(door: CdsDoor) -> str:
    """Return who calls: the issuer of the token, or nothing where none is asked for."""
    if door.authentication is None:
        return ""
    # The token is meant for the URL as the client calls it, without a query.
    called = f"{own_address()}{request.path}"
    return door.authentication.check(request.headers.get("Authorization", ""), called)


def _body() -> bytes:
    if request.mimetype and request.mimetype not in _JSON:
        raise UnsupportedMediaType("CDS Hooks bodies are application/json")
    return request.get_data(cache=False)


def _json(content: Json) -> Response:
    return Response(write_json(content), mimetype="application/json")
