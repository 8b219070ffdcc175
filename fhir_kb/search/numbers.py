"""Decimal numbers with the precision they are written in.

https://hl7.org/fhir/R4/search.html#number
"""

import re
from decimal import Context, Decimal
from typing import NamedTuple

_FORM = re.compile(r"[+-]?\d{1,100}(?:\.\d{1,100})?(?:[eE][+-]?\d{1,4})?", re.ASCII)

# Wide enough that no sum of two numbers of this form is rounded.
_EXACT = Context(prec=20_500, Emax=99_999, Emin=-99_999)


class Interval(NamedTuple):
    """From ``low`` to ``high``; whether the ends belong to it is said where it is used."""

    low: Decimal
    high: Decimal


def number_of(text: str) -> Decimal | None:
    """Return the number written in ``text``, or None when it is none."""
    return Decimal(text) if _FORM.fullmatch(text) else None


def implicit_interval(number: Decimal) -> Interval:
    """Return the numbers that round to ``number`` at its precision, without the high end.

    100 stands for 99.5 up to 100.5, 5.40 for 5.395 up to 5.405, 1e2 for 50 up to 150.
    """
    exponent = number.as_tuple().exponent
    half = Decimal((0, (5,), int(exponent) - 1))
    return Interval(_EXACT.subtract(number, half), _EXACT.add(number, half))


def approximate_interval(number: Decimal) -> Interval:
    """Return the numbers within a tenth of ``number``, both ends included."""
    tenth = _EXACT.multiply(abs(number), Decimal("0.1"))
    return Interval(_EXACT.subtract(number, tenth), _EXACT.add(number, tenth))
