"""ETag, Last-Modified and the conditional read.

https://hl7.org/fhir/R4/http.html#cread, https://www.rfc-editor.org/rfc/rfc9110#section-13
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

from fhir_kb.rest.message import Request
from fhir_kb.store.resource import StoredResource

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def version_headers(resource: StoredResource) -> Mapping[str, str]:
    """Return the headers that name a resource's version and date."""
    return {
        "ETag": f'W/"{resource.version_id}"',
        "Last-Modified": _http_date(resource.last_updated),
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
        return _in_seconds(resource.last_updated) <= parsedate_to_datetime(since)
    except (ValueError, TypeError):
        return False


def _http_date(last_updated: str) -> str:
    """Return ``last_updated`` as HTTP writes dates, in whole seconds.

    Every read does this, so that what is in UTC already is not made a moment and written again.
    """
    if not last_updated.endswith(("Z", "+00:00")):
        last_updated = _in_seconds(last_updated).isoformat()
    return f"{_http_day(last_updated[:10])} {last_updated[11:19]} GMT"


@lru_cache(maxsize=10_000)
def _http_day(text: str) -> str:
    day = date.fromisoformat(text)
    return f"{_DAYS[day.weekday()]}, {text[8:]} {_MONTHS[day.month - 1]} {text[:4]}"


def _in_seconds(last_updated: str) -> datetime:
    return datetime.fromisoformat(last_updated).astimezone(UTC).replace(microsecond=0)
