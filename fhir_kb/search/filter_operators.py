"""The operators of ``_filter``, by search type: each finds rows as the modifiers do.

https://hl7.org/fhir/R4/search_filter.html#ops
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from fhir_kb.definitions import SearchParameter
from fhir_kb.search import date, quantity, reference, string, token, uri
from fhir_kb.search.dates import period_of
from fhir_kb.search.question import NO_ROWS, Match, Question, union
from fhir_kb.store.interface import Kind, Rows
from fhir_kb.store.keys import fold, parts_of

_PREFIXES = ("eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap")

_SPECIAL = str.maketrans({"\\": "\\\\", ",": "\\,", "$": "\\$"})

KeyTest = Callable[[str], bool]


def operators_of(parameter: SearchParameter) -> Mapping[str, Match]:
    """Return the operators that a parameter takes; none where it has no value of its own."""
    return _OPERATORS.get(parameter.type, {}) if parameter.expression else {}


def _with(match: Match, modifier: str | None = None) -> Match:
    """Return a search type's own match; a value of a filter has no characters to escape."""

    def apply(question: Question, value: str) -> Rows:
        return match(replace(question, modifier=modifier), value.translate(_SPECIAL))

    return apply


def _prefixed(match: Match) -> Mapping[str, Match]:
    def operator(prefix: str) -> Match:
        return lambda question, value: match(question, prefix + value.translate(_SPECIAL))

    return {prefix: operator(prefix) for prefix in _PREFIXES}


def _keys(kind: Kind, test: Callable[[str], KeyTest]) -> Match:
    """Return the match that looks through all keys of a field."""

    def apply(question: Question, value: str) -> Rows:
        field, holds = question.field(kind), test(value)
        found = [key for key in question.index.keys(field) if holds(key)]
        return union([question.index.term(field, key) for key in found])

    return apply


def _folded(compare: Callable[[str, str], bool]) -> Callable[[str], KeyTest]:
    def test(value: str) -> KeyTest:
        wanted = fold(value)
        return lambda key: compare(parts_of(key)[0], wanted)

    return test


def _other_token(value: str) -> KeyTest:
    system, bar, code = value.rpartition("|")

    def differs(key: str) -> bool:
        held, own, *_ = parts_of(key)
        return not (code in ("", held) and (not bar or own == system))

    return differs


def _other_uri(value: str) -> KeyTest:
    url, _, version = value.partition("|")

    def differs(key: str) -> bool:
        held, own = parts_of(key)
        return held != url or bool(version and own != version)

    return differs


def _other_reference(value: str) -> KeyTest:
    type, _, id = value.rpartition("/")

    def differs(key: str) -> bool:
        held, own = parts_of(key)
        return held != id or bool(type and own != type)

    return differs


def _not_in(question: Question, value: str) -> Rows:
    return question.index.rows_of_type(question.type) - _with(token.match, "in")(question, value)


def _overlapping(question: Question, value: str) -> Rows:
    period = period_of(value)
    if period is None:
        raise question.invalid(value, "po takes a date of any precision")
    held = question.index.intervals(question.field("date")).get("")
    return NO_ROWS if held is None else held.touching(period.low, period.high)


def _present(question: Question, value: str) -> Rows:
    if value not in ("true", "false"):
        raise question.invalid(value, "pr takes true or false")
    present = question.index.present(question.type, question.parameter.code)
    if value == "true":
        return present
    return question.index.rows_of_type(question.type) - present


_PRESENT: Mapping[str, Match] = {"pr": _present}

_OPERATORS: Mapping[str, Mapping[str, Match]] = {
    "string": {
        "eq": _keys("string", _folded(str.__eq__)),
        "ne": _keys("string", _folded(str.__ne__)),
        "co": _with(string.match, "contains"),
        "sw": _with(string.match),
        "ew": _keys("string", _folded(str.endswith)),
        **_PRESENT,
    },
    "token": {
        "eq": _with(token.match),
        "ne": _keys("token", _other_token),
        "in": _with(token.match, "in"),
        "ni": _not_in,
        # "a ss b" of the specification: the value subsumes a code that is held.
        "ss": _with(token.match, "below"),
        "sb": _with(token.match, "above"),
        **_PRESENT,
    },
    "uri": {
        "eq": _with(uri.match),
        "ne": _keys("uri", _other_uri),
        "co": _with(uri.match, "contains"),
        "ss": _with(uri.match, "below"),
        "sb": _with(uri.match, "above"),
        **_PRESENT,
    },
    "reference": {
        "eq": _with(reference.match),
        "re": _with(reference.match),
        "ne": _keys("reference", _other_reference),
        **_PRESENT,
    },
    "date": {**_prefixed(date.match), "po": _overlapping, **_PRESENT},
    "number": {**_prefixed(quantity.match_number), **_PRESENT},
    "quantity": {**_prefixed(quantity.match_quantity), **_PRESENT},
}
