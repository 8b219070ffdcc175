"""Dates, dateTimes and times that may be partial, and their order.

https://hl7.org/fhirpath/#datetime-equality
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Literal

Kind = Literal["date", "dateTime", "time"]

NANOSECONDS = 1_000_000_000
HOUR = 3600 * NANOSECONDS
DAY = 24 * HOUR
_CLOCK_UNITS = (HOUR, 60 * NANOSECONDS, 1)
"""How long an hour, a minute and a moment last: a second and its fraction are one precision."""

EARLIEST_OFFSET, LATEST_OFFSET = 14 * 60, -12 * 60
"""Minutes east of UTC: where a day begins first and where it ends last."""


@dataclass(frozen=True, slots=True)
class Temporal:
    """A date, dateTime or time as precise as it was written.

    ``parts`` are year, month, day, hour, minute, second as far as known; those of a time start
    with the hour. ``fraction`` holds the digits of the second's fraction, ``offset`` minutes
    east of UTC, None where no time zone is given.
    """

    kind: Kind
    parts: tuple[int, ...]
    fraction: str = ""
    offset: int | None = None

    @property
    def is_time(self) -> bool:
        """Whether this is a time of day without a date."""
        return self.kind == "time"

    @property
    def bounds(self) -> tuple[int, int]:
        """The first nanosecond meant and the first one after; in UTC if there is an offset."""
        if self.is_time:
            return _clock_bounds(0, self.parts, self.fraction)
        date, clock = self.parts[:3], self.parts[3:]
        start = days(*date) * DAY
        if not clock:
            return start, days(*_following(date)) * DAY
        start -= (self.offset or 0) * 60 * NANOSECONDS
        return _clock_bounds(start, clock, self.fraction)

    def __str__(self) -> str:
        if self.is_time:
            return self._clock_text(self.parts)
        date = "-".join(f"{part:0{width}}" for part, width in zip(self.parts, (4, 2, 2)))  # noqa: B905 -- a partial date is shorter
        clock = self.parts[3:]
        if not clock:
            return date
        return f"{date}T{self._clock_text(clock)}{offset_text(self.offset)}"

    def _clock_text(self, clock: tuple[int, ...]) -> str:
        text = ":".join(f"{part:02}" for part in clock)
        return f"{text}.{self.fraction}" if self.fraction else text


def offset_text(offset: int | None) -> str:
    """Return ``Z``, ``+02:00`` or nothing for minutes east of UTC."""
    if not offset:
        return "" if offset is None else "Z"
    sign = "-" if offset < 0 else "+"
    return f"{sign}{abs(offset) // 60:02}:{abs(offset) % 60:02}"


def days(year: int, month: int = 1, day: int = 1) -> int:
    """Return the days from 1 January of the year 1 in the Gregorian calendar, also beyond 9999."""
    before = year - 1
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    months = _DAYS_BEFORE_MONTH[month - 1] + (leap and month > 2)
    return before * 365 + before // 4 - before // 100 + before // 400 + months + day - 1


_DAYS_BEFORE_MONTH = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)


def _following(date: tuple[int, ...]) -> tuple[int, ...]:
    """Return the date one step of its own precision later; a day may then pass the month's end."""
    if len(date) == 2:
        year, month = date
        return (year + 1, 1) if month == 12 else (year, month + 1)
    return (*date[:-1], date[-1] + 1)


def _clock_bounds(start: int, clock: tuple[int, ...], fraction: str) -> tuple[int, int]:
    for part, size in zip(clock, (HOUR, 60 * NANOSECONDS, NANOSECONDS)):  # noqa: B905 -- a partial time is shorter
        start += part * size
    if fraction:
        start += int(fraction[:9].ljust(9, "0"))
    return start, start + _CLOCK_UNITS[len(clock) - 1]


def compare(left: Temporal, right: Temporal) -> int | None:
    """Return -1, 0 or 1, or None where the precision or a missing time zone leaves it open."""
    if left.offset == right.offset and len(left.parts) == len(right.parts):
        if left.parts != right.parts:
            return -1 if left.parts < right.parts else 1
        if left.fraction == right.fraction:
            return 0
    low, high = left.bounds
    other_low, other_high = right.bounds
    if (left.offset is None) == (right.offset is None):
        if len(left.parts) == len(right.parts):
            return (low > other_low) - (low < other_low)
    elif left.offset is None:
        low, high = _anywhere(low, high)
    else:
        other_low, other_high = _anywhere(other_low, other_high)
    if high <= other_low:
        return -1
    return 1 if low >= other_high else None


def _anywhere(low: int, high: int) -> tuple[int, int]:
    """Return the bounds in UTC of a local time whose time zone is unknown."""
    minute = 60 * NANOSECONDS
    return low - EARLIEST_OFFSET * minute, high - LATEST_OFFSET * minute


_DATE = r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d))?)?"
_TIME = r"(?P<hour>\d\d)(?::(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.(?P<fraction>\d+))?)?)?"
_ZONE = r"(?:(?P<utc>Z)|(?P<sign>[+-])(?P<hours>\d\d):(?P<minutes>\d\d))?"
_FORMS: dict[Kind, re.Pattern[str]] = {
    "date": re.compile(_DATE, re.ASCII),
    "dateTime": re.compile(rf"{_DATE}(?:T(?:{_TIME}{_ZONE})?)?", re.ASCII),
    "time": re.compile(_TIME, re.ASCII),
}
_DATE_PARTS = ("year", "month", "day")
_TIME_PARTS = ("hour", "minute", "second")
_PARTS: dict[Kind, tuple[str, ...]] = {
    "date": _DATE_PARTS,
    "dateTime": _DATE_PARTS + _TIME_PARTS,
    "time": _TIME_PARTS,
}
_RANGES = {
    "year": (1, 9999),
    "month": (1, 12),
    "day": (1, 31),
    "hour": (0, 23),
    "minute": (0, 59),
    # A leap second is a legal second.
    "second": (0, 60),
}


@lru_cache(maxsize=4096)
def parse_temporal(text: str, kind: Kind) -> Temporal | None:
    """Return the ``kind`` of value that ``text`` writes, None if it writes none."""
    match = _FORMS[kind].fullmatch(text)
    if match is None:
        return None
    found = match.groupdict()
    parts = {name: int(found[name]) for name in _PARTS[kind] if found[name] is not None}
    if not all(_RANGES[name][0] <= part <= _RANGES[name][1] for name, part in parts.items()):
        return None
    if "day" in parts and parts["day"] > monthrange(parts["year"], parts["month"])[1]:
        return None
    offset = _offset(found)
    if offset is not None and not -EARLIEST_OFFSET <= offset <= EARLIEST_OFFSET:
        return None
    if kind == "dateTime" and "hour" in parts and "day" not in parts:
        return None
    return Temporal(kind, tuple(parts.values()), found.get("fraction") or "", offset)


def _offset(found: dict[str, str | None]) -> int | None:
    if found.get("utc"):
        return 0
    if not found.get("sign"):
        return None
    minutes = int(found["hours"] or 0) * 60 + int(found["minutes"] or 0)
    return -minutes if found["sign"] == "-" else minutes


def temporal_of(moment: datetime) -> Temporal:
    """Return ``moment`` as a dateTime to the millisecond."""
    offset = moment.utcoffset()
    return Temporal(
        "dateTime",
        (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second),
        f"{moment.microsecond // 1000:03}",
        None if offset is None else round(offset.total_seconds() / 60),
    )
