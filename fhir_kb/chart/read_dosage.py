"""Dosage: how much is taken a day, summed over what is taken at the same time.

https://hl7.org/fhir/R4/dosage.html, https://hl7.org/fhir/R5/dosage.html; what is read here is
written alike, but that STU3 had the dose on the dosage itself.

Rows of ``doseAndRate`` of one type are parts of a dose; rows of different types (ordered,
calculated) say the same dose in two ways. Dosages of one ``sequence`` hold together, those of
different ones follow each other. Days of the week are added up day by day.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from fhir_kb.chart.dosage import Dose
from fhir_kb.chart.elements import codes, number, objects, one, text
from fhir_kb.formats import Json
from fhir_kb.units import convert

Milligrams = Callable[[Json], Decimal | None]
"""The dose of a Quantity in mg, or None when it cannot be told."""

_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAYS: Mapping[str, Decimal] = {
    "s": Decimal(1) / 86400,
    "min": Decimal(1) / 1440,
    "h": Decimal(1) / 24,
    "d": Decimal(1),
    "wk": Decimal(7),
    "mo": Decimal(30),
    "a": Decimal(365),
}
_TIMES_A_DAY: Mapping[str, Decimal] = {
    "QD": Decimal(1),
    "AM": Decimal(1),
    "PM": Decimal(1),
    "BED": Decimal(1),
    "BID": Decimal(2),
    "TID": Decimal(3),
    "QID": Decimal(4),
    "Q1H": Decimal(24),
    "Q2H": Decimal(12),
    "Q3H": Decimal(8),
    "Q4H": Decimal(6),
    "Q6H": Decimal(4),
    "Q8H": Decimal(3),
    "QOD": Decimal("0.5"),
    "WK": Decimal(1) / 7,
}
"""https://terminology.hl7.org/CodeSystem-v3-GTSAbbreviation.html"""


@dataclass(frozen=True, slots=True)
class _Row:
    """One dosage: mg at a time, times a day, the days of the week it holds on."""

    sequence: Decimal | None
    single: Decimal | None
    times: Decimal | None
    days: frozenset[str]

    @property
    def per_day(self) -> Decimal | None:
        """The daily amount on days of treatment; a pause of two days or more is spread out."""
        if self.single is None or self.times is None:
            return None
        spread = self.times >= 1 or self.times <= Decimal("0.5")
        return self.single * self.times if spread else self.single


def read_dose(dosages: object, milligrams: Milligrams) -> Dose:
    """Return the dose that dosages add up to, in mg; ``unknown`` says what is not structured."""
    rows = [_row(dosage, milligrams) for dosage in objects(dosages)]
    if not rows:
        return Dose()
    singles = [row.single for row in rows if row.single is not None]
    if singles and (min(singles) < 0 or not max(singles)):
        return Dose(unit="mg", unknown="the amount of a dose is not above zero")
    if not singles or any(row.single is None for row in rows):
        reason = "the amount of a dose is not structured, or not in a known unit"
        return Dose(single=max(singles, default=None), unit="mg", unknown=reason)
    if any(row.per_day is None for row in rows):
        reason = "how often a dose is taken is not structured"
        return Dose(single=max(singles), unit="mg", unknown=reason)
    week = tuple(_greatest(rows, day) for day in _WEEK)
    return Dose(per_day=max(week), week=week, single=max(singles), unit="mg", unknown="")


def _greatest(rows: Iterable[_Row], day: str) -> Decimal:
    """Return the greatest sum on a day of the week of dosages that hold at the same time."""
    steps: dict[Decimal | None, Decimal] = {}
    for row in rows:
        amount = (row.per_day or Decimal(0)) if day in row.days else Decimal(0)
        steps[row.sequence] = steps.get(row.sequence, Decimal(0)) + amount
    return max(steps.values())


def _row(dosage: Json, milligrams: Milligrams) -> _Row:
    repeat = one(one(dosage.get("timing")).get("repeat"))
    days = repeat.get("dayOfWeek")
    named = frozenset(day for day in (days if isinstance(days, list) else []) if day in _WEEK)
    times = _times_a_day(one(dosage.get("timing")), repeat, bool(named))
    return _Row(
        sequence=number(dosage.get("sequence")),
        single=_amount(dosage, milligrams),
        times=times if times is None or times > 0 else None,
        days=named or frozenset(_WEEK),
    )


def _amount(dosage: Json, milligrams: Milligrams) -> Decimal | None:
    """Return the mg of one dose: what was ordered, else the greatest of what is stated.

    A part below zero comes back as it is: no sum may hide it.
    """
    parts: dict[str, Decimal | None] = {}
    for row in objects(dosage.get("doseAndRate")) or [dosage]:
        type = ",".join(sorted(codes(row.get("type"))))
        amount = _quantity(row, milligrams)
        if amount is not None and amount < 0:
            return amount
        before = parts.get(type, Decimal(0))
        parts[type] = None if amount is None or before is None else before + amount
    if "ordered" in parts:
        return parts["ordered"]
    amounts = list(parts.values())
    return None if None in amounts else max(amount for amount in amounts if amount is not None)


def _quantity(row: Json, milligrams: Milligrams) -> Decimal | None:
    range_ = one(row.get("doseRange"))
    high, low = one(range_.get("high")), one(range_.get("low"))
    return milligrams(one(row.get("doseQuantity")) or high or low)


def _times_a_day(timing: Json, repeat: Json, on_named_days: bool) -> Decimal | None:
    """Return how often a day; ``frequencyMax`` and the shortest period, for the greatest dose."""
    count = number(repeat.get("frequencyMax")) or number(repeat.get("frequency"))
    period = number(repeat.get("period"))
    length = _DAYS.get(text(repeat.get("periodUnit")))
    moments = _length(repeat.get("when")) or _length(repeat.get("timeOfDay"))
    if period and length:
        return (count or Decimal(moments or 1)) / (period * length)
    if moments:
        return Decimal(moments)
    if on_named_days:
        return count or Decimal(1)
    said = codes(timing.get("code"))
    return next((_TIMES_A_DAY[code] for code in sorted(said) if code in _TIMES_A_DAY), None)


def _length(value: object) -> int:
    return len(value) if isinstance(value, list) else 0


def in_milligrams(
    value: Decimal | None, unit: str | None, strength: Decimal | None
) -> Decimal | None:
    """Return an amount in mg; one of capsules or tablets by the strength of the product."""
    if value is None or unit is None:
        return None
    if unit in ("{unit}", "1") or unit.startswith("{"):
        return None if strength is None else value * strength
    return convert(value, unit, "mg")
