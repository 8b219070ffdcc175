"""Spans of time as authors write them, taken back from a moment; months and years by calendar."""

from calendar import monthrange
from datetime import datetime, timedelta
from decimal import Decimal

from fhir_kb.chart.when import When
from fhir_kb.facts.values import Amount
from fhir_kb.units import convert

_AHEAD = timedelta(days=1)
"""By how much clocks and time zones may differ: a day begins 14 hours before it does in UTC."""


def is_to_come(when: When | None, moment: datetime) -> bool:
    """Return whether a date lies in the future of a moment, so that it cannot be true."""
    return when is not None and when.earliest > moment + _AHEAD


def earlier(moment: datetime, amount: Amount) -> tuple[datetime, datetime]:
    """Return the far and the near end of a span before a moment.

    ``10..14 d`` runs from 14 to 10 days before; ``24 h`` from 24 hours before to the moment.
    """
    if amount.range is not None and amount.range.low is not None and amount.range.high is not None:
        far, near = amount.range.high, amount.range.low
    else:
        far, near = amount.value or Decimal(0), Decimal(0)
    return _before(moment, far, amount.unit), _before(moment, near, amount.unit)


def _before(moment: datetime, value: Decimal, unit: str) -> datetime:
    if unit in ("mo", "a") and value == value.to_integral_value():
        return _months_before(moment, int(value) * (12 if unit == "a" else 1))
    seconds = convert(value, unit, "s")
    if seconds is None:
        raise ValueError(f"{value} {unit} is no span of time")
    return moment - timedelta(seconds=float(seconds))


def _months_before(moment: datetime, months: int) -> datetime:
    count = moment.year * 12 + moment.month - 1 - months
    year, month = divmod(count, 12)
    day = min(moment.day, monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)
