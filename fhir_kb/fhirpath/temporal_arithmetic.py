"""Add a duration to a date, dateTime or time.

https://hl7.org/fhirpath/#datetime-arithmetic
"""

from calendar import monthrange
from dataclasses import replace
from decimal import Decimal

from fhir_kb.errors import FHIRPathError
from fhir_kb.fhirpath.quantity import CALENDAR_UNITS, TIME_UNITS, Quantity
from fhir_kb.fhirpath.temporal import DAY, HOUR, NANOSECONDS, Temporal, days

_ORDER = ("year", "month", "day", "hour", "minute", "second")
_PRECISION_OF = {"week": "day", "millisecond": "second"}
_SIZES = {
    "week": 7 * DAY,
    "day": DAY,
    "hour": HOUR,
    "minute": 60 * NANOSECONDS,
    "second": NANOSECONDS,
    "millisecond": NANOSECONDS // 1000,
}
_MONTHS = {"year": 12, "month": 1}
_DAYS = {"year": 365, "month": 30}


def add(start: Temporal, duration: Quantity, sign: int) -> Temporal:
    """Return ``start`` plus (``sign`` 1) or minus (-1) ``duration``, as precise as ``start``.

    Refuses a unit that is no duration, one whose length is an average (``'a'``, ``'mo'``), days
    added to a time, and a result outside the years 1 to 9999.
    """
    unit = _calendar_unit(duration.unit)
    if start.is_time and _precision(unit) in ("year", "month", "day"):
        raise FHIRPathError(f"A time of day cannot be moved by {duration}: use hours or less")
    finest = _ORDER[len(start.parts) - 1 + (3 if start.is_time else 0)]
    amount = duration.value * sign
    if _ORDER.index(_precision(unit)) > _ORDER.index(finest):
        unit, amount = finest, _in_unit(amount, unit, finest)
    if unit in _MONTHS:
        return _add_months(start, int(amount) * _MONTHS[unit])
    if unit not in ("second", "millisecond"):
        amount = Decimal(int(amount))
    return _add_nanoseconds(start, int(amount * _SIZES[unit]))


def _calendar_unit(unit: str) -> str:
    if unit in CALENDAR_UNITS:
        return unit
    row = TIME_UNITS.get(unit)
    if row is None or row.varies:
        raise FHIRPathError(
            f"A date or time cannot be moved by {unit!r}: use year, month, week, day, hour, "
            "minute, second or millisecond"
        )
    return row.calendar_unit


def _precision(unit: str) -> str:
    return _PRECISION_OF.get(unit, unit)


def _in_unit(amount: Decimal, unit: str, coarser: str) -> Decimal:
    """Return whole ``coarser`` units in ``amount``, by 365 days a year and 30 days a month."""
    if unit == "month":
        return Decimal(int(amount / 12))
    nanoseconds = amount * _SIZES[unit]
    size = _DAYS[coarser] * DAY if coarser in _DAYS else _SIZES[coarser]
    return Decimal(int(nanoseconds / size))


def _add_months(start: Temporal, months: int) -> Temporal:
    year, month, *rest = (*start.parts, 1)[: max(2, len(start.parts))]
    total = year * 12 + month - 1 + months
    year, month = total // 12, total % 12 + 1
    _check_year(year)
    if rest:
        rest[0] = min(rest[0], monthrange(year, month)[1])
    return replace(start, parts=(year, month, *rest)[: len(start.parts)])


def _check_year(year: int) -> None:
    if not 1 <= year <= 9999:
        raise FHIRPathError("The resulting date lies outside the years 1 to 9999")


def _add_nanoseconds(start: Temporal, nanoseconds: int) -> Temporal:
    clock = start.parts if start.is_time else start.parts[3:]
    day = 0 if start.is_time else days(*start.parts[:3])
    hour, minute, second = (*clock, 0, 0, 0)[:3]
    fraction = int(start.fraction[:9].ljust(9, "0"))
    moment = day * DAY + hour * HOUR + (minute * 60 + second) * NANOSECONDS + fraction
    day, rest = divmod(moment + nanoseconds, DAY)
    seconds, fraction = divmod(rest, NANOSECONDS)
    moved = (seconds // 3600, seconds // 60 % 60, seconds % 60)[: len(clock)]
    digits = max(len(start.fraction), len(f"{fraction:09}".rstrip("0")))
    return replace(
        start,
        parts=moved if start.is_time else (*_date(day), *moved),
        fraction=f"{fraction:09}"[:digits] if len(moved) == 3 else "",
    )


def _date(day: int) -> tuple[int, int, int]:
    """Return year, month and day of a number of days from 1 January of the year 1."""
    year = day * 400 // 146_097 + 1
    while days(year) > day:
        year -= 1
    while days(year + 1) <= day:
        year += 1
    _check_year(year)
    month = 12
    while days(year, month) > day:
        month -= 1
    return year, month, day - days(year, month) + 1
