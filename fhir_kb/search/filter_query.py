"""``_filter``: conditions with operators, joined by and, or, not and parentheses.

https://hl7.org/fhir/R4/search_filter.html

``and`` and ``or`` have no rank among each other here: who mixes them writes parentheses. A path
may follow references (``subject.name``); a filter inside a path (``related[…].target``) is refused.
"""

import re
from typing import NoReturn

from fhir_kb.errors import InvalidParameter
from fhir_kb.formats.json import read_json_value
from fhir_kb.search.conditions import (
    CHAIN_MAX,
    Compared,
    Condition,
    ConditionReader,
    Joined,
    Negated,
)
from fhir_kb.search.filter_operators import operators_of

FILTER = "_filter"

_TOKEN = re.compile(r'\s*(?:("(?:[^"\\]|\\.)*")|([()])|([^\s()"]+))', re.DOTALL)
_PATH = re.compile(r"[A-Za-z_][A-Za-z0-9_\-]*(?:\.[A-Za-z_][A-Za-z0-9_\-]*)*", re.ASCII)
_NESTED_MAX = 20
_TOKENS_MAX = 400


def read_filter(reader: ConditionReader, type: str, value: str) -> Condition:
    """Return the condition that ``_filter=value`` states about resources of ``type``.

    Refuses (InvalidParameter) what is not of the form, and an operator that does not apply;
    an unknown parameter is refused as anywhere (UnsupportedParameter).
    """
    return _Reader(reader, value).whole(type)


class _Reader:
    """Reads one filter from left to right."""

    def __init__(self, reader: ConditionReader, text: str) -> None:
        self._reader = reader
        self._text = text
        self._tokens: list[str] = []
        place = 0
        stripped = text.rstrip()
        while place < len(stripped):
            found = _TOKEN.match(stripped, place)
            if found is None or len(self._tokens) == _TOKENS_MAX:
                self._refuse("a quotation mark is not closed, or it is too long")
            self._tokens.append(found[0].strip())
            place = found.end()
        self._place = 0

    def whole(self, type: str) -> Condition:
        condition = self._joined(type, 0)
        if self._peek():
            self._refuse(f"{self._peek()[:40]!r} is one too many")
        return condition

    def _joined(self, type: str, depth: int) -> Condition:
        parts = [self._one(type, depth)]
        operator = self._peek()
        if operator not in ("and", "or"):
            return parts[0]
        while self._peek() == operator:
            self._place += 1
            parts.append(self._one(type, depth))
        if self._peek() in ("and", "or"):
            self._refuse("and beside or needs parentheses")
        return Joined(operator, tuple(parts))

    def _one(self, type: str, depth: int) -> Condition:
        if depth > _NESTED_MAX:
            self._refuse(f"it is nested more than {_NESTED_MAX} deep")
        if self._peek() == "not":
            self._place += 1
            if self._peek() != "(":
                self._refuse("not is followed by parentheses")
            return Negated(type, self._one(type, depth + 1))
        if self._peek() != "(":
            return self._comparison(type)
        self._place += 1
        condition = self._joined(type, depth + 1)
        if self._next() != ")":
            self._refuse("a parenthesis is not closed")
        return condition

    def _comparison(self, type: str) -> Condition:
        path, operator, value = self._next(), self._next(), self._next()
        if not _PATH.fullmatch(path):
            self._refuse(f"{path[:40]!r} is no parameter")
        if not value:
            self._refuse("a comparison is parameter, operator and value")
        if value.startswith('"'):
            value = str(read_json_value(value))
        *references, code = path.split(".")
        if len(references) > CHAIN_MAX:
            self._refuse(f"it follows more than {CHAIN_MAX} references")
        return self._reader.chained(
            type, references, lambda target: self._compared(target, code, operator, value)
        )

    def _compared(self, type: str, code: str, operator: str, value: str) -> Condition:
        parameter = self._reader.table.parameter(type, code)
        known = operators_of(parameter)
        if operator not in known:
            self._refuse(
                f"the {parameter.type} parameter {code!r} takes {', '.join(known) or 'none'}, "
                f"not {operator[:40]!r}"
            )
        return Compared(type, parameter, operator, value)

    def _peek(self) -> str:
        return self._tokens[self._place] if self._place < len(self._tokens) else ""

    def _next(self) -> str:
        token = self._peek()
        self._place += 1
        return token

    def _refuse(self, why: str) -> NoReturn:
        shown = self._text if len(self._text) <= 120 else self._text[:117] + "..."
        raise InvalidParameter(
            f"{FILTER}={shown} cannot be understood: {why}. It is written like "
            '(code eq http://loinc.org|1234-5 and date ge 2020) or subject.name co "clinic"',
            expression=FILTER,
        )
