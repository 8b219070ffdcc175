"""Instants as microseconds since 1970 UTC.

https://hl7.org/fhir/R4/datatypes.html#instant
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from time import time_ns

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


def now() -> int:
    """Return the present by this machine's clock, in microseconds since 1970 UTC."""
    return time_ns() // 1000


def instant_text(microseconds: int) -> str:
    """Return ``meta.lastUpdated`` in whole milliseconds, not before ``microseconds``."""
    milliseconds = -(-microseconds // 1000)
    moment = _EPOCH + milliseconds * 1000 * _MICROSECOND
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
