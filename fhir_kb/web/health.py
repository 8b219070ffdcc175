"""Whether the server lives and can answer: ``/healthz`` and ``/readyz``."""

from typing import cast

from flask import Blueprint, Response, current_app

from fhir_kb.formats.json import write_json
from fhir_kb.rest.endpoint import Endpoint

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> Response:
    """Answer that the process lives."""
    return Response(write_json({"status": "ok"}), mimetype="application/json")


@blueprint.get("/readyz")
def readyz() -> Response:
    """Answer with the knowledge release that each version serves."""
    endpoints = cast("dict[str, Endpoint]", current_app.extensions["fhir_kb"])
    releases = {mount: endpoint.store().release for mount, endpoint in endpoints.items()}
    return Response(
        write_json({"status": "ok", "knowledge": releases}), mimetype="application/json"
    )
