"""How a search was understood, in words: values, modifier, index and the matches left.

https://hl7.org/fhir/R4/search.html#conformance

What is told is read from the same parsers that the search itself uses.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from fhir_kb.search.conditions import (
    Chain,
    Compared,
    Condition,
    Joined,
    Negated,
    Reverse,
    Values,
)
from fhir_kb.search.dates import period_of
from fhir_kb.search.escapes import split, unescape
from fhir_kb.search.evaluate import Evaluation
from fhir_kb.search.numbers import implicit_interval, number_of
from fhir_kb.search.prefixes import split_prefix
from fhir_kb.search.query import Query
from fhir_kb.search.word_query import read_word_query
from fhir_kb.search.words import TEXTS
from fhir_kb.store.interface import Kind

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_PREFIXES: Mapping[str, str] = {
    "eq": "lies within",
    "ne": "does not lie within",
    "gt": "reaches beyond",
    "lt": "begins before",
    "ge": "lies within or reaches beyond",
    "le": "lies within or begins before",
    "sa": "begins after",
    "eb": "ends before",
    "ap": "overlaps about",
}

_INDEXES: Mapping[str | None, Kind] = {
    "text": "text",
    "text-advanced": "text",
    "identifier": "token",
    "of-type": "identifier-type",
}
"""The kind of index that a modifier asks, where it is not that of the search type."""


def explained(evaluation: Evaluation, query: Query) -> tuple[str, ...]:
    """Return one line for each condition in its order, and one for the result."""
    left = evaluation.store.rows_of_type(query.type)
    lines = [f"{query.type}: {len(left)} resources are searched"]
    for condition in query.conditions:
        matches = evaluation.rows(condition)
        left = left & matches
        lines.append(f"{_told(condition)}; {len(matches)} match, {len(left)} left")
    return (*lines, _result(query))


def _result(query: Query) -> str:
    keys = ", ".join(f"{key.code} {'down' if key.descending else 'up'}" for key in query.sort)
    count = "only the number is given" if query.count_only else f"{query.page_size} to a page"
    beside = "".join(
        f"; {'what refers by' if include.reverse else 'what is referred to by'} "
        f"{include.source}:{include.parameter} is included"
        + (" again and again" if include.iterate else "")
        for include in query.includes
    )
    return f"sorted by {keys or 'last update, newest first'}; {count}{beside}"


def _told(condition: Condition) -> str:
    match condition:
        case Values():
            return _values(condition)
        case Chain():
            parts = " or ".join(f"{target} with {_told(c)}" for target, c in condition.by_target)
            index = f"index {condition.type}.{condition.parameter.code} (reference)"
            return f"{condition.parameter.code} refers to a {parts}; {index}"
        case Reverse():
            index = f"index {condition.source}.{condition.parameter.code} (reference)"
            return (
                f"a {condition.source} refers to it by {condition.parameter.code}, "
                f"with {_told(condition.condition)}; {index}"
            )
        case Compared():
            return _compared(condition)
        case Joined(operator=operator, parts=parts):
            return f" {operator} ".join(f"({_told(part)})" for part in parts)
        case Negated():
            return f"not ({_told(condition.condition)})"


def _compared(condition: Compared) -> str:
    parameter = condition.parameter
    index = f"index {condition.type}.{parameter.code} ({parameter.type})"
    return f"{parameter.code} {condition.operator} {condition.value!r}; {index}"


def _values(condition: Values) -> str:
    parameter = condition.parameter
    alternatives = " or ".join(_value(condition, value) for value in condition.values)
    index = f"index {condition.type}.{parameter.code} ({_index(condition)})"
    return f"{condition.name}: {alternatives}; {index}"


def _index(condition: Values) -> str:
    if condition.parameter.code in TEXTS:
        return "word"
    if condition.modifier == "missing":
        return "presence"
    own = "quantity" if condition.parameter.type == "number" else condition.parameter.type
    if condition.parameter.type in ("token", "reference"):
        return _INDEXES.get(condition.modifier, own)
    return own


def _value(condition: Values, value: str) -> str:
    if condition.modifier == "missing":
        return "there is none" if value == "true" else "there is one"
    if condition.parameter.code in TEXTS or condition.modifier == "text-advanced":
        return f"words {read_word_query(condition.name, unescape(value))}"
    words = _VALUES.get(condition.parameter.type, _plain)(condition, value)
    modified = _MODIFIERS.get(condition.modifier or "")
    return words if modified is None else f"{modified} {words}"


_MODIFIERS: Mapping[str, str] = {
    "not": "not",
    "in": "a code of the value set",
    "not-in": "no code of the value set",
    "above": "it or what is above",
    "below": "it or what is below",
    "text": "beside the code a text that starts with",
    "code-text": "any case, a start of",
    "exact": "written exactly",
    "contains": "containing",
    "identifier": "the identifier",
    "of-type": "the identifier of a type",
}


def _plain(condition: Values, value: str) -> str:
    return repr(unescape(value))


def _string(condition: Values, value: str) -> str:
    begins = "" if condition.modifier else "starting, in any case and without accents, with "
    return f"{begins}{unescape(value)!r}"


def _token(condition: Values, value: str) -> str:
    if condition.modifier in ("in", "not-in", "text", "code-text", "of-type"):
        return _plain(condition, value)
    system, bar, code = (unescape(part) for part in _in_two(value))
    if not bar:
        return f"code {code!r} of any system"
    if not code:
        return f"any code of {system}"
    return f"code {code!r} of {system}" if system else f"code {code!r} without a system"


def _in_two(value: str) -> tuple[str, str, str]:
    parts = split(value, "|")
    return ("", "", value) if len(parts) == 1 else (parts[0], "|", "|".join(parts[1:]))


def _date(condition: Values, value: str) -> str:
    prefix, text = split_prefix(value)
    period = period_of(text)
    ends = "" if period is None else f"{_instant(period.low)} to {_instant(period.high)}"
    return f"{_PREFIXES[prefix]} {ends} ({prefix})"


def _instant(microseconds: int) -> str:
    return (_EPOCH + timedelta(microseconds=microseconds)).isoformat().replace("+00:00", "Z")


def _number(condition: Values, value: str) -> str:
    text, *unit = (unescape(part) for part in split(value, "|"))
    prefix, digits = split_prefix(text)
    number = number_of(digits)
    asked = digits
    if number is not None and prefix in ("eq", "ne"):
        low, high = implicit_interval(number)
        asked = f"{low:f} up to, but without, {high:f}"
    named = f" {' '.join(part for part in unit if part)}" if unit else ""
    alike = ", or alike in a comparable UCUM unit" if named else ""
    return f"{_PREFIXES[prefix]} {asked}{named} ({prefix}){alike}"


_VALUES: Mapping[str, Callable[[Values, str], str]] = {
    "string": _string,
    "token": _token,
    "date": _date,
    "number": _number,
    "quantity": _number,
}
