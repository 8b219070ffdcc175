"""A moment known only as closely as it was written: a year, a day, a second.

https://hl7.org/fhir/R4/datatypes.html#dateTime
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Literal

Answer = Literal["yes", "no", "unknown"]
_FORM = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?)?)?"
)


@dataclass(frozen=True, slots=True)
class When:
    """The first and the last instant that a written date may mean, both with a time zone."""

    earliest: datetime
    latest: datetime

    def since(self, instant: datetime) -> Answer:
        """Return whether it was at or after an instant."""
        if self.earliest >= instant:
            return "yes"
        return "no" if self.latest < instant else "unknown"

    def until(self, instant: datetime) -> Answer:
        """Return whether it was at or before an instant."""
        if self.latest <= instant:
            return "yes"
        return "no" if self.earliest > instant else "unknown"

    def between(self, first: datetime, last: datetime) -> Answer:
        """Return whether it was at or after ``first`` and at or before ``last``."""
        answers = {self.since(first), self.until(last)}
        if "no" in answers:
            return "no"
        return "unknown" if "unknown" in answers else "yes"

    def years_before(self, instant: datetime) -> tuple[int, int]:
        """Return the fewest and the most whole years that lie between it and an instant."""
        return _whole_years(self.latest, instant), _whole_years(self.earliest, instant)


def read_when(text: str, zone: tzinfo) -> When | None:
    """Return what a FHIR date, dateTime or instant means, or None if it is none.

    A value without a time zone is taken to be in ``zone``.
    """
    match = _FORM.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second, offset = match.groups()
    try:
        if hour is None:
            return _span(int(year), month, day, zone)
        instant = datetime.fromisoformat(f"{text[:19] if second else text[:16]}{_zone(offset)}")
        first = instant if instant.tzinfo else instant.replace(tzinfo=zone)
    except ValueError:
        return None
    return When(first, first if second else first + timedelta(seconds=59))


def _zone(offset: str | None) -> str:
    return "+00:00" if offset == "Z" else offset or ""


def _span(year: int, month: str | None, day: str | None, zone: tzinfo) -> When:
    first = datetime(year, int(month or 1), int(day or 1), tzinfo=zone)
    if day is not None:
        end = first + timedelta(days=1)
    elif month is not None:
        end = (first + timedelta(days=31)).replace(day=1)
    else:
        end = first.replace(year=year + 1)
    return When(first, end - timedelta(microseconds=1))


def _whole_years(then: datetime, now: datetime) -> int:
    local = now.astimezone(then.tzinfo)
    before = (local.month, local.day) < (then.month, then.day)
    return local.year - then.year - before
