"""``_text`` and ``_content``: rows by the words of their texts.

https://hl7.org/fhir/R4/search.html#content
"""

from functools import reduce
from operator import and_

from pyroaring import FrozenBitMap

from fhir_kb.errors import TooCostly
from fhir_kb.formats.json import read_json
from fhir_kb.search.escapes import unescape
from fhir_kb.search.question import Question, union
from fhir_kb.search.word_query import Asked, Every, Phrase, Some, Without, holds, read_word_query
from fhir_kb.search.words import TEXTS, words_in
from fhir_kb.store.interface import Kind, Rows
from fhir_kb.store.keys import parts_of, prefix_range

PHRASES_MAX = 2_000
"""Resources that one phrase may be looked for in, word by word."""


def match(question: Question, value: str) -> Rows:
    """Return the rows whose narrative or content holds what the value asks."""
    return _rows(question, read_word_query(question.name, unescape(value)))


def holding(question: Question, kind: Kind, value: str) -> Rows:
    """Return the rows with one text of this kind that holds what the value asks."""
    asked = read_word_query(question.name, unescape(value))
    field = question.field(kind)
    keys = [key for key in question.index.keys(field) if holds(asked, words_in(parts_of(key)[0]))]
    return union([question.index.term(field, key) for key in keys])


def _rows(question: Question, asked: Asked) -> Rows:
    match asked:
        case Phrase():
            return _phrase(question, asked)
        case Every():
            return reduce(and_, [_rows(question, part) for part in asked.parts])
        case Some():
            return union([_rows(question, part) for part in asked.parts])
        case Without():
            return question.index.rows_of_type(question.type) - _rows(question, asked.part)


def _phrase(question: Question, phrase: Phrase) -> Rows:
    *firsts, last = phrase.words
    sets = [question.index.term(question.field("word"), word) for word in firsts]
    sets.append(_beginning(question, last) if phrase.beginning else _word(question, last))
    candidates = reduce(and_, sorted(sets, key=len))
    return candidates if not firsts else _confirmed(question, phrase, candidates)


def _word(question: Question, word: str) -> Rows:
    return question.index.term(question.field("word"), word)


def _beginning(question: Question, text: str) -> Rows:
    terms = question.index.terms(question.field("word"), *prefix_range(text))
    return union([rows for _, rows in terms])


def _confirmed(question: Question, phrase: Phrase, candidates: Rows) -> Rows:
    """Return the candidates that hold the words one behind the other, in one text."""
    if len(candidates) > PHRASES_MAX:
        raise TooCostly(
            f"The words of {phrase} stand in {len(candidates)} resources; a phrase is looked for "
            f"in at most {PHRASES_MAX}. Ask for the words without quotation marks, or a rarer one",
            expression=question.name,
        )
    texts_of = TEXTS[question.parameter.code]
    rows = list(candidates)
    return FrozenBitMap(
        row
        for row, resource in zip(rows, question.index.resources(rows), strict=True)
        if any(holds(phrase, words_in(text)) for text in texts_of(read_json(resource.body)))
    )
