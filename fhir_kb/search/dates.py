"""Dates of every precision as the period they stand for.

https://hl7.org/fhir/R4/search.html#date

A date without a time zone is taken as UTC, by resources and questions alike.
"""

import re
from calendar import monthrange
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import NamedTuple

_FORM = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)"
    r"(?:T(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.(?P<fraction>\d{1,30}))?)?"
    r"(?P<zone>Z|[+-]\d\d:\d\d)?)?)?)?",
    re.ASCII,
)
_SECOND = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)", re.ASCII)
_DAY_LENGTH = 10
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Period(NamedTuple):
    """Microseconds since 1970 UTC, both included."""

    low: int
    high: int


def period_of(text: str) -> Period | None:
    """Return the period a date, dateTime or instant stands for; None when it is none of them."""
    # Two forms make up nearly all dates, and are read by the interpreter's own parser.
    if len(text) == _DAY_LENGTH:
        return _period_of_day(text)
    if _SECOND.fullmatch(text):
        try:
            passed = datetime.fromisoformat(text) - _EPOCH
        except ValueError:
            return None
        start = (passed.days * 86_400 + passed.seconds) * 1_000_000
        return Period(start, start + 999_999)
    return _period_of_any(text)


@lru_cache(maxsize=32_768)
def _period_of_day(text: str) -> Period | None:
    return _period_of_any(text)


def _period_of_any(text: str) -> Period | None:
    form = _FORM.fullmatch(text)
    if form is None:
        return None
    year, month, day, hour, minute, second = (
        None if part is None else int(part)
        for part in form.group("year", "month", "day", "hour", "minute", "second")
    )
    fraction = form["fraction"]
    try:
        zone = _zone(form["zone"])
        low = datetime(
            year or 0, month or 1, day or 1, hour or 0, minute or 0, second or 0, tzinfo=zone
        )
        last_month = 12 if month is None else month
        high = datetime(
            year or 0,
            last_month,
            monthrange(year or 0, last_month)[1] if day is None else day,
            23 if hour is None else hour,
            59 if minute is None else minute,
            59 if second is None else second,
            999_999,
            tzinfo=zone,
        )
    except ValueError:
        return None
    if fraction is None:
        return Period(_microseconds(low), _microseconds(high))
    digits = fraction[:6]
    start = _microseconds(low) + int(digits.ljust(6, "0"))
    return Period(start, start + 10 ** (6 - len(digits)) - 1)


def _zone(text: str | None) -> timezone:
    if text is None or text == "Z":
        return UTC
    hours, minutes = int(text[1:3]), int(text[4:6])
    if hours > 14 or minutes > 59:
        raise ValueError(text)
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if text[0] == "-" else offset)


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND
