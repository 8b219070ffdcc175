"""The status and the files of an export: no FHIR resources, so not negotiated as such.

https://hl7.org/fhir/uv/bulkdata/STU2/export.html#bulk-data-status-request
"""

from flask import Blueprint, Response, abort, request
from werkzeug.wsgi import wrap_file

from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.rest.operations.export import cancel, file_of, status
from fhir_kb.rest.operations.export_asked import FILE_TYPE
from fhir_kb.web.replies import ANY_ORIGIN, flask_response
from fhir_kb.web.served import endpoints, own_address

blueprint = Blueprint("exports", __name__)


@blueprint.get("/fhir/<mount>/$export/<id>")
def export_status(mount: str, id: str) -> Response:
    """Answer how far an export has come."""
    told = status(_endpoint(mount), _base(mount), id)
    reply = flask_response(told)
    if "Content-Type" in told.headers:
        reply.headers["Content-Type"] = told.headers["Content-Type"]
    return reply


@blueprint.delete("/fhir/<mount>/$export/<id>")
def export_cancel(mount: str, id: str) -> Response:
    """Cancel an export."""
    return flask_response(cancel(_endpoint(mount), id))


@blueprint.get("/fhir/<mount>/$export/<id>/<name>")
def export_file(mount: str, id: str, name: str) -> Response:
    """Send a file as it lies on the disk."""
    path = file_of(_endpoint(mount), id, name)
    file = path.open("rb")
    headers = {"Content-Length": str(path.stat().st_size), "X-Content-Type-Options": "nosniff"}
    return Response(
        wrap_file(request.environ, file, 131_072),
        headers=headers,
        content_type=FILE_TYPE,
        direct_passthrough=True,
    )


@blueprint.after_request
def let_every_page_in(reply: Response) -> Response:
    """Add what a client in a browser needs; nothing of an export is for keeping by others."""
    reply.headers.update(ANY_ORIGIN)
    reply.headers["Cache-Control"] = "no-store"
    return reply


def _endpoint(mount: str) -> Endpoint:
    endpoint = endpoints().get(mount)
    return abort(404) if endpoint is None else endpoint


def _base(mount: str) -> str:
    return f"{own_address()}/fhir/{mount}"
