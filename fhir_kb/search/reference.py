"""References: to resources of this server, to other URLs, to canonicals, by identifier.

https://hl7.org/fhir/R4/search.html#reference
"""

import re

from fhir_kb.search import token, uri
from fhir_kb.search.escapes import unescape
from fhir_kb.search.hierarchy import referring_above, referring_below
from fhir_kb.search.question import Question, union
from fhir_kb.store.interface import Rows
from fhir_kb.store.keys import fold, parts_of, reference_key

_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}", re.ASCII)
_TYPE_AND_ID = re.compile(r"([A-Z][A-Za-z]+)/([A-Za-z0-9\-.]{1,64})", re.ASCII)
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:", re.ASCII)

_FORMS = "a reference is written id, Type/id, or as an absolute URL"


def match(question: Question, value: str) -> Rows:
    """Return the rows that refer to ``value``; the modifier may name the type referred to."""
    if question.modifier == "identifier":
        return token.coded(question, value)
    if question.modifier in ("text", "text-advanced"):
        return token.match(question, value)
    if question.modifier == "code-text":
        return _code_text(question, unescape(value))
    text = unescape(value)
    if question.base_url:
        text = text.removeprefix(question.base_url.rstrip("/") + "/")
    if question.modifier in _HIERARCHICAL:
        return _by_hierarchy(question, value, text)
    if _ID.fullmatch(text):
        return _by_id(question, text)
    if (local := _TYPE_AND_ID.fullmatch(text)) is not None:
        return _by_type_and_id(question, value, *local.groups())
    if _ABSOLUTE.match(text) or "|" in text:
        return uri.equal(question, text)
    raise question.invalid(value, _FORMS)


def _by_hierarchy(question: Question, value: str, text: str) -> Rows:
    """Return the rows that refer to what is above or below a resource or a URL."""
    if _ABSOLUTE.match(text):
        return uri.match(question, value)
    type, _, id = text.rpartition("/")
    if not type and len(question.parameter.targets) == 1:
        (type,) = question.parameter.targets
    if not type or not _ID.fullmatch(id):
        raise question.invalid(value, ":above and :below take Type/id or an absolute URL")
    return _HIERARCHICAL[question.modifier or ""](question, type, id)


_HIERARCHICAL = {"above": referring_above, "below": referring_below}


def _code_text(question: Question, text: str) -> Rows:
    """Return the rows that refer to an id that starts so, whatever its case."""
    field, start = question.field("reference"), fold(text)
    keys = [key for key in question.index.keys(field) if fold(parts_of(key)[0]).startswith(start)]
    return union([question.index.term(field, key) for key in keys])


def _by_id(question: Question, id: str) -> Rows:
    field = question.field("reference")
    if question.modifier is None:
        return question.index.term_start(field, id)
    return question.index.term(field, reference_key(question.modifier, id))


def _by_type_and_id(question: Question, value: str, type: str, id: str) -> Rows:
    if question.modifier not in (None, type):
        raise question.invalid(value, f"the modifier asks for a {question.modifier}")
    return question.index.term(question.field("reference"), reference_key(type, id))
