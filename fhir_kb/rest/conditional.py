"""ETag, Last-Modified and the conditional read.

https://hl7.org/fhir/R4/http.html#cread, https://www.rfc-editor.org/rfc/rfc9110#section-13
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from fhir_kb.rest.message import Request
from fhir_kb.store.resource import StoredResource

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def version_headers(resource: StoredResource) -> Mapping[str, str]:
    """Return the headers that name a resource's version and date."""
    return {
        "ETag": f'W/"{resource.version_id}"',
        "Last-Modified": _http_date(_changed(resource)),
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


def _http_date(moment: datetime) -> str:
    """Return the date as HTTP writes it; every read does, and email.utils takes thrice the time."""
    day, month = _DAYS[moment.weekday()], _MONTHS[moment.month - 1]
    clock = f"{moment.hour:02}:{moment.minute:02}:{moment.second:02}"
    return f"{day}, {moment.day:02} {month} {moment.year:04} {clock} GMT"


def _changed(resource: StoredResource) -> datetime:
    return datetime.fromisoformat(resource.last_updated).astimezone(UTC).replace(microsecond=0)
