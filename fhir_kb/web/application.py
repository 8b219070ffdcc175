"""``create_app``: the knowledge of a folder behind FHIR endpoints.

https://flask.palletsprojects.com/en/stable/patterns/appfactories/
"""

import logging
from http import HTTPStatus
from typing import BinaryIO

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException
from werkzeug.exceptions import MethodNotAllowed as NoSuchMethod

from fhir_kb.errors import FhirKbError, MethodNotAllowed, RequestError, TooLarge, UnknownType
from fhir_kb.export import Exports
from fhir_kb.publish.release import Manifest, ensure_release, snapshot_path, table_of
from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.rest.operations.export_selection import selecting
from fhir_kb.rest.outcome import error_response
from fhir_kb.rest.stored_conformance import StoredConformance
from fhir_kb.rest.value_sets import own_lineage, own_value_sets
from fhir_kb.search import Indexer, Limits
from fhir_kb.settings import Settings, read_settings
from fhir_kb.store import SnapshotHolder
from fhir_kb.versions import VERSIONS, Version
from fhir_kb.web import cds, exports, fhir, health, metrics, packages, schema, start
from fhir_kb.web.fast_reads import FastReads
from fhir_kb.web.front import Front
from fhir_kb.web.lean_flask import LeanFlask
from fhir_kb.web.places import KEY, NOWHERE, Place
from fhir_kb.web.replies import flask_response
from fhir_kb.web.served import ENDPOINTS, SETTINGS
from fhir_kb.web.traffic import Traffic
from fhir_kb.web.writes import check_writes, written_store

_LOG = logging.getLogger("fhir_kb")


def create_app(settings: Settings | None = None, log: BinaryIO | None = None) -> Flask:
    """Return the WSGI application; the knowledge is built first when it is not there.

    ``log`` takes one line of JSON for each request.
    """
    chosen = settings or read_settings()
    check_writes(chosen)
    manifest = ensure_release(chosen.data, chosen.systems_left_out)
    app = LeanFlask("fhir_kb", static_folder=None)
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the default provider has it
    app.config["MAX_CONTENT_LENGTH"] = chosen.body_bytes_max
    holders = {
        mount: SnapshotHolder(snapshot_path(chosen.data, version))
        for mount, version in VERSIONS.items()
    }
    app.extensions[ENDPOINTS] = {
        mount: _endpoint(version, chosen, manifest, holders[mount])
        for mount, version in VERSIONS.items()
    }
    app.extensions[SETTINGS] = chosen
    app.extensions["fhir_kb_cds"] = cds.cds_door(chosen)
    app.url_map.merge_slashes = False
    app.register_blueprint(exports.blueprint)
    app.register_blueprint(fhir.blueprint)
    app.register_blueprint(cds.blueprint)
    app.register_blueprint(health.blueprint)
    app.register_blueprint(schema.blueprint)
    app.register_blueprint(packages.blueprint)
    app.register_blueprint(start.blueprint)
    app.register_blueprint(metrics.blueprint)
    app.register_error_handler(FhirKbError, _refused)
    app.register_error_handler(HTTPException, _not_ours)
    app.register_error_handler(Exception, _failed)
    app.before_request(_place)
    knowledge = {mount: holder.current for mount, holder in holders.items()}
    _set_front(app, FastReads(app.extensions[ENDPOINTS], knowledge, chosen), Traffic(log))
    return app


def _set_front(app: Flask, reads: FastReads, traffic: Traffic) -> None:
    front = Front(app.wsgi_app, reads, traffic)
    app.extensions["fhir_kb_traffic"] = traffic
    app.extensions["fhir_kb_reads"] = reads
    app.extensions["fhir_kb_front"] = front
    app.wsgi_app = front  # type: ignore[method-assign]  # Flask's own way to put a layer around


def _place() -> None:
    """Note what the request is about, for the log and the counts."""
    rule = request.url_rule
    request.environ[KEY] = Place(str(rule.endpoint), "", rule.rule) if rule else NOWHERE


def _endpoint(
    version: Version, settings: Settings, manifest: Manifest, holder: SnapshotHolder
) -> Endpoint:
    types = frozenset(holder.current().types)
    limits = Limits(settings.page_size, settings.page_size_max, settings.include_max)
    definitions = version.definitions
    table = table_of(version, types, own_value_sets(definitions), own_lineage(definitions))
    written = written_store(version, settings, holder, Indexer(table).index, manifest.made_from)
    store = written.current if written else holder.current
    bulk = Exports(
        settings.data / "export" / version.mount,
        store,
        selecting(table, version, limits),
        written,
        jobs_max=settings.export_jobs_max,
        seconds=settings.export_hours * 3600,
    )
    bulk.resume()
    return Endpoint(
        version,
        table,
        store,
        holder.curated,
        manifest.released,
        limits,
        StoredConformance(store, holder.curated, definitions),
        written=written,
        write_token=settings.write_token,
        body_bytes_max=settings.body_bytes_max,
        entries_max=settings.bundle_entries_max,
        base_is_set=bool(settings.base_url),
        exports=bulk,
    )


def _refused(error: FhirKbError) -> Response:
    if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _LOG.error("refused: %s", error.message)
    return flask_response(error_response(error))


def _not_ours(error: HTTPException) -> Response:
    """Return werkzeug's refusals as outcomes: never an HTML page."""
    mapped: dict[int | None, RequestError] = {
        HTTPStatus.NOT_FOUND: UnknownType("There is nothing at this URL; FHIR is served at /fhir"),
        HTTPStatus.METHOD_NOT_ALLOWED: MethodNotAllowed("The method does not apply to this URL"),
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: TooLarge("The body is larger than this server reads"),
    }
    known = mapped.get(error.code, RequestError(error.description or "The request was refused"))
    if not isinstance(error, NoSuchMethod):
        return flask_response(error_response(known))
    # No route was found, so that nothing behind the routes adds what every answer has.
    mount, _, path = request.path.lstrip("/").partition("/")
    if mount == "fhir":
        return fhir.let_every_page_in(fhir.fhir(path))
    reply = flask_response(error_response(known))
    reply.headers["Allow"] = ", ".join(sorted(error.valid_methods or ()))
    reply.headers["Cache-Control"] = "no-store"
    return fhir.let_every_page_in(reply)


def _failed(error: Exception) -> Response:
    """Return a bare 500: what failed is logged by its type and place, never with its values."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
    _LOG.error("%s at %s", type(error).__name__, where)
    return flask_response(error_response(FhirKbError("unexpected")))
