"""Numbers, and quantities with their unit.

https://hl7.org/fhir/R4/search.html#quantity

A resource's bare number is a point: what is written decides the precision of the question only.
"""

from collections.abc import Callable
from decimal import Decimal
from math import inf, nextafter

from fhir_kb.search.escapes import split, unescape
from fhir_kb.search.numbers import approximate_interval, implicit_interval, number_of
from fhir_kb.search.prefixes import COMPARISONS, Asked, split_prefix
from fhir_kb.search.question import Question, union
from fhir_kb.store.interface import Rows
from fhir_kb.store.keys import parts_of

_NUMBER = "a number is written like 5, 5.40 or 1e3 behind a prefix (eq ne gt …) or none"
_QUANTITY = "a quantity is written number, number|system|code or number||unit"

TakesUnit = Callable[[tuple[str, ...]], bool]


def match_number(question: Question, value: str) -> Rows:
    """Return the rows whose numbers compare with the number as its prefix says."""
    return _compare(question, value, value, lambda unit: True)


def match_quantity(question: Question, value: str) -> Rows:
    """Return the rows whose quantities of this unit compare as the prefix says."""
    number, *unit = (unescape(part) for part in split(value, "|"))
    if not unit:
        return _compare(question, value, number, lambda held: True)
    if len(unit) != 2 or not unit[1]:
        raise question.invalid(value, _QUANTITY)
    system, code = unit
    if system:
        return _compare(question, value, number, lambda held: held[:2] == (system, code))
    return _compare(question, value, number, lambda held: code in held[1:])


def _compare(question: Question, value: str, text: str, takes_unit: TakesUnit) -> Rows:
    prefix, digits = split_prefix(text)
    number = number_of(digits)
    if number is None:
        raise question.invalid(value, _NUMBER)
    asked = _asked(prefix, number)
    series = question.index.intervals(question.field("quantity"))
    return union(
        [
            COMPARISONS[prefix](held, asked)
            for unit, held in series.items()
            if takes_unit(parts_of(unit))
        ]
    )


def _asked(prefix: str, number: Decimal) -> Asked:
    """Return the interval asked for: only ``eq`` and ``ne`` look at the number's precision."""
    if prefix == "ap":
        low, high = map(float, approximate_interval(number))
        return Asked(low, high, nextafter(low, -inf), nextafter(high, inf))
    if prefix in ("eq", "ne"):
        low, above = map(float, implicit_interval(number))
        high = max(nextafter(above, -inf), float(number))
        return Asked(low, high, nextafter(low, -inf), nextafter(high, inf))
    point = float(number)
    return Asked(point, point, nextafter(point, -inf), nextafter(point, inf))
