"""Texts: how they start, what they contain, how they are written.

https://hl7.org/fhir/R4/search.html#string
"""

from collections.abc import Mapping

from fhir_kb.search.content import holding
from fhir_kb.search.escapes import unescape
from fhir_kb.search.question import Match, Question, union
from fhir_kb.store.interface import Kind, Rows
from fhir_kb.store.keys import fold, parts_of, prefix_range, string_key


def match(question: Question, value: str) -> Rows:
    """Return the rows of a text in the way that the modifier asks for."""
    if question.modifier == "text":
        return holding(question, "string", value)
    return _BY_MODIFIER[question.modifier](question, unescape(value))


def starting_with(question: Question, kind: Kind, text: str) -> Rows:
    """Return the rows with a text of this kind that starts so, whatever case and accents."""
    first, below = prefix_range(fold(text))
    terms = question.index.terms(question.field(kind), first, below)
    return union([rows for _, rows in terms])


def _starting_with(question: Question, text: str) -> Rows:
    return starting_with(question, "string", text)


def _containing(question: Question, text: str) -> Rows:
    field, wanted = question.field("string"), fold(text)
    keys = [key for key in question.index.keys(field) if wanted in parts_of(key)[0]]
    return union([question.index.term(field, key) for key in keys])


def _exact(question: Question, text: str) -> Rows:
    return question.index.term(question.field("string"), string_key(text))


_BY_MODIFIER: Mapping[str | None, Match] = {
    None: _starting_with,
    "contains": _containing,
    "exact": _exact,
}
