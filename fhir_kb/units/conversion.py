"""Values carried from one unit to another, and to base units for comparison.

https://ucum.org/ucum#section-Semantics
"""

from decimal import Decimal, DecimalException, Inexact, localcontext
from fractions import Fraction
from typing import NamedTuple

from fhir_kb.units.functions import FUNCTIONS
from fhir_kb.units.parser import parse
from fhir_kb.units.unit import Unit

_DIGITS = 34
"""Digits of a result that has no end, such as a third; others are exact."""


class Canonical(NamedTuple):
    """A value in base units; two quantities are comparable if their ``unit`` is the same text."""

    value: Decimal
    unit: str


def canonical(value: Decimal, code: str) -> Canonical | None:
    """Return the value in base units, or None if the code is not UCUM.

    A reading that its scale cannot have, such as pH -1E9, has no canonical form either.
    """
    unit = parse(code)
    try:
        return None if unit is None else _to_base(value, unit)
    except (DecimalException, ValueError, OverflowError):
        return None


def convert(value: Decimal, from_code: str, to_code: str) -> Decimal | None:
    """Return the value in the other unit; None if a code is not UCUM or they do not compare.

    Significant digits are kept where the units differ by a power of ten: 27.00 mg is 0.02700 g.
    """
    source, target = parse(from_code), parse(to_code)
    if source is None or target is None:
        return None
    if source == target:
        return value
    try:
        if source.special is None and target.special is None:
            comparable = source.dimensions == target.dimensions
            return _times(value, source.factor / target.factor) if comparable else None
        return _from_base(_to_base(value, source), target)
    except (DecimalException, ValueError, OverflowError):
        return None


def _to_base(value: Decimal, unit: Unit) -> Canonical:
    if unit.special is None or unit.reference is None:
        return Canonical(_times(value, unit.factor), unit.base)
    with localcontext(prec=_DIGITS):
        ratio = FUNCTIONS[unit.special][0](_times(value, unit.factor))
    return Canonical(_times(ratio, unit.reference.factor), unit.reference.base)


def _from_base(base: Canonical, unit: Unit) -> Decimal | None:
    reference = unit.reference or unit
    if base.unit != reference.base:
        return None
    ratio = _times(base.value, 1 / reference.factor)
    if unit.special is None:
        return ratio
    with localcontext(prec=_DIGITS):
        reading = FUNCTIONS[unit.special][1](ratio)
    return _times(reading, 1 / unit.factor)


def _times(value: Decimal, factor: Fraction) -> Decimal:
    """Return the product, exact if it has an end."""
    numerator, denominator = _decimal(factor.numerator), _decimal(factor.denominator)
    digits = len(value.as_tuple().digits) + len(numerator.as_tuple().digits)
    with localcontext(prec=max(_DIGITS, digits)) as context:
        product = value * numerator
        if denominator.as_tuple().digits == (1,):
            return product.scaleb(-denominator.adjusted())
        # A quotient by 2**n has n digits more, and 2**n itself has more than n/4.
        context.prec = digits + 4 * len(denominator.as_tuple().digits)
        context.clear_flags()
        quotient = product / denominator
        if context.flags[Inexact]:
            context.prec = _DIGITS
            quotient = product / denominator
        return quotient


def _decimal(number: int) -> Decimal:
    """Return the number without the zeros at its end, which are not significant."""
    digits = str(number)
    significant = digits.rstrip("0")
    return Decimal(f"{significant}E{len(digits) - len(significant)}")
