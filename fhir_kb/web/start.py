"""The first page: what is served, for a person who opens the server's address."""

from typing import Any

from flask import Blueprint, Response

from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.rest.own_text import read_own
from fhir_kb.versions import DEFAULT
from fhir_kb.web.caching import until_changed
from fhir_kb.web.page_content import title_of
from fhir_kb.web.pages import Entry, page_headers, render
from fhir_kb.web.served import endpoints, settings

blueprint = Blueprint("start", __name__, template_folder="templates")


@blueprint.get("/")
def start() -> Response:
    """Answer with the page that leads to everything."""
    served, default = endpoints(), endpoints()[DEFAULT.mount]
    text = render(
        "start.html",
        release=default.store().release,
        versions=[_served(mount, endpoint) for mount, endpoint in served.items()],
        medicines=_entries(default, DEFAULT.mount, "MedicationKnowledge"),
        rules=_entries(default, DEFAULT.mount, "PlanDefinition"),
    )
    writable = any(endpoint.written for endpoint in served.values())
    kept = until_changed(settings(), writable=writable)
    return Response(text, mimetype="text/html", headers={**page_headers(), **kept})


def _served(mount: str, endpoint: Endpoint) -> dict[str, Any]:
    store = endpoint.store()
    types = [{"name": type, "total": store.total(type)} for type in endpoint.types]
    return {"name": endpoint.version.name, "mount": mount, "types": types}


def _entries(endpoint: Endpoint, mount: str, type: str) -> list[Entry]:
    store = endpoint.store()
    found = (read_own(resource.body) for resource in store.resources(store.rows_of_type(type)))
    entries = [
        Entry(f"/fhir/{mount}/{type}/{resource['id']}", title_of(resource)) for resource in found
    ]
    return sorted(entries, key=lambda entry: entry.text.casefold())
