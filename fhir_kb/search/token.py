"""Codes, with or without their system.

https://hl7.org/fhir/R4/search.html#token
"""

from collections.abc import Mapping

from fhir_kb.search.escapes import split, unescape
from fhir_kb.search.question import Match, Question, union
from fhir_kb.search.string import starting_with
from fhir_kb.store.interface import Rows
from fhir_kb.store.keys import identifier_type_key, token_key

_FORMS = "a token is written code, system|code, |code (no system) or system|"


def match(question: Question, value: str) -> Rows:
    """Return the rows of a token in the way that the modifier asks for."""
    return _BY_MODIFIER[question.modifier](question, value)


def coded(question: Question, value: str) -> Rows:
    """Return the rows that hold the code ``code``, ``system|code``, ``|code`` or ``system|``."""
    parts = [unescape(part) for part in split(value, "|")]
    if len(parts) == 1:
        return question.index.term_start(question.field("token"), parts[0])
    if len(parts) > 2 or not any(parts):
        raise question.invalid(value, _FORMS)
    system, code = parts
    if not code:
        return question.index.term(question.field("system"), system)
    return question.index.term(question.field("token"), token_key(system, code))


def _in_value_set(question: Question, value: str) -> Rows:
    url = unescape(value)
    codings = question.table.expand_value_set(url)
    if codings is None:
        raise question.invalid(value, "this value set is not known here")
    field = question.field("token")
    return union([question.index.term(field, token_key(*coding)) for coding in codings])


def _of_type(question: Question, value: str) -> Rows:
    parts = [unescape(part) for part in split(value, "|")]
    if len(parts) != 3 or not all(parts):
        raise question.invalid(value, ":of-type takes system|code|value, all of them given")
    return question.index.term(question.field("identifier-type"), identifier_type_key(*parts))


def _text(question: Question, value: str) -> Rows:
    return starting_with(question, "text", unescape(value))


_BY_MODIFIER: Mapping[str | None, Match] = {
    None: coded,
    "not": coded,
    "text": _text,
    "in": _in_value_set,
    "not-in": _in_value_set,
    "of-type": _of_type,
}
