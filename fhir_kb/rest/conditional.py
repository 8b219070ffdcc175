"""ETag, Last-Modified and the conditional read.

https://hl7.org/fhir/R4/http.html#cread, https://www.rfc-editor.org/rfc/rfc9110#section-13
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from fhir_kb.rest.message import Request
from fhir_kb.store.resource import StoredResource


def version_headers(resource: StoredResource) -> Mapping[str, str]:
    """Return the headers that name a resource's version and date."""
    return {
        "ETag": f'W/"{resource.version_id}"',
        "Last-Modified": format_datetime(_changed(resource), usegmt=True),
    }


def is_unchanged(request: Request, resource: StoredResource) -> bool:
    """Return whether the caller has this version already; If-None-Match wins over the date."""
    known = request.header("if-none-match")
    if known:
        tags = {tag.strip().removeprefix("W/") for tag in known.split(",")}
        return "*" in tags or f'"{resource.version_id}"' in tags
    since = request.header("if-modified-since")
    if not since:
        return False
    try:
        return _changed(resource) <= parsedate_to_datetime(since)
    except (ValueError, TypeError):
        return False


def _changed(resource: StoredResource) -> datetime:
    return datetime.fromisoformat(resource.last_updated).astimezone(UTC).replace(microsecond=0)
