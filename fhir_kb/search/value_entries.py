"""Index entries of dates, numbers and quantities.

https://hl7.org/fhir/R4/search.html#quantity
"""

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation, localcontext
from typing import Any

from fhir_kb.formats import Json
from fhir_kb.search.dates import period_of
from fhir_kb.search.forms import items_in, object_in, text_in
from fhir_kb.store.index import (
    DISTANT_FUTURE,
    DISTANT_PAST,
    DateEntry,
    IndexRows,
    QuantityEntry,
)

CURRENCIES = "urn:iso:std:iso:4217"

_INFINITE = Decimal("Infinity")

_COMPARATORS: Mapping[str | None, Callable[[Decimal], tuple[Decimal, Decimal]]] = {
    None: lambda value: (value, value),
    "ad": lambda value: (value, value),
    "<": lambda value: (-_INFINITE, value),
    "<=": lambda value: (-_INFINITE, value),
    ">": lambda value: (value, _INFINITE),
    ">=": lambda value: (value, _INFINITE),
}


def add_date(rows: IndexRows, code: str, text: Any) -> None:
    """Add a date of any precision; one that is not of FHIR's form is not found by date."""
    period = period_of(str(text))
    if period is not None:
        rows.dates.setdefault(code, []).append(DateEntry(*period))


def add_period(rows: IndexRows, code: str, period: Json) -> None:
    """Add a Period; a missing end is open."""
    start, end = (period_of(str(period.get(name))) for name in ("start", "end"))
    if start or end:
        low = start.low if start else DISTANT_PAST
        high = end.high if end else DISTANT_FUTURE
        if low <= high:
            rows.dates.setdefault(code, []).append(DateEntry(low, high))


def add_timing(rows: IndexRows, code: str, timing: Json) -> None:
    """Add the outer limits of a Timing: of its events, and of the bounds of its repetition."""
    events = [period for text in items_in(timing, "event") if (period := period_of(str(text)))]
    if events:
        low, high = min(event.low for event in events), max(event.high for event in events)
        rows.dates.setdefault(code, []).append(DateEntry(low, high))
    add_period(rows, code, object_in(object_in(timing, "repeat"), "boundsPeriod"))


def add_quantity(rows: IndexRows, code: str, quantity: Json) -> None:
    """Add a Quantity; its comparator opens one end."""
    value = _number(quantity.get("value"))
    comparator = _COMPARATORS.get(text_in(quantity, "comparator"))
    if value is not None and comparator is not None:
        _add(rows, code, *comparator(value), quantity)


def add_money(rows: IndexRows, code: str, money: Json) -> None:
    """Add a Money under its currency's code."""
    value, currency = _number(money.get("value")), text_in(money, "currency")
    if value is not None:
        unit = {"system": CURRENCIES, "code": currency} if currency else {}
        _add(rows, code, value, value, unit)


def add_range(rows: IndexRows, code: str, range: Json) -> None:
    """Add a Range; a missing end is open."""
    low, high = object_in(range, "low"), object_in(range, "high")
    least, most = _number(low.get("value")), _number(high.get("value"))
    if least is not None or most is not None:
        unit = low if "code" in low or "unit" in low else high
        least = -_INFINITE if least is None else least
        most = _INFINITE if most is None else most
        if least <= most:
            _add(rows, code, least, most, unit)


def add_ratio(rows: IndexRows, code: str, ratio: Json) -> None:
    """Add a Ratio as the number it amounts to."""
    numerator = _number(object_in(ratio, "numerator").get("value"))
    denominator = _number(object_in(ratio, "denominator").get("value"))
    if numerator is not None and denominator:
        with localcontext(prec=28):
            quotient = numerator / denominator
        _add(rows, code, quotient, quotient, {})


def add_number(rows: IndexRows, code: str, value: Any) -> None:
    """Add a plain number."""
    number = _number(value)
    if number is not None:
        _add(rows, code, number, number, {})


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, Decimal | int | str):
        return None
    try:
        return Decimal(value)
    except InvalidOperation:
        return None


def _add(rows: IndexRows, code: str, low: Decimal, high: Decimal, unit: Json) -> None:
    names = (text_in(unit, name) for name in ("system", "code", "unit"))
    entry = QuantityEntry(low, high, *names)
    rows.quantities.setdefault(code, []).append(entry)


_DATE_TYPES = ("date", "dateTime", "instant", "System.Date", "System.DateTime")
_NUMBER_TYPES = (
    "decimal",
    "integer",
    "positiveInt",
    "unsignedInt",
    "integer64",
    "System.Decimal",
    "System.Integer",
    "System.Long",
)
_QUANTITY_TYPES = (
    "Quantity",
    "SimpleQuantity",
    "MoneyQuantity",
    "Age",
    "Count",
    "Distance",
    "Duration",
)

DATES: Mapping[str, Callable[[IndexRows, str, Any], None]] = {
    **dict.fromkeys(_DATE_TYPES, add_date),
    "Period": add_period,
    "Timing": add_timing,
}
"""How each element type becomes dates."""

NUMBERS: Mapping[str, Callable[[IndexRows, str, Any], None]] = {
    **dict.fromkeys(_NUMBER_TYPES, add_number),
    **dict.fromkeys(_QUANTITY_TYPES, add_quantity),
    "Range": add_range,
    "Ratio": add_ratio,
    "Money": add_money,
}
"""How each element type becomes numbers, with their unit where they have one."""
