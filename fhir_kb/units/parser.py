"""UCUM codes read into units: the grammar in its case-sensitive form.

https://ucum.org/ucum#section-Grammar-of-Units-and-Unit-Terms
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from fhir_kb.units.table import UnitRow, unit_table
from fhir_kb.units.unit import ONE, Unit

_TOKEN = re.compile(
    r"""
    (?P<operator>[./()])
  | (?P<annotation>\{[!-z|~]*\})
  | (?P<symbol>(?:10[*^]|(?:\[[^\[\]{}\s]*\]|[^\d./()\[\]{}\s+-])+))
    (?P<exponent>[+-]?\d{1,2}(?!\d))?
  | (?P<factor>\d+)
    """,
    re.VERBOSE | re.ASCII,
)
_LONGEST = 200
"""Characters of a code; with two digits of exponent it keeps the numbers small."""


@lru_cache(maxsize=4096)
def parse(code: str) -> Unit | None:
    """Return the unit of a UCUM code, or None if it is not one.

    ``{annotations}`` do not change a unit. ``K/uL`` is kelvin per microlitre, as UCUM says.
    """
    if not code or len(code) > _LONGEST:
        return None
    try:
        parser = _Parser(list(_tokens(code)))
        unit = parser.main_term()
        return unit if parser.at_end else None
    except _NotUcum:
        return None


class _NotUcum(Exception):  # noqa: N818  never leaves this module
    """What was read is no unit."""


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    exponent: int = 1


def _tokens(code: str) -> Iterator[_Token]:
    position = 0
    while position < len(code):
        match = _TOKEN.match(code, position)
        if match is None:
            raise _NotUcum
        position = match.end()
        kind = "symbol" if match["symbol"] else match.lastgroup or ""
        yield _Token(kind, match[kind], int(match["exponent"] or 1))


class _Parser:
    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._next = 0

    @property
    def at_end(self) -> bool:
        return self._next == len(self._tokens)

    def main_term(self) -> Unit:
        if self._take_operator("/"):
            return ONE / self._term()
        return self._term()

    def _term(self) -> Unit:
        unit = self._component()
        while True:
            if self._take_operator("."):
                unit = unit * self._component()
            elif self._take_operator("/"):
                unit = unit / self._component()
            else:
                return unit

    def _component(self) -> Unit:
        token = self._take()
        if token.kind == "annotation":
            return ONE
        unit = self._annotatable(token)
        # The grammar has no annotation behind a number or a parenthesis, but UCUM's own examples
        # and FHIR's value sets have: /100{WBCs}, g/(8.h){shift}.
        if not self.at_end and self._tokens[self._next].kind == "annotation":
            self._next += 1
        return unit

    def _annotatable(self, token: _Token) -> Unit:
        if token.kind == "symbol":
            return _simple_unit(token)
        if token.kind == "factor":
            return _factor(token)
        if token.text != "(":
            raise _NotUcum
        unit = self._term()
        if not self._take_operator(")"):
            raise _NotUcum
        return unit

    def _take(self) -> _Token:
        if self.at_end:
            raise _NotUcum
        token = self._tokens[self._next]
        self._next += 1
        return token

    def _take_operator(self, operator: str) -> bool:
        if self.at_end or self._tokens[self._next] != _Token("operator", operator):
            return False
        self._next += 1
        return True


def _factor(token: _Token) -> Unit:
    number = int(token.text)
    if number == 0:
        raise _NotUcum
    return Unit(Fraction(number))


def _simple_unit(token: _Token) -> Unit:
    unit = _atom(token.text)
    if unit is None:
        raise _NotUcum
    return unit if token.exponent == 1 else unit**token.exponent


@lru_cache(maxsize=1024)
def _atom(symbol: str) -> Unit | None:
    """Return the unit of a symbol: one of the table, or a metric one behind a prefix."""
    table = unit_table()
    if symbol in table.units:
        return _defined(table.units[symbol])
    for prefix, factor in table.prefixes.items():
        row = table.units.get(symbol.removeprefix(prefix)) if symbol.startswith(prefix) else None
        if row is not None and row.metric:
            return _defined(row).scaled(factor)
    return None


@lru_cache(maxsize=512)
def _defined(row: UnitRow) -> Unit:
    if row.unit is None:
        return Unit(Fraction(1), {row.code: 1})
    reference = parse(row.unit)
    if reference is None:
        raise ValueError(f"UCUM defines {row.code} by {row.unit!r}, which is not a UCUM code")
    reference = reference.scaled(row.value)
    if row.function is not None:
        return Unit(Fraction(1), {row.code: 1}, row.function, reference)
    return reference
