"""Numbers, and quantities with their unit.

https://hl7.org/fhir/R4/search.html#quantity

A resource's bare number is a point: what is written decides the precision of the question only.
Units of UCUM compare where they measure the same: 5 mg finds 0.005 g.
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
from fhir_kb.units import convert, parse

UCUM = "http://unitsofmeasure.org"

_NUMBER = "a number is written like 5, 5.40 or 1e3 behind a prefix (eq ne gt …) or none"
_QUANTITY = "a quantity is written number, number|system|code or number||unit"

Carry = Callable[[Decimal], Decimal | None]
"""From a number asked for to the same in a unit that is held."""


def match_number(question: Question, value: str) -> Rows:
    """Return the rows whose numbers compare with the number as its prefix says."""
    return _compare(question, value, value, lambda held: _unchanged)


def match_quantity(question: Question, value: str) -> Rows:
    """Return the rows whose quantities compare as the prefix says, in this unit or alike."""
    number, *unit = (unescape(part) for part in split(value, "|"))
    if not unit:
        return _compare(question, value, number, lambda held: _unchanged)
    if len(unit) != 2 or not unit[1]:
        raise question.invalid(value, _QUANTITY)
    system, code = unit

    def carry_to(held: tuple[str, ...]) -> Carry | None:
        if not system and code in held[1:]:
            return _unchanged
        if held[:2] == (system, code):
            return _unchanged
        # A unit without its system is read as UCUM's where the resource's is.
        return _between(code, held[1]) if (system or UCUM) == held[0] == UCUM else None

    return _compare(question, value, number, carry_to)


def _unchanged(number: Decimal) -> Decimal:
    return number


def _between(asked: str, held: str) -> Carry | None:
    """Return how to carry numbers from one UCUM code to another that measures the same."""
    units = parse(asked), parse(held)
    # On a scale such as pH the larger number is the smaller amount.
    if any(unit is None or unit.special is not None for unit in units):
        return None
    if convert(Decimal(1), asked, held) is None:
        return None
    return lambda number: convert(number, asked, held)


def _compare(
    question: Question,
    value: str,
    text: str,
    carry_to: Callable[[tuple[str, ...]], Carry | None],
) -> Rows:
    prefix, digits = split_prefix(text)
    number = number_of(digits)
    if number is None:
        raise question.invalid(value, _NUMBER)
    found: list[Rows] = []
    for unit, held in question.index.intervals(question.field("quantity")).items():
        carry = carry_to(parts_of(unit))
        asked = None if carry is None else _asked(prefix, number, carry)
        if asked is not None:
            found.append(COMPARISONS[prefix](held, asked))
    return union(found)


def _asked(prefix: str, number: Decimal, carry: Carry) -> Asked | None:
    """Return the interval asked for: only ``eq`` and ``ne`` look at the number's precision."""
    ends: tuple[Decimal, ...] = (number, number)
    if prefix == "ap":
        ends = approximate_interval(number)
    elif prefix in ("eq", "ne"):
        ends = implicit_interval(number)
    carried = [carry(end) for end in ends]
    if None in carried:
        return None
    low, high = (float(end) for end in carried if end is not None)
    if prefix in ("eq", "ne"):
        high = max(nextafter(high, -inf), low)
    return Asked(low, high, nextafter(low, -inf), nextafter(high, inf))
