"""Whether the server lives and can answer: ``/healthz`` and ``/readyz``."""

from http import HTTPStatus

from flask import Blueprint, Response

from fhir_kb.errors import FhirKbError
from fhir_kb.formats import Json
from fhir_kb.formats.json import write_json
from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.web.served import endpoints

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> Response:
    """Answer that the process lives."""
    return _json({"status": "ok"})


@blueprint.get("/readyz")
def readyz() -> Response:
    """Answer with the knowledge release that each version serves, and whether writes are taken.

    503 when a version cannot be read, or nothing can be written where clients may write. Each
    store is asked for one resource, since a store may open and yet hold nothing readable.
    """
    releases: dict[str, str] = {}
    refused: list[str] = []
    for mount, endpoint in endpoints().items():
        try:
            releases[mount] = _probe(endpoint)
        except FhirKbError:
            refused.append(mount)
    writes = _writes()
    content = {"status": "ok", "knowledge": releases, "writes": writes}
    if refused or writes == "refused":
        content |= {"status": "unavailable", "refused": refused}
        return _json(content, HTTPStatus.SERVICE_UNAVAILABLE)
    return _json(content)


def _writes() -> str:
    """Return ``off``, ``ok`` or ``refused``."""
    taking = [endpoint.written for endpoint in endpoints().values() if endpoint.written]
    try:
        for written in taking:
            written.check_room()
    except FhirKbError:
        return "refused"
    return "ok" if taking else "off"


def _probe(endpoint: Endpoint) -> str:
    """Return the release of a store that can be read; refuse (FhirKbError) one that cannot."""
    store = endpoint.store()
    for type in endpoint.types:
        rows = store.rows_of_type(type)
        if rows:
            store.resources([rows.min()])
            break
    return store.release


def _json(content: Json, status: int = HTTPStatus.OK) -> Response:
    reply = Response(write_json(content), status=status, mimetype="application/json")
    reply.headers["Cache-Control"] = "no-store"
    return reply
