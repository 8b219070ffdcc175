"""The first page: what is served, for a person who opens the server's address."""

from typing import Any, cast

from flask import Blueprint, Response, current_app

from fhir_kb.formats.json import read_json
from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.versions import DEFAULT
from fhir_kb.web.caching import until_changed
from fhir_kb.web.page_content import title_of
from fhir_kb.web.pages import Entry, page_headers, render

blueprint = Blueprint("start", __name__, template_folder="templates")


@blueprint.get("/")
def start() -> Response:
    """Answer with the page that leads to everything."""
    endpoints = cast("dict[str, Endpoint]", current_app.extensions["fhir_kb"])
    text = render(
        "start.html",
        release=endpoints[DEFAULT.mount].store().release,
        versions=[_served(mount, endpoint) for mount, endpoint in endpoints.items()],
        medicines=_entries(endpoints[DEFAULT.mount], DEFAULT.mount, "MedicationKnowledge"),
        rules=_entries(endpoints[DEFAULT.mount], DEFAULT.mount, "PlanDefinition"),
    )
    writable = any(endpoint.written for endpoint in endpoints.values())
    kept = until_changed(current_app.extensions["fhir_kb_settings"], writable=writable)
    return Response(text, mimetype="text/html", headers={**page_headers(), **kept})


def _served(mount: str, endpoint: Endpoint) -> dict[str, Any]:
    store = endpoint.store()
    types = [{"name": type, "total": store.total(type)} for type in endpoint.types]
    return {"name": endpoint.version.name, "mount": mount, "types": types}


def _entries(endpoint: Endpoint, mount: str, type: str) -> list[Entry]:
    store = endpoint.store()
    found = (read_json(resource.body) for resource in store.resources(store.rows_of_type(type)))
    entries = [
        Entry(f"/fhir/{mount}/{type}/{resource['id']}", title_of(resource)) for resource in found
    ]
    return sorted(entries, key=lambda entry: entry.text.casefold())
