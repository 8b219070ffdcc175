"""Quantities: a number with a unit, and what can be said about two of them.

https://hl7.org/fhirpath/#quantity
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

Units = Callable[[Decimal, str, str], Decimal | None]
"""``units(value, from_unit, to_unit)``: the value in the other UCUM unit, None if there is none."""

UNITLESS = "1"


@dataclass(frozen=True, slots=True)
class Quantity:
    """``unit`` is a UCUM code, or a calendar word in the singular (``day``)."""

    value: Decimal
    unit: str = UNITLESS

    def __str__(self) -> str:
        number = f"{self.value:f}"
        if self.unit not in CALENDAR_UNITS:
            return f"{number} '{self.unit}'"
        return f"{number} {self.unit}" + ("" if abs(self.value) == 1 else "s")


@dataclass(frozen=True, slots=True)
class TimeUnit:
    """A unit of time: its length in milliseconds, and the calendar word of the same length.

    ``varies`` says that years and months differ in length, so that the calendar's are no match
    for the averages of UCUM.
    """

    milliseconds: Decimal
    calendar_unit: str
    varies: bool = False


_DAY = Decimal(86_400_000)
_SHARED = {
    "week": (7 * _DAY, "wk"),
    "day": (_DAY, "d"),
    "hour": (Decimal(3_600_000), "h"),
    "minute": (Decimal(60_000), "min"),
    "second": (Decimal(1000), "s"),
    "millisecond": (Decimal(1), "ms"),
}

TIME_UNITS: dict[str, TimeUnit] = {
    "year": TimeUnit(365 * _DAY, "year", varies=True),
    "month": TimeUnit(30 * _DAY, "month", varies=True),
    "a": TimeUnit(Decimal("365.25") * _DAY, "year", varies=True),
    "mo": TimeUnit(Decimal("30.4375") * _DAY, "month", varies=True),
    **{word: TimeUnit(size, word) for word, (size, _) in _SHARED.items()},
    **{code: TimeUnit(size, word) for word, (size, code) in _SHARED.items()},
}
CALENDAR_UNITS = frozenset({"year", "month", *_SHARED})
CALENDAR_WORDS = {word: word for word in CALENDAR_UNITS} | {f"{w}s": w for w in CALENDAR_UNITS}
"""Singular and plural, each with its singular."""
_UCUM_OF = {"year": "a", "month": "mo"} | {word: code for word, (_, code) in _SHARED.items()}


def converted(quantity: Quantity, unit: str, units: Units) -> Decimal | None:
    """Return the value of ``quantity`` in ``unit``; calendar years are not the averages of UCUM."""
    if quantity.unit == unit:
        return quantity.value
    source, target = TIME_UNITS.get(quantity.unit), TIME_UNITS.get(unit)
    if source is None or target is None:
        return units(quantity.value, quantity.unit, unit)
    if {quantity.unit, unit} == {"year", "month"}:
        return quantity.value * 12 if unit == "month" else _shortest(quantity.value / 12)
    mixed = (quantity.unit in CALENDAR_UNITS) != (unit in CALENDAR_UNITS)
    if mixed and (source.varies or target.varies):
        return None
    return _shortest(quantity.value * source.milliseconds / target.milliseconds)


def _shortest(value: Decimal) -> Decimal:
    """Return ``value`` without zeros at its end; the factors must not add digits to it."""
    short = value.normalize()
    return Decimal(int(short)) if short == short.to_integral_value() else short


def explicitly_converted(quantity: Quantity, unit: str, units: Units) -> Decimal | None:
    """Return the value in ``unit`` where the author asked for it: a year may become an ``'a'``."""
    value = converted(quantity, unit, units)
    if value is not None or unit not in TIME_UNITS:
        return value
    to_calendar = quantity.unit in CALENDAR_UNITS
    twin = TIME_UNITS[unit].calendar_unit if to_calendar else _UCUM_OF.get(unit, unit)
    return None if twin == unit else converted(quantity, twin, units)


def in_coarser_unit(
    left: Quantity, right: Quantity, units: Units, *, alike: bool = False
) -> tuple[Decimal, Decimal] | None:
    """Return both values in the larger of the two units, None where the units do not compare.

    ``alike`` takes a calendar year for UCUM's average year, as equivalence does.
    """
    if left.unit == right.unit:
        return left.value, right.value
    if alike and (left.unit in CALENDAR_UNITS) != (right.unit in CALENDAR_UNITS):
        left, right = _as_ucum(left), _as_ucum(right)
    factor = converted(Quantity(Decimal(1), right.unit), left.unit, units)
    if factor is None:
        return None
    if factor > 1:
        value = converted(left, right.unit, units)
        return None if value is None else (_rounded(value), right.value)
    value = converted(right, left.unit, units)
    return None if value is None else (left.value, _rounded(value))


def _as_ucum(quantity: Quantity) -> Quantity:
    return Quantity(quantity.value, _UCUM_OF.get(quantity.unit, quantity.unit))


def _rounded(value: Decimal) -> Decimal:
    """Return ``value`` without the noise that a division leaves in the last digits."""
    return +value if not value else round(value, 20 - value.adjusted())
