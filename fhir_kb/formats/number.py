"""A number as JSON writes it: whole numbers are ``int``, all others ``Decimal`` with their digits.

https://hl7.org/fhir/R4/json.html#primitive
"""

import re
from decimal import Decimal

from fhir_kb.errors import FhirKbError, MalformedContent

DIGITS_MAX = 64
"""Longest number in characters: FHIR asks for 18 digits, this leaves room for those who send more."""

EXPONENT_MAX = 400
"""Largest power of ten, up or down; a double ends at 308."""

PLACES_MAX = 18
"""Numbers smaller than 10 to the minus this are written with an exponent."""

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?", re.ASCII)


def read_number(text: str) -> int | Decimal:
    """Return the value of ``text``, a JSON number; ``27.00`` keeps its zeros, ``-0`` its sign.

    Refuses more than ``DIGITS_MAX`` characters and exponents beyond ``EXPONENT_MAX``.
    """
    if len(text) > DIGITS_MAX:
        raise _out_of_range(text)
    if "e" in text or "E" in text:
        return _with_exponent(text)
    if "." in text or text == "-0":
        return Decimal(text)
    return int(text)


def is_number(text: str) -> bool:
    """Whether ``text`` is a JSON number that ``read_number`` takes."""
    if not _NUMBER.fullmatch(text):
        return False
    try:
        read_number(text)
    except MalformedContent:
        return False
    return True


def number_text(value: Decimal) -> str:
    """Return the digits of ``value`` as JSON and XML write them; refuse NaN and Infinity.

    A small number is written without an exponent (``0.0000001``), a large one keeps it
    (``1E+2``), since ``100`` would claim more precision.
    """
    if not value.is_finite():
        raise FhirKbError(f"{value} is not a number that JSON or XML can write")
    text = str(value)
    return f"{value:f}" if "E-" in text and value.adjusted() >= -PLACES_MAX else text


def _with_exponent(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except ArithmeticError:
        raise _out_of_range(text) from None
    if abs(value.adjusted()) > EXPONENT_MAX:
        raise _out_of_range(text)
    return value


def _out_of_range(text: str) -> MalformedContent:
    return MalformedContent(
        f"The number {text[:40]} is beyond {DIGITS_MAX} characters or 10 to the {EXPONENT_MAX}"
    )
