"""The headers that name a version, made without a detour over moments."""

from datetime import UTC, datetime
from email.utils import format_datetime

import pytest

from fhir_kb.rest.conditional import version_headers
from fhir_kb.store import StoredResource


@pytest.mark.parametrize(
    "updated",
    [
        "2026-11-20T00:00:00Z",
        "2024-02-29T23:59:59.999Z",
        "2020-01-01T00:00:03+00:00",
        "2020-01-01T00:30:00+05:30",
        "2026-12-31T23:30:00-01:00",
        "0999-03-04T05:06:07Z",
    ],
)
def test_last_modified_is_the_date_as_http_writes_it(updated: str) -> None:
    """https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7, always in GMT."""
    moment = datetime.fromisoformat(updated).astimezone(UTC)
    headers = version_headers(StoredResource.of("Medication", "a", "7", updated, b"{}"))
    assert headers["Last-Modified"] == format_datetime(moment, usegmt=True)
    assert headers["ETag"] == 'W/"7"'
