"""Instants as microseconds since 1970 UTC.

https://hl7.org/fhir/R4/datatypes.html#instant
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

from fhir_kb.errors import StoreError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@lru_cache(maxsize=1024)
def microseconds(instant: str) -> int:
    """Return the microseconds of ``meta.lastUpdated``; refuse a text that is no instant."""
    try:
        moment = datetime.fromisoformat(instant)
        return (moment - _EPOCH) // _MICROSECOND
    except (ValueError, TypeError):
        raise StoreError(
            f"{instant!r} is no instant; meta.lastUpdated is written like 2024-05-01T00:00:00Z"
        ) from None
