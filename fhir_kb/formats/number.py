"""A number as JSON writes it: whole numbers are ``int``, all others ``Decimal`` with their digits.

https://hl7.org/fhir/R4/json.html#primitive
"""

import re
from decimal import Decimal
from typing import Self

from fhir_kb.errors import FhirKbError, MalformedContent

DIGITS_MAX = 64
"""Longest number in characters: FHIR asks for 18 digits, this leaves room for more."""

EXPONENT_MAX = 400
"""Largest power of ten, up or down; a double ends at 308."""

PLACES_MAX = 18
"""Numbers smaller than 10 to the minus this are written with an exponent."""

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?", re.ASCII)


class PrintedDecimal(Decimal):
    """A decimal with the text that it was read from, where its value alone would give another.

    ``1e-17`` and ``0.00000000000000001`` are one value of one precision: who wrote the one is
    not answered with the other. What is computed from it is a plain ``Decimal``.
    """

    __slots__ = ("text",)
    text: str

    def __new__(cls, text: str) -> Self:
        """Read ``text``, which must be a number."""
        value = super().__new__(cls, text)
        value.text = text
        return value

    def __reduce__(self) -> tuple[type[Self], tuple[str]]:
        return type(self), (self.text,)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self


def read_number(text: str) -> int | Decimal:
    """Return the value of ``text``, a JSON number; ``number_text`` gives the text back.

    Refuses more than ``DIGITS_MAX`` characters and exponents beyond ``EXPONENT_MAX``.
    """
    if len(text) > DIGITS_MAX:
        raise _out_of_range(text)
    if "e" in text or "E" in text:
        return _as_printed(_with_exponent(text), text)
    if "." in text or text == "-0":
        value = Decimal(text)
        return _as_printed(value, text) if len(text) > PLACES_MAX else value
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

    What was read is written as it was read. Of what was computed, a small number is written
    without an exponent (``0.0000001``), a large one with it (``1E+2``), since ``100`` would claim
    more precision.
    """
    if isinstance(value, PrintedDecimal):
        return value.text
    if not value.is_finite():
        raise FhirKbError(f"{value} is not a number that JSON or XML can write")
    text = str(value)
    return f"{value:f}" if "E-" in text and value.adjusted() >= -PLACES_MAX else text


def _as_printed(value: Decimal, text: str) -> Decimal:
    return value if number_text(value) == text else PrintedDecimal(text)


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
